// The launcher of the gateway's process.
import '../typescript.js';

const { runGateway } = await import('./gateway-child.ts');
runGateway();
