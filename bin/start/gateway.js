// The launcher of the gateway's process.
import { importOwn } from '../program.js';

await importOwn('start/gateway-child');
