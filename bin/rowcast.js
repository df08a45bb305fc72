#!/usr/bin/env node
// The launcher.
import './typescript.js';

const { run } = await import('./main.ts');
await run(process.argv);
