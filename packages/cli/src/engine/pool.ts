/** Spreads jobs over worker threads. A worker that dies costs the file it was at; the others still get their result. */
import { Worker } from 'node:worker_threads';
import { failedResult } from './processor.ts';
import type { FromWorker, Job, JobResult, Settings, ToWorker, WorkerData } from './protocol.ts';

/** Chunks that a worker has in hand, so that it doesn't wait for the main thread. */
const IN_HAND = 2;
/** Chunks that may be finished before one that was started earlier is; bounds what waits to be put in order. */
const AHEAD = 256;
/** A worker that dies while it has no file at hand (it can't even start) would do so again. */
const IDLE_CRASHES = 2;

interface Member {
  worker: Worker;
  readonly index: number;
  chunks: Chunk[];
}

interface Chunk {
  readonly position: number;
  readonly jobs: readonly Job[];
}

export interface PoolOptions {
  /** The module that a worker runs. */
  readonly entry: URL;
  readonly workers: number;
  readonly settings: Settings;
  readonly signal?: AbortSignal;
}

/**
 * Runs the jobs and hands over the results, each exactly once and in no particular order. When the signal is aborted,
 * the files that were begun are finished and the rest is not started.
 */
export function runPool(
  options: PoolOptions,
  jobs: readonly Job[],
  onResult: (result: JobResult) => void,
): Promise<void> {
  const { entry, workers, settings, signal } = options;
  const chunks = inChunks(jobs, workers);
  const unfinished = new Set(chunks);
  const state = new Int32Array(new SharedArrayBuffer(4 * (1 + workers))).fill(-1, 1);
  const members = new Set<Member>();
  const again: Chunk[] = [];
  let next = 0;
  let idleCrashes = 0;

  return new Promise((resolve, reject) => {
    let settled = false;
    const finish = (error?: Error): void => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', stop);
      const ended = [...members].map((member) => member.worker.terminate());
      void Promise.allSettled(ended).then(() => (error ? reject(error) : resolve()));
    };
    const stop = (): void => {
      Atomics.store(state, 0, 1);
      next = chunks.length;
      again.length = 0;
      if ([...members].every((member) => member.chunks.length === 0)) finish();
    };

    const feed = (member: Member): void => {
      while (member.chunks.length < IN_HAND) {
        let chunk = again.shift();
        if (!chunk) {
          const oldest = unfinished.values().next().value as Chunk;
          if (next >= chunks.length || next - oldest.position > AHEAD) break;
          chunk = chunks[next++]!;
        }
        member.chunks.push(chunk);
        member.worker.postMessage({ jobs: chunk.jobs } satisfies ToWorker);
      }
    };

    const done = (chunk: Chunk): void => {
      unfinished.delete(chunk);
      if (unfinished.size === 0) finish();
      else for (const member of members) feed(member);
    };

    const start = (index: number): void => {
      Atomics.store(state, 1 + index, -1);
      const data: WorkerData = { settings, state, worker: index };
      const worker = new Worker(entry, { workerData: data });
      const member: Member = { worker, index, chunks: [] };
      members.add(member);
      worker.on('message', ({ results }: FromWorker) => {
        const chunk = member.chunks.shift()!;
        for (const result of results) onResult(result);
        if (signal?.aborted) {
          if ([...members].every((each) => each.chunks.length === 0)) finish();
        } else done(chunk);
      });
      let reason = 'the worker ended';
      worker.on('error', (error: Error) => {
        reason = error instanceof Error ? error.message : String(error);
      });
      worker.on('exit', () => {
        if (settled) return;
        members.delete(member);
        replace(member, reason);
      });
      feed(member);
    };

    /** Takes over what a dead worker had in hand. */
    const replace = (member: Member, reason: string): void => {
      const at = Atomics.load(state, 1 + member.index);
      if (at < 0 && ++idleCrashes >= IDLE_CRASHES) {
        finish(new Error(`the worker threads do not work: ${reason}`));
        return;
      }
      if (signal?.aborted) {
        member.chunks = [];
        stop();
        return;
      }
      for (const chunk of member.chunks) {
        unfinished.delete(chunk);
        for (const job of chunk.jobs) {
          if (job.id === at) {
            onResult(failedResult(at, `the rewriter crashed on it: ${reason}`));
            continue;
          }
          // one by one: if one more of them crashes a worker, nothing else is done a third time
          const single = { position: chunk.position, jobs: [job] };
          again.push(single);
          unfinished.add(single);
        }
      }
      if (unfinished.size === 0) finish();
      else start(member.index);
    };

    if (signal?.aborted || chunks.length === 0) {
      finish();
      return;
    }
    signal?.addEventListener('abort', stop);
    for (let index = 0; index < Math.min(workers, chunks.length); index++) start(index);
  });
}

/** Large enough that messages cost nothing, small enough that all workers finish together. */
function inChunks(jobs: readonly Job[], workers: number): Chunk[] {
  const size = Math.max(1, Math.min(32, Math.ceil(jobs.length / (workers * 12))));
  const chunks: Chunk[] = [];
  for (let i = 0; i < jobs.length; i += size) chunks.push({ position: chunks.length, jobs: jobs.slice(i, i + size) });
  return chunks;
}
