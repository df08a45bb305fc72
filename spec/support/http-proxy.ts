import { once } from 'node:events';
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What docs/WEB.md has nginx do, in the test's process: passes everything on as it is, and where it does not reach the
 * gateway it answers with a page of its own.
 */
export class HttpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #target: number;
  readonly #passing = new Set<ClientRequest>();
  #refusal: number | undefined;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (asked, answer) => this.#pass(asked, answer));
  }

  /** @param target port of 127.0.0.1 that it leads to */
  static async start(target: number): Promise<HttpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HttpProxy(server, target);
  }

  /** From now on nothing passes, and everything is answered with this status; undefined: it passes again. */
  refuse(status: number | undefined): void {
    this.#refusal = status;
    if (status !== undefined) for (const passing of this.#passing) passing.destroy();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    if (this.#refusal !== undefined) {
      asked.resume();
      answerWithPage(answer, this.#refusal);
      return;
    }
    const { method, url, headers } = asked;
    const passing = request({ host: '127.0.0.1', port: this.#target, method, path: url, headers, agent: false });
    this.#passing.add(passing);
    answer.on('close', () => passing.destroy());
    passing.on('close', () => {
      this.#passing.delete(passing);
      answer.destroy();
    });
    passing.on('error', () => {
      if (answer.headersSent) answer.destroy();
      else answerWithPage(answer, this.#refusal ?? 502);
    });
    passing.on('response', (passed) => {
      answer.writeHead(passed.statusCode ?? 502, passed.headers);
      answer.flushHeaders();
      passed.on('error', () => answer.destroy());
      passed.pipe(answer);
    });
    asked.pipe(passing);
  }
}

function answerWithPage(answer: ServerResponse, status: number): void {
  answer.writeHead(status, { 'content-type': 'text/html' });
  answer.end(`<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>\r\n`);
}
