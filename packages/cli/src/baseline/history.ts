/** `baseline --history`: what the migrations of a folder have to do with a live database. */
import path from 'node:path';
import {
  BaselineRefused,
  type BaselineLedger,
  type NewFile,
  type Tool,
  isScript,
  quoteIdent,
  textOf,
} from '@idempotify/core';
import {
  type HistoryComparison,
  type HistoryDifference,
  type LiveCatalog,
  type LiveSession,
  type Replayed,
  ConnectionError,
  LedgerRefused,
  PreludeError,
  SqlError,
  compareReplayed,
  connectServer,
  diffSnapshots,
  pgliteVersion,
  readLive,
  readLiveInside,
  reachesBeyond,
  replayHistory,
  startPGlite,
} from '@idempotify/database';
import { namedTool } from '../commands/shared.ts';
import { UsageError } from '../errors.ts';
import type { Called } from '../options.ts';
import type { ExitCode } from '../results.ts';
import { printable } from '../terminal.ts';
import { shippedExtensions } from '../verify/plan.ts';
import { dotted, preludeOf, putAway } from '../verify/run.ts';
import { type BaselinePlace, findBaselinePlace } from './place.ts';

export interface BaselineHistoryOptions {
  /** Absolute. */
  readonly cwd: string;
  /** The folder of migrations, as given. */
  readonly history: string;
  /** The tool's name, instead of recognising it. */
  readonly tool?: string;
  /** `--server URL`: a real server for the replay, instead of PGlite. Everything is done in scratch databases. */
  readonly server?: string;
  /** That server is there for nothing else. */
  readonly disposableServer?: boolean;
  /** `--prelude FILE`: SQL that the scratch database starts with. */
  readonly prelude?: string;
  /** `--assume-data`: statements that only write rows count as run when a later statement certainly was. */
  readonly assumeData?: boolean;
  /** `--accept`: objects that may be as they are in the database, as the report names them: `index public.a_b_idx`. */
  readonly accept?: readonly string[];
  /** The schema and name of the tool's table, where they are not the usual ones. */
  readonly ledgerSchema?: string;
  readonly ledgerTable?: string;
  readonly called: Called;
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Plain data: what `--json` prints. */
export interface BaselineHistoryReport extends HistoryComparison {
  /** The folder, for people. */
  readonly folder: string;
  readonly tool: { readonly name: string; readonly title: string };
  /** The servers, for people: `PostgreSQL 16.14`, `PGlite 0.5.16 (PostgreSQL 18.3)`. */
  readonly servers: { readonly live: string; readonly replay: string };
  /** Differences that were accepted, and are not among `differences`. */
  readonly accepted: readonly HistoryDifference[];
  readonly ledger: HistoryLedgerReport;
}

/** What the tool's table says; nothing where the tool has none. */
export interface HistoryLedgerReport {
  readonly table?: string;
  /** Indexes of the migrations that it has as applied; undefined where the table can't be asked, or does not have them one by one. */
  readonly recorded?: readonly number[];
  /** Those of them of which something is missing in the database. */
  readonly recordedOnly: readonly number[];
  /** What is wrong with it, in the tool's eyes, as sentences. While there is anything, nothing is written. */
  readonly contradictions: readonly string[];
  /** Why there are no rows to write, as a sentence. */
  readonly refused?: string;
}

export interface BaselineHistory {
  readonly report: BaselineHistoryReport;
  readonly tool: Tool;
  /** For `markApplied` and `ledgerSql`: rows of all migrations that can be marked; undefined when there is nothing to mark. */
  readonly ledger: BaselineLedger | undefined;
  /** For `markApplied`: throws when the database is not what it was when it was compared. */
  prove(session: LiveSession): Promise<void>;
  /** 0: all migrations can be marked, and the ledger does not contradict; 1: anything else. */
  readonly exitCode: ExitCode;
}

/** After which a statement of the replay is given up on a real server, in ms. */
const patience = 60_000;

/**
 * Replays the folder's migrations and compares the live database with them. Writes nothing.
 * @param live outside of a transaction
 * @throws UsageError (no such folder, no migrations, migrations in JavaScript, no server), SqlError and ConnectionError of `live`
 */
export async function compareWithHistory(live: LiveSession, options: BaselineHistoryOptions): Promise<BaselineHistory> {
  const { called, ledgerSchema, ledgerTable } = options;
  const place = await findBaselinePlace(options.cwd, options.history, namedTool(options.tool, called));
  const { tool, folder, display } = place;
  const files = filesOf(place, called);
  const ledgerNames =
    ledgerTable === undefined
      ? {}
      : { ledger: [[...(ledgerSchema === undefined ? [] : [ledgerSchema]), ledgerTable].map(quoteIdent).join('.')] };
  const found = await readLive(live, ledgerNames);
  const { replayed, server } = await replay(place, files, found, options);
  const where = {
    ...(ledgerSchema === undefined ? {} : { schema: ledgerSchema }),
    ...(ledgerTable === undefined ? {} : { table: ledgerTable }),
  };
  const ledgerFor = (count: number): BaselineLedger | undefined =>
    count === 0 ? undefined : tool.baseline?.ledger?.({ migrations: files.slice(0, count), folder, ...where });
  let ledger: BaselineLedger | undefined;
  let ledgerReport: HistoryLedgerReport = { recordedOnly: [], contradictions: [] };
  try {
    const all = ledgerFor(files.length);
    if (all) ledgerReport = await ledgerSays(live, all, files.length);
    else ledgerReport = { ...ledgerReport, refused: `${tool.title} has no table in which migrations could be marked.` };
  } catch (error) {
    if (!(error instanceof BaselineRefused)) throw error;
    ledgerReport = { ...ledgerReport, refused: error.message };
  }
  const recorded = new Set(ledgerReport.recorded);
  const accept = new Set(options.accept);
  const how = { assumeData: options.assumeData === true, recorded };
  const comparison = compareReplayed(replayed, found, { ...how, accept });
  const accepted =
    accept.size === 0
      ? []
      : compareReplayed(replayed, found, how).differences.filter(({ kind, name }) => accept.has(`${kind} ${name}`));
  const recordedOnly = [...recorded].filter((index) =>
    ['missing', 'partly'].includes(comparison.migrations[index]!.verdict),
  );
  ledgerReport = { ...ledgerReport, recordedOnly };
  const { contradictions, refused } = ledgerReport;
  if (refused === undefined) ledger = ledgerFor(comparison.markable);
  const fine = comparison.markable === files.length && contradictions.length + recordedOnly.length === 0;
  return {
    report: {
      ...comparison,
      folder: display,
      tool: { name: tool.name, title: tool.title },
      servers: { live: `PostgreSQL ${dotted(found.version)}`, replay: server },
      accepted,
      ledger: ledgerReport,
    },
    tool,
    ledger,
    prove: async (session) => {
      const now = await readLiveInside(session, ledgerNames);
      const differences = diffSnapshots(found.catalog, now.catalog);
      if (differences.length > 0) {
        throw new LedgerRefused(
          `The database has changed since it was compared (${differences[0]!.kind} ${differences[0]!.name}). Run it again.`,
        );
      }
    },
    exitCode: fine ? 0 : 1,
  };
}

/** @throws UsageError */
function filesOf({ migrations, root, display, tool }: BaselinePlace, called: Called): NewFile[] {
  if (migrations.length === 0)
    throw new UsageError(
      `${called('history')} ${display}: there are no migrations there of which it could be told whether the database has them`,
    );
  const scripts = migrations.filter(isScript);
  if (scripts.length > 0) {
    throw new UsageError(
      `${called('history')} ${display}: ${scripts.length} of ${migrations.length} migrations are in JavaScript or TypeScript (the first is ${printable(scripts[0]!)}), which only ${tool.title} itself can run: they can't be replayed`,
    );
  }
  return migrations.map((file) => {
    const text = textOf(path.join(root, file));
    if (typeof text !== 'string') throw new UsageError(`${path.join(display, printable(file))}: ${text.problem}`);
    return { path: file, text };
  });
}

/** @throws UsageError when there is no server, or the prelude does not run */
async function replay(
  { tool, folder }: BaselinePlace,
  files: readonly NewFile[],
  live: LiveCatalog,
  options: BaselineHistoryOptions,
): Promise<{ replayed: Replayed; server: string }> {
  const { called, server: url, disposableServer, progress, signal } = options;
  const prelude = preludeOf({ cwd: options.cwd, prelude: options.prelude, called });
  const confined = url !== undefined && disposableServer !== true;
  if (confined && reachesBeyond(prelude)) {
    throw new UsageError(
      `${called('prelude')} makes roles or reaches beyond its database in another way, and the server of ${called('server')} is to be spared: leave that out, or say ${called('disposableServer')} when that server is there for nothing else`,
    );
  }
  const settings = {
    tool,
    folder,
    migrations: files.map(({ path: name, text }) => ({ path: name, text: () => text })),
    prelude,
    confined,
    roles: live.roles,
    ...(live.schema === undefined ? {} : { schema: live.schema }),
    ...(progress ? { progress } : {}),
    ...(signal ? { signal } : {}),
  };
  try {
    if (url === undefined) {
      const pglite = await startPGlite({
        extensions: shippedExtensions([prelude, ...files.map(({ text }) => text)]),
        ready: 1,
      });
      try {
        const name = `PGlite ${pgliteVersion} (PostgreSQL ${dotted(pglite.versionNumber)})`;
        return { replayed: await replayHistory({ ...settings, server: pglite }), server: name };
      } finally {
        await pglite.close();
      }
    }
    const admin = await connectServer(url, { statementTimeout: patience });
    try {
      await (confined ? admin.removeOrphans() : admin.claim());
      const name = `PostgreSQL ${dotted(admin.versionNumber)}`;
      return { replayed: await replayHistory({ ...settings, server: admin }), server: name };
    } finally {
      await putAway(admin, url);
    }
  } catch (error) {
    if (signal?.aborted) throw new UsageError('interrupted: nothing was compared', { cause: error });
    if (error instanceof PreludeError) throw new UsageError(`${called('prelude')}: ${error.message}`, { cause: error });
    if (error instanceof ConnectionError || error instanceof SqlError)
      throw new UsageError(`the replay: ${error.message}`, { cause: error });
    throw error;
  }
}

/** So many conditions are asked in one query. */
const chunk = 200;

/** Reads the tool's table. What is wrong with it is part of the answer. */
async function ledgerSays(live: LiveSession, ledger: BaselineLedger, count: number): Promise<HistoryLedgerReport> {
  const { table, rows } = ledger;
  const nothing = { table, recordedOnly: [], contradictions: [] };
  await live.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const [[there] = []] = await live.rows(
      `SELECT pg_catalog.to_regclass('${table.replaceAll("'", "''")}') IS NOT NULL`,
    );
    if (there !== 't') return { ...nothing, recorded: [] };
    const marked: boolean[] = [];
    for (let at = 0; at < rows.length; at += chunk) {
      const [answers] = await live.rows(
        `SELECT ${rows
          .slice(at, at + chunk)
          .map((row) => row.there)
          .join(', ')}`,
      );
      for (const answer of answers ?? []) marked.push(answer === 't');
    }
    const contradictions = (await live.rows(ledger.contradictions)).flatMap(([sentence]) => sentence ?? []);
    // some tools have one row for all
    if (rows.length !== count) return { ...nothing, contradictions };
    const recorded = marked.flatMap((is, index) => (is ? [index] : []));
    return { ...nothing, recorded, contradictions };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { ...nothing, refused: `${table} can't be read as a table of ${ledger.tool}: ${error.message}` };
  } finally {
    await live.run('ROLLBACK').catch(() => undefined);
  }
}
