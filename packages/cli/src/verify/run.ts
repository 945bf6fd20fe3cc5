/** Plans the proofs, has them done, puts the report together. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  ConnectionError,
  type MigrationProof,
  type PostgresServer,
  type WholeHistory,
  checkNames,
  connectServer,
  pgliteVersion,
  reachesBeyond,
} from '@idempotify/database';
import { isScript, raisedByGuard, systemMessage } from '@idempotify/core';
import { namedTool } from '../commands/shared.ts';
import { UsageError } from '../errors.ts';
import { type InputPlan, planInputs } from '../files/inputs.ts';
import type { Called } from '../options.ts';
import { packageVersion } from '../package.ts';
import type { ExitCode, RunError } from '../results.ts';
import { printable } from '../terminal.ts';
import { type ProofCache, cacheIn, defaultCacheFolder, noCache } from './cache.ts';
import { type Explain, explainer } from './explain.ts';
import { type VerifyOptions, shardOf } from './options.ts';
import { type PlannedMigration, type PlannedProof, planProofs } from './plan.ts';
import { runTasks } from './pool.ts';
import type { Task, VerifySettings } from './protocol.ts';
import {
  type FolderProof,
  type MigrationReport,
  VERIFY_VERSION,
  type VerifyReport,
  type VerifyTotals,
  type WholeHistoryReport,
} from './report.ts';

/** Is told about the run while it goes on: folders and their migrations in order. */
export interface VerifyListener {
  folder(folder: Omit<FolderProof, 'migrations'> & { readonly migrations: { readonly length: number } }): void;
  migration(report: MigrationReport): void;
  progress(done: number, total: number): void;
}

export type ResolvedVerifyOptions = Omit<VerifyOptions, 'cwd'> & {
  readonly cwd: string;
  readonly ignoreBase: string;
  readonly called: Called;
};

const DEFAULT_TIMEOUT_S = 60;
const MOST_WORKERS = 4;
/** For fewer migrations a second server would take longer to start than it saves. */
const WORTH_A_WORKER = 12;

/** Migrations in JavaScript and TypeScript are run by their tool, which is not here: nothing may be said of them, least of all that they are proven. */
function onlySql(plan: InputPlan, errors: RunError[]): InputPlan {
  for (const { files, display, tool } of plan.folders) {
    const scripts = files.filter(isScript).length;
    if (scripts === 0) continue;
    errors.push({
      path: display,
      message: `verify runs SQL: ${scripts} migration${scripts === 1 ? '' : 's'} in JavaScript or TypeScript ${scripts === 1 ? 'is' : 'are'} left out, since only ${tool.title} itself can run ${scripts === 1 ? 'it' : 'them'}`,
    });
  }
  const folders = plan.folders.map((folder) => ({ ...folder, files: folder.files.filter((file) => !isScript(file)) }));
  const kept = folders.filter(({ files }) => files.length > 0);
  return {
    ...plan,
    folders: kept,
    targets: plan.targets.flatMap((target) => {
      const folder = kept.indexOf(folders[target.folder]!);
      return folder < 0 || isScript(target.path) ? [] : [{ ...target, folder }];
    }),
  };
}

