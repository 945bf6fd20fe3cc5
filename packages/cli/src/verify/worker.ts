/** A worker of `verify`: one server, one history at a time. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { toolByName, readText, folderAt } from '@idempotify/core';
import {
  ConnectionError,
  type History,
  type MigrationProof,
  PreludeError,
  type Server,
  SqlError,
  connectServer,
  openHistory,
  startPGlite,
  watchedServer,
} from '@idempotify/database';
import type { FromVerifyWorker, Task, ToVerifyWorker, VerifyFile, VerifyWorkerData } from './protocol.ts';

const { settings, begun, running } = workerData as VerifyWorkerData;
const port = parentPort as MessagePort;
const tell = (message: FromVerifyWorker): void => port.postMessage(message);
const encoder = new TextEncoder();

async function start(): Promise<Server> {
  const { server, statementTimeout } = settings;
  const started =
    server.kind === 'pglite'
      ? await startPGlite({ extensions: server.extensions, ready: READY })
      : await connectServer(server.url, { run: server.run, statementTimeout });
  return watchedServer(started, {
    begin(sql) {
      const { written } = encoder.encodeInto(sql.slice(0, RUNNING_CHARACTERS), running.subarray(1));
      running[0] = written;
      Atomics.store(begun, 0, BigInt(Date.now()));
    },
    end() {
      Atomics.store(begun, 0, 0n);
    },
  });
}

/** The database with the history, that of its common transaction, a copy. */
const READY = 3;

/** A character takes up to three bytes. */
const RUNNING_CHARACTERS = 60;

let server: Server | undefined;
let open: { readonly folder: number; readonly history: History } | undefined;
/** Migrations, by folder, that the embedded server does not survive. */
const deadly = new Map<number, Set<number>>();

async function historyOf(folder: number): Promise<History> {
  if (open?.folder === folder) return open.history;
  const before = open;
  open = undefined;
  await before?.history.close();
  server ??= await start();
  const { tool, files, root } = settings.folders[folder]!;
  const history = await openHistory({
    server,
    tool: toolByName(tool)!,
    folder: folderAt(
      root,
      files.map(({ name }) => name),
    ),
    files: files.map((file) => ({
      path: file.name,
      original: () => originalOf(file),
      file: () => readText(file.path),
    })),
    checks: new Set(settings.checks),
    prelude: settings.prelude,
    confined: settings.confined,
    skip: deadly.get(folder) ?? new Set(),
  });
  open = { folder, history };
  return history;
}

function originalOf({ path, original }: VerifyFile): string {
  if (!original) return readText(path);
  return 'text' in original ? original.text : readText(original.path);
}

/** What happened; how to allow more time, where the server gave a statement up by itself. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const { cause } = error instanceof ConnectionError ? error : {};
  return cause instanceof SqlError && cause.code === '57014'
    ? `${message} (--statement-timeout SECONDS allows more)`
    : message;
}

async function work(task: Task): Promise<void> {
  const startedAt = performance.now();
  try {
    const history = await historyOf(task.folder);
    if (task.index < 0) tell({ kind: 'whole', task, whole: await history.wholeHistory() });
    else {
      const proof = await history.prove(task.index);
      tell({ kind: 'proof', task, proof, ms: Math.round(performance.now() - startedAt) });
    }
  } catch (error) {
    const message = messageOf(error);
    // no migration's fault
    if (error instanceof PreludeError) tell({ kind: 'fault', message });
    else if (error instanceof SqlError && error.code === '42501') {
      tell({ kind: 'fault', message: `the role of --url may not do what is needed (it needs CREATEDB): ${message}` });
    } else if (!(error instanceof ConnectionError)) {
      const stack = error instanceof Error ? (error.stack ?? message) : message;
      tell({ kind: 'fault', task, message: `this is a bug of idempotify, please report it: ${stack}` });
    } else if (settings.server.kind === 'server' || task.index < 0) tell({ kind: 'fault', task, message });
    else await survive(task, message, startedAt);
  }
}

/** The embedded server broke down: the migration at which it did is left out, and another server goes on. */
async function survive(task: Task, message: string, startedAt: number): Promise<void> {
  const at = open?.history.at ?? task.index;
  const skip = deadly.get(task.folder) ?? new Set();
  const again = skip.has(at) || at < task.index;
  deadly.set(task.folder, skip.add(at));
  open = undefined;
  const old = server;
  server = undefined;
  await old?.close().catch(() => undefined);
  if (again && at < task.index) {
    await work(task);
    return;
  }
  const proof: MigrationProof = {
    verdict: 'unproven',
    checks: [],
    statements: [],
    runs: [],
    failures: [],
    notes: [],
    unproven: [{ reason: message, advice: 'use a real server: --url postgres://…' }],
  };
  tell({ kind: 'proof', task, proof, ms: Math.round(performance.now() - startedAt) });
}

let queue = Promise.resolve();
port.on('message', (message: ToVerifyWorker) => {
  queue = queue.then(async () => {
    if ('task' in message) {
      await work(message.task);
      return;
    }
    const { history } = open ?? {};
    await history?.close().catch(() => undefined);
    await server?.close().catch(() => undefined);
    tell({ kind: 'closed' });
    port.close();
  });
});

try {
  server = await start();
  tell({ kind: 'ready', version: server.versionNumber });
} catch (error) {
  tell({ kind: 'fault', message: error instanceof Error ? error.message : String(error) });
}
