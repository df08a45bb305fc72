#!/usr/bin/env node
// The launcher.
import { importOwn } from './program.js';

const { run } = await importOwn('main');
await run(process.argv);
