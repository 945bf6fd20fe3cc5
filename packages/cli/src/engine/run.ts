/** Runs the jobs in this thread or in workers, puts the results in order, writes changed files in place. */
import { availableParallelism } from 'node:os';
import { WriteError, replaceFile } from '../files/write.ts';
import { workerEntry } from '../workers.ts';
import { createProcessor, failedResult, loadHelpers } from './processor.ts';
import type { Job, JobResult, Settings } from './protocol.ts';

/** From here on starting workers costs less than it saves, measured on 2 cores: a worker takes 100 ms to load and warm up. */
const WORKERS_FROM_FILES = 150;
const WORKERS_FROM_BYTES = 64 * 1024;

/** Changed texts that wait to be written, in bytes. */
const WAITING_BYTES = 32 * 1024 * 1024;
/** Files that are written at the same time. */
const WRITERS = 16;

export interface RunOptions {
  readonly settings: Settings;
  readonly jobs: readonly Job[];
  /** Replace changed files. */
  readonly inPlace: boolean;
  /** Worker threads; 0 = none. Default: as many as there are processors, when there is enough to do. */
  readonly workers?: number;
  /** Size of all files together as far as known. */
  readonly bytes: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/**
 * Hands over every result in the order of the jobs, after the file has been written. Files of one migration folder are
 * written when all of them have been worked out: until then the folder is as it was, also for those that look back at
 * earlier migrations.
 */
export async function runJobs(options: RunOptions, onResult: (job: Job, result: JobResult) => void): Promise<void> {
  const { settings, jobs, inPlace, signal } = options;
  const inOrder = new Map<number, JobResult>();
  let next = 0;
  let done = 0;
  let batch: { job: Job; result: JobResult }[] = [];
  let waiting = 0;
  let writing = Promise.resolve();

  const flush = (): void => {
    const full = batch;
    batch = [];
    waiting = 0;
    writing = writing.then(async () => {
      const results = await writeChanged(full, signal);
      full.forEach(({ job }, index) => {
        const result = results[index];
        if (result) onResult(job, result);
      });
    });
  };

  const take = (result: JobResult): void => {
    inOrder.set(result.id, result);
    options.onProgress?.(++done);
    for (;;) {
      const job = jobs[next];
      const ready = inOrder.get(next);
      if (!job || !ready) return;
      inOrder.delete(next++);
      if (!inPlace) {
        onResult(job, ready);
        continue;
      }
      batch.push({ job, result: ready });
      waiting += (ready.before?.length ?? 0) + (ready.after?.length ?? 0);
      if (waiting > WAITING_BYTES || jobs[next]?.folder !== job.folder) flush();
    }
  };

  const workers = options.workers ?? chosenWorkers(jobs.length, options.bytes);
  if (workers > 0) {
    const { runPool } = await import('./pool.ts');
    await runPool({ entry: workerEntry('rewrite'), workers, settings, ...(signal ? { signal } : {}) }, jobs, take);
  } else {
    const processor = createProcessor(settings, await loadHelpers(settings));
    for (const job of jobs) {
      if (jobs.length > 1) await new Promise((resolve) => setImmediate(resolve)); // signals
      if (signal?.aborted) break;
      take(processor.process(job));
    }
  }
  if (batch.length > 0 && !signal?.aborted) flush();
  await writing;
}

function chosenWorkers(files: number, bytes: number): number {
  if (files < WORKERS_FROM_FILES && bytes < WORKERS_FROM_BYTES) return 0;
  return Math.min(availableParallelism(), Math.max(1, files));
}

/** @returns a result for each file of the batch; none for those that an abort kept from being written */
async function writeChanged(
  batch: readonly { job: Job; result: JobResult }[],
  signal: AbortSignal | undefined,
): Promise<(JobResult | undefined)[]> {
  const results: (JobResult | undefined)[] = batch.map(({ result }) => (result.after ? undefined : result));
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < batch.length && !signal?.aborted) {
      const index = next++;
      const { job, result } = batch[index]!;
      if (!result.before || !result.after) continue;
      try {
        const links = await replaceFile(job.path, result.before, result.after, signal);
        results[index] = links > 0 ? { ...result, notes: [...result.notes, hardLinked(links)] } : result;
      } catch (error) {
        if (signal?.aborted) return;
        results[index] = failedResult(job.id, error instanceof WriteError ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(WRITERS, batch.length) }, writer));
  return results;
}

function hardLinked(links: number): string {
  return `the file had ${links} further hard link${links === 1 ? '' : 's'}, which keep${links === 1 ? 's' : ''} the text as it was`;
}