/** @throws UsageError */
export async function runVerify(options: ResolvedVerifyOptions, listener: VerifyListener): Promise<VerifyReport> {
  const startedAt = performance.now();
  const checks = checkNames.filter((name) => (options.checks ?? checkNames).includes(name));
  const prelude = preludeOf(options);
  const tool = namedTool(options.tool, options.called);
  const found = await planInputs({
    paths: options.paths ?? [],
    cwd: options.cwd,
    ...(tool ? { tool } : {}),
    ...(options.ignore?.length ? { ignore: { base: options.ignoreBase, patterns: options.ignore } } : {}),
  });
  const errors: RunError[] = [...found.errors];
  const inputs = onlySql(found, errors);
  for (const other of inputs.others)
    if (other.status === 'failed') errors.push({ path: other.display, message: other.reason });

  const statementTimeout = (options.statementTimeout ?? DEFAULT_TIMEOUT_S) * 1000;
  let admin: PostgresServer | undefined;
  try {
    if (options.url !== undefined) {
      admin = await connectServer(options.url);
      // what an earlier run has left behind could be in the way
      await (options.disposableServer ? admin.claim() : admin.removeOrphans());
    }
    const confined = options.url !== undefined && !options.disposableServer;
    if (confined && reachesBeyond(prelude)) {
      throw new UsageError(
        `${options.called('prelude')} makes roles or reaches beyond its database in another way, and the server of ${options.called('url')} is to be spared: leave that out, or say ${options.called('disposableServer')} when that server is there for nothing else`,
      );
    }
    const server = admin ? serverName(admin.versionNumber) : `PGlite ${pgliteVersion}`;
    const cache: ProofCache =
      options.cache === false
        ? noCache
        : cacheIn(path.resolve(options.cwd, options.cache ?? defaultCacheFolder(options.cwd)));
    const shard = options.shard === undefined ? undefined : shardOf(options.shard);
    const plan = planProofs(inputs, {
      cwd: options.cwd,
      original: options.original,
      originalRef: options.originalRef,
      prelude,
      called: options.called,
      ground: [packageVersion(), String(VERIFY_VERSION), server, String(confined), prelude],
      checks,
      cache,
      shard,
    });
    const whole = options.wholeHistory === true && (shard === undefined || shard.index === 1);
    const settings: VerifySettings = {
      server:
        admin && options.url !== undefined
          ? { kind: 'server', url: options.url, run: admin.run }
          : { kind: 'pglite', extensions: plan.extensions },
      statementTimeout,
      checks,
      confined,
      prelude,
      folders: plan.folders.map(({ root, tool, migrations }) => ({
        root,
        tool: tool.name,
        files: migrations.map(({ file }) => file),
      })),
    };
    const gathering = new Gathering(plan.folders, listener, cache);
    const tasks = gathering.tasks(whole);
    // roles belong to the whole server: two workers would find, and drop, each other's
    const alone = admin !== undefined && !confined;
    const workers = Math.min(
      alone ? 1 : tasks.length,
      options.workers ?? Math.min(os.availableParallelism(), MOST_WORKERS),
      Math.max(1, Math.ceil(tasks.length / (options.workers === undefined ? WORTH_A_WORKER : 1))),
    );
    let version = '';
    const fault =
      tasks.length === 0
        ? undefined
        : await runTasks(
            settings,
            tasks,
            workers,
            {
              onReady: (number) => (version = `${admin ? 'PostgreSQL' : 'PGlite'} ${dotted(number)}`),
              onResult: (result) => {
                if (result.kind === 'proof') gathering.proven(result.task, result.proof, result.ms);
                else gathering.whole(result.task, result.whole);
              },
            },
            options.signal,
          );
    if (fault) {
      const { task, message } = fault;
      const at = task ? plan.folders[task.folder]?.migrations[task.index]?.display : undefined;
      errors.push({ message, ...(at === undefined ? {} : { path: at }) });
    }
    if (options.signal?.aborted) errors.push({ message: 'interrupted: what was not proven yet is missing' });
    const folders = gathering.folders();
    return summed(
      {
        version: VERIFY_VERSION,
        program: packageVersion(),
        server: version,
        checks,
        folders,
        errors,
        ...(shard ? { shard } : {}),
      },
      startedAt,
      options.allowUnproven === true,
    );
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    throw new UsageError(error.message, { cause: error });
  } finally {
    if (admin) await putAway(admin, options.url!);
  }
}

