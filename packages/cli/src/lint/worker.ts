/** A worker of the engine: waits for its work, then takes files as long as there are any. */
import { parentPort } from 'node:worker_threads';
import { useCompiledParser } from '@idempotify/core';
import { Linter } from './linter.ts';
import { type FromWorker, type PackedLint, pack, TAKEN, type WorkerData } from './protocol.ts';

const port = parentPort!;
port.once('message', (data: WorkerData) => void work(data));

async function work({ settings, jobs, state, worker, parser }: WorkerData): Promise<void> {
  useCompiledParser(parser);
  const linter = await Linter.of(settings);
  for (;;) {
    const from = Atomics.add(state, 0, TAKEN);
    if (from >= jobs.length) break;
    const results: PackedLint[] = [];
    for (const job of jobs.slice(from, from + TAKEN)) {
      Atomics.store(state, 1 + worker, job.id);
      results.push(pack(linter.run(job)));
    }
    Atomics.store(state, 1 + worker, -1);
    port.postMessage(results satisfies FromWorker);
  }
  port.postMessage([] satisfies FromWorker);
}
