/** Files in, results out. Nothing else in the linter knows of threads. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { compiledParser } from '@idempotify/core';
import { workerEntry } from '../workers.ts';
import { Linter, failedLint } from './linter.ts';
import {
  TAKEN,
  type FromWorker,
  type LintJob,
  type LintSettings,
  type PackedLint,
  type WorkerData,
} from './protocol.ts';

/** From here on a worker saves more than its start costs. */
const WORKERS_FROM_FILES = 150;
/** Each needs its own parser and rules, 60 MB, so large machines get no more than that. */
const MOST_WORKERS = 3;
const YOUNG_MB = 12;

export interface LintRun {
  readonly settings: LintSettings;
  readonly jobs: readonly LintJob[];
  /** Threads beside this one; default: decided by the number of files. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Workers that have been started ahead; ended with the run. */
  readonly ahead?: WorkersAhead | undefined;
}

/** Little room for what is young: a thread more would else take 60 MB more, for 3 % less time (measured on 3,400 files). */
const newWorker = (): Worker =>
  new Worker(workerEntry('lint'), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });

/** Threads that load their program while it is still being found out what there is to do. */
export class WorkersAhead {
  readonly #workers: Worker[];

  constructor(count = Math.min(availableParallelism() - 1, MOST_WORKERS)) {
    this.#workers = Array.from({ length: count }, () => {
      const worker = newWorker();
      // one that can't even start is replaced by one that is listened to
      worker.on('error', () => undefined);
      worker.on('exit', () => {
        const at = this.#workers.indexOf(worker);
        if (at >= 0) this.#workers.splice(at, 1);
      });
      return worker;
    });
  }

  take(): Worker | undefined {
    return this.#workers.pop();
  }

  /** Ends those that nobody has taken. */
  end(): void {
    for (const worker of this.#workers.splice(0)) void worker.terminate();
  }
}

/**
 * Lints all files, in this thread and in workers at the same time: whoever is free takes the next few. A worker that dies
 * costs the file that it was at.
 *
 * @returns the results by the position of the job; none for what an abort kept from being done
 */
export async function lintAll(run: LintRun): Promise<readonly (PackedLint | undefined)[]> {
  const { settings, jobs, signal } = run;
  const results: (PackedLint | undefined)[] = new Array<PackedLint | undefined>(jobs.length);
  let done = 0;
  const take = (result: PackedLint): void => {
    results[result.id] = result;
    run.onProgress?.(++done);
  };
  const count = run.workers ?? chosenWorkers(jobs.length);
  const state = new Int32Array(new SharedArrayBuffer(4 * (1 + count))).fill(-1, 1);
  const stop = (): number => Atomics.store(state, 0, jobs.length);
  signal?.addEventListener('abort', stop);
  const workers = Array.from({ length: Math.min(count, jobs.length) }, (_, worker) =>
    startWorker({ settings, jobs, state, worker, parser: compiledParser() }, run.ahead, take),
  );
  run.ahead?.end();
  const linter = await Linter.of(settings);
  for (;;) {
    if (signal?.aborted) break;
    const from = Atomics.add(state, 0, TAKEN);
    if (from >= jobs.length) break;
    for (const job of jobs.slice(from, from + TAKEN)) take(linter.run(job));
    // lets signals, the progress line and the messages of the workers in
    await new Promise((resolve) => setImmediate(resolve));
  }
  const crashes = await Promise.all(workers);
  signal?.removeEventListener('abort', stop);
  for (const crash of crashes) {
    const job = crash && jobs[crash.at];
    if (job && !results[job.id]) take(failedLint(job.id, `the linter crashed on it: ${crash.reason}`));
  }
  // what a worker had taken when it died
  if (!signal?.aborted) for (const job of jobs) if (!results[job.id]) take(linter.run(job));
  return results;
}

function chosenWorkers(files: number): number {
  return Math.min(availableParallelism() - 1, Math.floor(files / WORKERS_FROM_FILES), MOST_WORKERS);
}

interface Crash {
  /** The job, -1 = none. */
  readonly at: number;
  readonly reason: string;
}

/** @returns why it ended before its time */
function startWorker(
  data: WorkerData,
  ahead: WorkersAhead | undefined,
  take: (result: PackedLint) => void,
): Promise<Crash | undefined> {
  return new Promise((resolve) => {
    let reason: string | undefined;
    const worker = ahead?.take() ?? newWorker();
    worker.on('message', (results: FromWorker) => {
      for (const result of results) take(result);
      // an empty message is the last one
      if (results.length > 0) return;
      resolve(undefined);
      void worker.terminate();
    });
    worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      resolve({ at: Atomics.load(data.state, 1 + data.worker), reason: reason ?? 'the worker ended' });
    });
    worker.postMessage(data);
  });
}