/** Nothing of ours stays on the server, however the run ended. */
export async function putAway(admin: PostgresServer, url: string): Promise<void> {
  try {
    await admin.removeRun();
  } catch {
    // the connection was lost, or a session would not end
    const again = await connectServer(url, { run: admin.run }).catch(() => undefined);
    // when it does not work now, the next run removes what is left
    await again?.removeRun().catch(() => undefined);
    await again?.close().catch(() => undefined);
  } finally {
    // a connection that stays open would keep the process alive
    await admin.close().catch(() => undefined);
  }
}

/** 180004 -> `18.4`. */
export const dotted = (number: number): string => `${Math.floor(number / 10000)}.${number % 10000}`;
const serverName = (number: number): string => `PostgreSQL ${dotted(number)}`;

export function preludeOf({ cwd, prelude, called }: Pick<ResolvedVerifyOptions, 'cwd' | 'prelude' | 'called'>): string {
  if (prelude === undefined) return '';
  try {
    return fs.readFileSync(path.resolve(cwd, prelude), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UsageError(`${called('prelude')} ${printable(prelude)}: ${systemMessage(error)}`, { cause: error });
  }
}

/** Takes results as they come and tells them in the order of the history. */
class Gathering {
  readonly #folders: readonly PlannedProof[];
  readonly #listener: VerifyListener;
  readonly #cache: ProofCache;
  readonly #explain: readonly Explain[];
  readonly #reports: (MigrationReport | undefined)[][];
  readonly #whole = new Map<number, WholeHistoryReport>();
  readonly #total: number;
  #done = 0;
  /** What has been told: the folder and how many of its migrations. */
  #told = { folder: -1, migrations: 0 };

  constructor(folders: readonly PlannedProof[], listener: VerifyListener, cache: ProofCache) {
    this.#folders = folders;
    this.#listener = listener;
    this.#cache = cache;
    this.#explain = folders.map(explainer);
    this.#reports = folders.map(({ migrations }) => migrations.map(withoutRunning));
    this.#total = this.#reports.flat().filter((report) => report === undefined).length;
  }

  /** What has to be run, in the order of the history. */
  tasks(whole: boolean): Task[] {
    const tasks = this.#reports.flatMap((reports, folder) =>
      reports.flatMap((report, index): Task[] => (report === undefined ? [{ folder, index }] : [])),
    );
    if (whole) tasks.push(...this.#folders.map((_, folder) => ({ folder, index: -1 })));
    this.#tell();
    return tasks;
  }

  proven({ folder, index }: Task, proof: MigrationProof, ms: number): void {
    const planned = this.#folders[folder]!.migrations[index]!;
    this.#reports[folder]![index] = this.#report(folder, index, planned, proof, ms);
    this.#listener.progress(++this.#done, this.#total);
    this.#tell();
  }

  #report(
    folder: number,
    index: number,
    planned: PlannedMigration,
    proof: MigrationProof,
    ms: number,
  ): MigrationReport {
    const { unproven, verdict, ...rest } = proof;
    const { refused, failures } = this.#explain[folder]!(index, proof.statements, proof.failures);
    const unprovable = [
      ...unproven.map(({ statement, reason, advice }) => {
        const place = statement === undefined ? undefined : proof.statements[statement];
        return {
          ...(place ? { line: place.line, column: place.column } : {}),
          reason,
          ...(advice === undefined ? {} : { advice }),
        };
      }),
      ...refused,
    ];
    const status = verdict === 'proven' && unprovable.length > 0 ? 'unproven' : verdict;
    if (status === 'proven') this.#cache.put(planned.key, { checks: proof.checks, notes: proof.notes, ms });
    return {
      ...rest,
      ...named(planned),
      failures,
      status,
      cached: false,
      unprovable,
      ...(status === 'proven' ? {} : { sql: textIfThere(planned.file.path) }),
      ms,
    };
  }

  whole({ folder }: Task, { failed: raised, differences, rows }: WholeHistory): void {
    const failed = raised.filter(({ error }) => !raisedByGuard(error));
    const stopped = raised.filter(({ error }) => raisedByGuard(error));
    const equal = failed.length + differences.length + rows.length === 0;
    this.#whole.set(folder, { verdict: equal ? 'proven' : 'failed', failed, stopped, differences, rows });
  }

  #tell(): void {
    for (;;) {
      const { folder, migrations } = this.#told;
      if (folder >= 0 && migrations < this.#reports[folder]!.length) {
        const report = this.#reports[folder]![migrations];
        if (!report) return;
        this.#listener.migration(report);
        this.#told.migrations++;
      } else {
        if (folder + 1 >= this.#folders.length) return;
        this.#told = { folder: folder + 1, migrations: 0 };
        const planned = this.#folders[folder + 1]!;
        this.#listener.folder({ ...headOf(planned), migrations: { length: planned.migrations.length } });
      }
    }
  }

  /** What came in; migrations that nothing came in about were not reached. */
  folders(): FolderProof[] {
    return this.#folders.map((planned, folder) => {
      const whole = this.#whole.get(folder);
      return {
        ...headOf(planned),
        migrations: this.#reports[folder]!.map((report, index) => report ?? notReached(planned.migrations[index]!)),
        ...(whole ? { wholeHistory: whole } : {}),
      };
    });
  }
}

