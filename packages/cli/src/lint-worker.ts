/** The entry of `lint`'s worker threads. */
import module from 'node:module';

// Node 22 and newer keep compiled code between runs; each thread has to ask for it, before it loads anything.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
await import('./lint/worker.ts');
