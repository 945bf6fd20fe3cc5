/** A worker of the pool: takes jobs, gives results. */
import { parentPort, workerData } from 'node:worker_threads';
import { createProcessor, loadHelpers } from './processor.ts';
import type { FromWorker, JobResult, ToWorker, WorkerData } from './protocol.ts';

const { settings, state, worker } = workerData as WorkerData;
const port = parentPort!;
const processor = createProcessor(settings, await loadHelpers(settings));

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