const nothing = { checks: [], statements: [], runs: [], failures: [], notes: [], unprovable: [], ms: 0 } as const;

const named = ({ display, file, original }: PlannedMigration): Pick<MigrationReport, 'path' | 'name' | 'original'> => ({
  path: display,
  name: file.name,
  original,
});

function notReached(planned: PlannedMigration): MigrationReport {
  const unprovable = [{ reason: 'the run ended before its turn came' }];
  return { ...nothing, ...named(planned), status: 'unproven', cached: false, unprovable };
}

/** What is known without a server; undefined when it has to be run. */
function withoutRunning(planned: PlannedMigration): MigrationReport | undefined {
  const common = { ...nothing, ...named(planned), cached: false };
  if (!planned.wanted) return { ...common, status: 'elsewhere' };
  if (planned.problem !== undefined)
    return { ...common, status: 'unproven', unprovable: [{ reason: planned.problem }] };
  if (!planned.kept) return undefined;
  const { checks, notes, ms } = planned.kept;
  return { ...common, status: 'proven', cached: true, checks, notes, ms };
}

const headOf = ({
  display,
  tool,
  transactions,
}: PlannedProof): Pick<FolderProof, 'path' | 'tool' | 'title' | 'transactions'> => ({
  path: display,
  tool: tool.name,
  title: tool.title,
  transactions,
});

function textIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Adds totals and exit code. */
export function summed(
  report: Omit<VerifyReport, 'totals' | 'exitCode'>,
  startedAt: number,
  allowUnproven: boolean,
): VerifyReport {
  const all = report.folders.flatMap(({ migrations }) => migrations);
  const count = (status: MigrationReport['status']): number => all.filter((each) => each.status === status).length;
  const totals: VerifyTotals = {
    migrations: all.length,
    proven: count('proven'),
    cached: all.filter(({ cached }) => cached).length,
    failed: count('failed'),
    unproven: count('unproven'),
    elsewhere: count('elsewhere'),
    // as the lines of the migrations count; what was proven earlier was not run
    runs: all.reduce(
      (sum, { cached, checks }) => sum + (cached ? 0 : checks.reduce((of, { runs }) => of + runs, 0)),
      0,
    ),
    ms: Math.round(performance.now() - startedAt),
  };
  const wholes = report.folders.flatMap(({ wholeHistory }) => wholeHistory ?? []);
  const failed = totals.failed > 0 || wholes.some(({ verdict }) => verdict === 'failed');
  const exitCode: ExitCode = report.errors.length > 0 ? 2 : failed || (totals.unproven > 0 && !allowUnproven) ? 1 : 0;
  return { ...report, totals, exitCode };
}
