#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Node 22 and newer keep compiled code between runs.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

// require() loads the modules one after the other without a detour through the event loop: 10 ms less than import().
const require = module.createRequire(import.meta.url);
// A published package holds the program in a few files, which are read in half the time; a checkout runs what was built last.
const isCheckout = existsSync(fileURLToPath(new URL('../src', import.meta.url)));
const { main } = require(isCheckout ? './main.js' : '../bundle/main.js') as typeof import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
