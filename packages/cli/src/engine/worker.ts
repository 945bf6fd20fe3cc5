/** A worker of the pool: takes jobs, gives results. */
import module from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, JobResult, ToWorker, WorkerData } from './protocol.ts';

// Node 22 and newer keep compiled code between runs; each thread has to ask for it
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

const { settings, state, worker } = workerData as WorkerData;
const port = parentPort!;
// as in bin.ts
const require = module.createRequire(import.meta.url);
const { createProcessor } = require('./processor.js') as typeof import('./processor.ts');
const unifiedDiff = settings.diff ? (require('../diff.js') as typeof import('../diff.ts')).unifiedDiff : undefined;
const processor = createProcessor(settings, unifiedDiff);

port.on('message', ({ jobs }: ToWorker) => {
  const results: JobResult[] = [];
  const transfer: ArrayBuffer[] = [];
  for (const job of jobs) {
    if (Atomics.load(state, 0) !== 0) break;
    Atomics.store(state, 1 + worker, job.id);
    const result = processor.process(job);
    results.push(result);
    if (result.before) transfer.push(result.before.buffer);
    if (result.after) transfer.push(result.after.buffer);
  }
  Atomics.store(state, 1 + worker, -1);
  port.postMessage({ results } satisfies FromWorker, transfer);
});
