/** Spreads the migrations over workers, each with a server of its own, and watches that none of them hangs. */
import { workerEntry } from '../workers.ts';
import { Worker } from 'node:worker_threads';
import {
  RUNNING_BYTES,
  type FromVerifyWorker,
  type Task,
  type ToVerifyWorker,
  type VerifySettings,
  type VerifyWorkerData,
} from './protocol.ts';

export interface Fault {
  readonly message: string;
  readonly task?: Task;
}

export interface PoolEvents {
  onResult(result: Extract<FromVerifyWorker, { kind: 'proof' | 'whole' }>): void;
  /** The server's `server_version_num`. */
  onReady(version: number): void;
}

interface Member {
  readonly worker: Worker;
  readonly begun: BigInt64Array<SharedArrayBuffer>;
  readonly running: Uint8Array<SharedArrayBuffer>;
  task: Task | undefined;
  ready: boolean;
  closed: boolean;
}

const WATCH_EVERY_MS = 200;
/** How much longer than `statementTimeout` is waited for a server that should give up by itself. */
const GRACE_MS = 5000;
/** How long a worker may take to put everything away. */
const CLOSE_MS = 15_000;

/**
 * Does the tasks in their order, which is that of the history: a worker replays what lies between its own.
 * @returns what ended the work before its time
 */
export function runTasks(
  settings: VerifySettings,
  tasks: readonly Task[],
  workers: number,
  events: PoolEvents,
  signal?: AbortSignal,
): Promise<Fault | undefined> {
  const entry = workerEntry('verify');
  const members: Member[] = [];
  let next = 0;
  let fault: Fault | undefined;
  let ending = false;

  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const limit = settings.statementTimeout + (settings.server.kind === 'server' ? GRACE_MS : 0);
      for (const member of members) {
        const since = Number(Atomics.load(member.begun, 0));
        if (since === 0 || Date.now() - since < limit) continue;
        const text = new TextDecoder().decode(member.running.slice(1, 1 + (member.running[0] ?? 0)));
        const seconds = settings.statementTimeout / 1000;
        end(
          {
            message: `a statement ran for more than ${seconds} s and was given up (--statement-timeout SECONDS allows more): ${text.replace(/\s+/g, ' ').trim()} …`,
            ...(member.task ? { task: member.task } : {}),
          },
          member,
        );
      }
    }, WATCH_EVERY_MS);

    const settle = (): void => {
      if (members.some((member) => !member.closed)) return;
      clearInterval(watch);
      signal?.removeEventListener('abort', stop);
      resolve(fault);
    };
    const kill = (member: Member): void => {
      void member.worker.terminate().then(() => {
        member.closed = true;
        settle();
      });
    };
    /** @param hung does not answer any more */
    const end = (why?: Fault, hung?: Member): void => {
      fault ??= why;
      if (hung) kill(hung);
      if (ending) return;
      ending = true;
      for (const member of members) {
        if (member === hung || member.closed) continue;
        // in the middle of a migration the end would have to wait for it
        if (why || signal?.aborted) kill(member);
        else {
          member.worker.postMessage({ close: true } satisfies ToVerifyWorker);
          setTimeout(() => {
            if (!member.closed) kill(member);
          }, CLOSE_MS).unref();
        }
      }
      settle();
    };
    const stop = (): void => end();
    const feed = (member: Member): void => {
      if (ending) return;
      const task = tasks[next];
      if (task) {
        next++;
        member.task = task;
        member.worker.postMessage({ task } satisfies ToVerifyWorker);
      } else if (members.every((each) => each.task === undefined)) end();
    };

    for (let count = 0; count < Math.min(workers, tasks.length); count++) {
      const begun = new BigInt64Array(new SharedArrayBuffer(8));
      const running = new Uint8Array(new SharedArrayBuffer(1 + RUNNING_BYTES));
      const workerData: VerifyWorkerData = { settings, begun, running };
      const member: Member = {
        worker: new Worker(entry, { workerData }),
        begun,
        running,
        task: undefined,
        ready: false,
        closed: false,
      };
      members.push(member);
      member.worker.on('message', (message: FromVerifyWorker) => {
        switch (message.kind) {
          case 'ready':
            member.ready = true;
            events.onReady(message.version);
            feed(member);
            break;
          case 'proof':
          case 'whole':
            member.task = undefined;
            if (!ending) events.onResult(message);
            feed(member);
            break;
          case 'fault':
            end(message);
            break;
          case 'closed':
            break;
        }
      });
      let reason = 'it ended without a word';
      member.worker.on('error', (error: unknown) => {
        reason = error instanceof Error ? error.message : String(error);
      });
      member.worker.on('exit', () => {
        member.closed = true;
        if (!ending) end({ message: `a worker thread died: ${reason}`, ...(member.task ? { task: member.task } : {}) });
        settle();
      });
    }
    if (signal?.aborted || members.length === 0) stop();
    signal?.addEventListener('abort', stop);
  });
}
