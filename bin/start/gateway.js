// The launcher of the gateway's process.
import '../typescript.js';

await import('./gateway-child.ts');
