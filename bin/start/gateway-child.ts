import { type Gateway, startGateway } from '../../client/web/gateway/gateway.ts';
import { GatewayError } from '../../client/web/gateway/gateway-error.ts';
import type { FromGateway, GatewayTask, ToGateway } from './messages.ts';

/**
 * The process of the gateway: it has an event loop of its own, so that many readers of the page do not keep the server
 * waiting. It does what its parent says, and ends with it, however that ends.
 */
function runGateway(): void {
  // Ctrl-C, and what ends a whole service, reach this process too; the parent says when it is time.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.once('disconnect', () => process.exit(0));
  let gateway: Promise<Gateway> | undefined;
  process.on('message', (message: ToGateway) => {
    if (message.type === 'start') gateway = start(message.task);
    else void stop(gateway);
  });
}

async function start(task: GatewayTask): Promise<Gateway> {
  try {
    const gateway = await startGateway({
      ...task,
      onAddress: (address) => tell({ type: 'address', address }),
      onTrouble: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
    });
    const { port, address, problem } = gateway;
    tell({ type: 'listening', port, address, problem });
    return gateway;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    process.send?.({ type: 'refused', code: error.code, message: error.message } satisfies FromGateway, () =>
      process.exit(0),
    );
    return await new Promise<never>(() => undefined);
  }
}

async function stop(gateway: Promise<Gateway> | undefined): Promise<void> {
  await (await gateway)?.close();
  process.exit(0);
}

function tell(message: FromGateway): void {
  if (process.connected) process.send?.(message);
}

runGateway();
