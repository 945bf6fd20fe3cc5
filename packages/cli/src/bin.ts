#!/usr/bin/env node
import module from 'node:module';

// Node 22 and newer keep compiled code between runs.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

// require() loads the modules one after the other without a detour through the event loop: 10 ms less than import().
const require = module.createRequire(import.meta.url);
const { main } = require('./main.js') as typeof import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
