/** Reads, writes, proves and marks, and puts the report together. */
import fs from 'node:fs';
import path from 'node:path';
import {
  BaselineRefused,
  type BaselineLedger,
  type FolderView,
  type Tool,
  UnreadableText,
  isScript,
  systemMessage,
} from '@idempotify/core';
import {
  type Baseline,
  type DumpProblem,
  type FileBlock,
  type LiveConnection,
  type LiveSession,
  type ServerFacts,
  type UnprovenBlock,
  CircleError,
  ConnectionError,
  LedgerRefused,
  ScopeError,
  SqlError,
  askServer,
  baselineFromDump,
  baselineSql,
  beyond,
  blocksOf,
  connectLive,
  isLink,
  ledgerSql,
  markApplied,
  namesDatabase,
  proveBlocks,
  readUndisturbed,
} from '@idempotify/database';
import { namedTool, withoutUndefined } from '../commands/shared.ts';
import { readStdin } from '../commands/stdin.ts';
import { UsageError } from '../errors.ts';
import { makeFolder, writeNamedFile } from '../files/write.ts';
import type { Called } from '../options.ts';
import { printable } from '../terminal.ts';
import { embeddedSql } from './embedded.ts';
import { plannedFiles, writeFiles } from './files.ts';
import { type BaselineHistory, compareWithHistory } from './history.ts';
import type { BaselineRunOptions } from './options.ts';
import { withMade } from './made-with.ts';
import { type BaselinePlace, findBaselinePlace } from './place.ts';
import { BASELINE_VERSION, type BaselineFileReport, type BaselineReport, type MarkReport } from './report.ts';
import { splitFiles, writeSplit } from './split.ts';

export type ResolvedBaselineOptions = Omit<BaselineRunOptions, 'cwd'> & {
  readonly cwd: string;
  readonly called: Called;
  readonly signal?: AbortSignal;
  /** How many queries were answered; of a replay, how many migrations of how many are done. */
  readonly progress?: (done: number, total: number) => void;
};

export interface BaselineOutcome {
  readonly report: BaselineReport;
  /** SQL that is to go to standard output, alone. */
  readonly print?: string;
}

const EMPTY = {
  version: BASELINE_VERSION,
  objects: 0,
  kinds: {},
  leftOut: [],
  warnings: [],
  roles: [],
  problems: [],
  files: [],
  notes: [],
} as const;

/** @throws UsageError */
export async function runBaseline(options: ResolvedBaselineOptions): Promise<BaselineOutcome> {
  try {
    if (options.history !== undefined) return await withHistory(options, options.history);
    const tool = namedTool(options.tool, options.called);
    if (options.output !== undefined || options.split !== undefined) return await withoutTool(options);
    const place = await findBaselinePlace(options.cwd, options.folder, tool);
    if (options.printLedgerSql) return printed(options, place);
    if (options.markApplied) return await marked(options, place);
    return await written(options, place);
  } catch (error) {
    throw asUsageError(error, options);
  }
}

/** What the environment has refused, in words; a bug stays what it is. */
function asUsageError(error: unknown, { called, statementTimeout }: ResolvedBaselineOptions): unknown {
  if (error instanceof UnreadableText || error instanceof BaselineRefused)
    return new UsageError(error.message, { cause: error });
  if (error instanceof ScopeError || error instanceof CircleError)
    return new UsageError(error.message, { cause: error });
  if (error instanceof ConnectionError) return new UsageError(error.message, { cause: error });
  if (!(error instanceof SqlError)) return error;
  const text = `${error.code} ${error.message}`;
  const advice: Readonly<Record<string, string>> = {
    '57014': `a query took longer than ${statementTimeout ?? DEFAULT_TIMEOUT_S} s and was given up, or somebody has cancelled it (${text}). ${called('statementTimeout')} allows more`,
    '55P03': `somebody holds a lock on what has to be looked at, and did not let go in time (${text}). Run it again when nothing is deployed`,
    '25006': `this session may only read, so that nothing can be written to the ledger (${text}): connect to the primary, or as a role that may write`,
    '42501': `the role may not do what is needed (${text}). Ask as its owner, or leave out the schema with ${called('exclude')}`,
  };
  return new UsageError(advice[error.code] ?? `the server refuses a query: ${text}`, { cause: error });
}

const DEFAULT_TIMEOUT_S = 60;

// ---- reading

interface Read {
  readonly baseline: Baseline;
  readonly problems: readonly DumpProblem[];
  readonly source: NonNullable<BaselineReport['source']>;
  readonly warnings: readonly string[];
}

async function connect(options: ResolvedBaselineOptions): Promise<LiveConnection & { facts: ServerFacts }> {
  if (options.url === undefined && !namesDatabase(process.env)) {
    throw new UsageError(
      `which database? ${options.called('url')} postgres://user@host/database says it${process.env['DATABASE_URL'] ? ', such as --url "$DATABASE_URL"' : ''}, or the variables PGHOST, PGPORT, PGUSER, PGDATABASE, or PGSERVICE`,
    );
  }
  const session = await connectLive(options.url);
  const stop = (): void => void session.close().catch(() => undefined);
  options.signal?.addEventListener('abort', stop);
  let answered = 0;
  const counted: LiveSession = {
    rows: async (sql) => {
      const rows = await session.rows(sql);
      options.progress?.(++answered, 0);
      return rows;
    },
    run: (sql) => session.run(sql),
    close: async () => {
      options.signal?.removeEventListener('abort', stop);
      await session.close();
    },
  };
  const { address, user, database } = session;
  try {
    return { ...counted, address, user, database, facts: await askServer(session) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Connects, does it, and closes whatever comes. */
async function connected<T>(
  options: ResolvedBaselineOptions,
  work: (session: LiveConnection & { facts: ServerFacts }) => Promise<T>,
): Promise<T> {
  const session = await connect(options);
  try {
    return await work(session);
  } finally {
    await session.close().catch(() => undefined);
  }
}

const readOptions = (options: ResolvedBaselineOptions): Parameters<typeof readUndisturbed>[1] => ({
  ...(options.schema ? { schemas: options.schema } : {}),
  ...(options.exclude ? { exclude: options.exclude } : {}),
  ...(options.grants === undefined ? {} : { grants: options.grants }),
  ...(options.comments === undefined ? {} : { comments: options.comments }),
  ...(options.owner === undefined ? {} : { owners: options.owner }),
  ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
  ...(options.ledgerTable === undefined
    ? {}
    : {
        ledger: [
          options.ledgerSchema === undefined ? options.ledgerTable : `${options.ledgerSchema}.${options.ledgerTable}`,
        ],
      }),
  statementTimeout: milliseconds(options),
});

const milliseconds = ({ statementTimeout = DEFAULT_TIMEOUT_S }: ResolvedBaselineOptions): number =>
  Math.max(1, Math.round(statementTimeout * 1000));

async function read(options: ResolvedBaselineOptions): Promise<Read> {
  if (options.fromDump !== undefined) return readDump(options, options.fromDump);
  return connected(options, (session) => readLive(session, options));
}

async function readLive(
  session: LiveConnection & { facts: ServerFacts },
  options: ResolvedBaselineOptions,
): Promise<Read> {
  const baseline = await readUndisturbed(session, readOptions(options));
  const { title, user, database, warnings } = session.facts;
  return {
    baseline,
    problems: [],
    source: { server: title, database, address: session.address, user },
    warnings: [...warnings, ...baseline.warnings],
  };
}

async function readDump(options: ResolvedBaselineOptions, file: string): Promise<Read> {
  let bytes: Uint8Array;
  try {
    bytes = file === '-' ? await readStdin() : fs.readFileSync(path.resolve(options.cwd, file));
  } catch (error) {
    throw new UsageError(`${options.called('fromDump')} ${printable(file)}: ${systemMessage(error)}`, { cause: error });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(
      `${options.called('fromDump')} ${printable(file)} is no text in UTF-8. A dump in PostgreSQL's own format becomes one with pg_restore --schema-only --file -; of another encoding, with pg_dump --encoding UTF8`,
    );
  }
  const { baseline, problems } = baselineFromDump(text, readOptions(options));
  return {
    baseline,
    problems,
    source: { server: 'a dump', database: baseline.database, address: file === '-' ? 'standard input' : file },
    warnings: baseline.warnings,
  };
}

const PLAIN_TEXT = 'The baseline holds passwords in plain text: keep it out of places that others can read.';

const reported = (
  { baseline, source, warnings, problems }: Read,
  { secrets }: ResolvedBaselineOptions,
): Omit<BaselineReport, 'files' | 'notes'> => {
  const kinds: Record<string, number> = {};
  // one may stand in several blocks
  const seen = new Set<string>();
  for (const { kind, name } of baseline.objects.flatMap((object) => [object, ...(object.beside ?? [])])) {
    if (isLink(kind) || seen.has(`${kind} ${name}`)) continue;
    seen.add(`${kind} ${name}`);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return {
    version: BASELINE_VERSION,
    source,
    objects: seen.size,
    kinds,
    leftOut: baseline.leftOut,
    warnings: secrets ? [...warnings, PLAIN_TEXT] : warnings,
    roles: baseline.roles,
    problems,
    exitCode: problems.length > 0 ? 1 : 0,
  };
};

// ---- writing

/** `--output` and `--split`. */
async function withoutTool(options: ResolvedBaselineOptions): Promise<BaselineOutcome> {
  const { cwd, output, split, dryRun, called } = options;
  const result = await read(options);
  const report = reported(result, options);
  if (result.problems.length > 0) return { report: { ...report, files: [], notes: [] } };
  const sql = baselineSql(result.baseline);
  const files: BaselineFileReport[] = [];
  const notes: string[] = [];
  if (split !== undefined) {
    const root = path.resolve(cwd, split);
    const parts = splitFiles(result.baseline);
    const removed = dryRun ? 0 : writeSplit(root, parts);
    // the one that runs the others first
    for (const { path: at } of [...parts].reverse())
      files.push({ path: path.join(split, at), status: dryRun ? 'planned' : 'written' });
    if (removed > 0)
      notes.push(
        `${removed} file${removed === 1 ? '' : 's'} of an earlier run went away: the object is not there any more.`,
      );
  }
  if (output !== undefined && output !== '-') {
    if (!dryRun) {
      const file = path.resolve(cwd, output);
      try {
        makeFolder(path.dirname(file));
        writeNamedFile(file, sql);
      } catch (error) {
        throw new UsageError(`${called('output')} ${printable(output)} ${systemMessage(error)}`, { cause: error });
      }
    }
    files.unshift({ path: output, status: dryRun ? 'planned' : 'written' });
  }
  return { report: { ...report, files, notes }, ...(output === '-' ? { print: sql } : {}) };
}

/** The first migration of the folder. */
async function written(given: ResolvedBaselineOptions, place: BaselinePlace): Promise<BaselineOutcome> {
  const { name, variant } = place.earlier?.made ?? {};
  const options = { ...withoutUndefined({ name, variant }), ...given };
  const { dryRun, called } = options;
  const layout = layoutOf(place.tool);
  assertRoom(options, place);
  assertVariant(options, place.tool);
  const result = await read(options);
  const report = reported(result, options);
  const { root, display, tool, earlier } = place;
  const about = { folder: display, tool: { name: tool.name, title: tool.title } };
  if (result.problems.length > 0) return { report: { ...report, ...about, files: [], notes: [] } };
  const { files, notes } = layout.files({
    sql: withMade(baselineSql(result.baseline), options, tool.name),
    ...(options.name === undefined ? {} : { name: options.name }),
    time: timeOf(earlier?.migration) ?? new Date(),
    folder: earlier ? without(place.folder, [earlier.migration]) : place.folder,
    ...(options.variant === undefined ? {} : { variant: options.variant }),
  });
  if (earlier && !files.some((file) => file.path === earlier.migration)) {
    throw new UsageError(
      `the baseline would now be called ${printable(files[0]?.path ?? '')}, and the earlier one is ${printable(earlier.migration)}: remove that one by hand, or give the same ${called('name')}`,
    );
  }
  const done = dryRun ? plannedFiles(root, files) : await writeFiles(root, files);
  return {
    report: {
      ...report,
      ...about,
      files: done.map(({ path: at, status }) => ({
        path: path.join(display, at),
        status: status === 'unchanged' ? 'unchanged' : dryRun ? 'planned' : 'written',
      })),
      notes,
    },
  };
}

function layoutOf(tool: Tool): NonNullable<Tool['baseline']> {
  if (tool.baseline) return tool.baseline;
  throw new UsageError(
    `${tool.title} has no layout here that a baseline could be written in. --output FILE writes only the SQL`,
  );
}

function assertVariant({ variant, called }: ResolvedBaselineOptions, tool: Tool): void {
  if (variant === undefined) return;
  const { variants = [] } = layoutOf(tool);
  if (variants.includes(variant)) return;
  const known = variants.length === 0 ? 'it has only one way' : `there are ${variants.join(', ')}`;
  throw new UsageError(`${called('variant')} ${printable(variant)} is none of ${tool.title}: ${known}`);
}

/** A baseline comes before everything else: behind migrations that are there it would make again what they have made. */
function assertRoom({ force, variant, called }: ResolvedBaselineOptions, place: BaselinePlace): void {
  const { display, migrations, earlier, folder, tool } = place;
  const replaced = earlier
    ? undefined
    : tool.baseline?.replaces?.({ folder, ...(variant === undefined ? {} : { variant }) });
  const others = migrations.filter((each) => each !== earlier?.migration && each !== replaced);
  if (others.length > 0) {
    const [first = ''] = others;
    throw new UsageError(
      `${display} holds ${others.length} migration${others.length === 1 ? '' : 's'} already (the first is ${printable(first)}), which a baseline would make again. ${called('history')} ${display} compares the database with them, and says what it has of them; to begin anew, move them away or name an empty folder`,
    );
  }
  if (earlier && !force) {
    throw new UsageError(
      `${path.join(display, earlier.migration)} is a baseline from an earlier run. ${called('force')} writes over it; where it is marked as applied already, its checksum there would not fit any more`,
    );
  }
}

/** From the name of the earlier file, so that the new one gets the same. */
function timeOf(migration: string | undefined): Date | undefined {
  // diesel has dashes in it, MikroORM a word in front
  const match = /(?:^|\D)(\d{4})-?(\d\d)-?(\d\d)[-_]?(\d\d)(\d\d)(\d\d)(?!\d)/.exec(migration ?? '');
  if (match) {
    const [, ...parts] = match.map(Number);
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
    const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
    return Number.isNaN(time.getTime()) ? undefined : time;
  }
  const epoch = /(?:^|\/)(\d{10}|\d{13})(?=\D)/.exec(migration ?? '')?.[1];
  return epoch === undefined ? undefined : new Date(Number(epoch) * (epoch.length === 10 ? 1000 : 1));
}

/** The folder as if these files were not there. */
const without = (folder: FolderView, files: readonly string[]): FolderView => {
  const exists = (relative: string): boolean => !files.includes(relative) && folder.exists(relative);
  return { ...folder, files: folder.files.filter((file) => !files.includes(file)), exists };
};

// ---- marking

interface ToMark {
  readonly ledger: BaselineLedger;
  readonly blocks: readonly FileBlock[];
}

function toMark(options: ResolvedBaselineOptions, place: BaselinePlace): ToMark {
  const { tool, display, earlier, folder } = place;
  const layout = layoutOf(tool);
  if (!layout.ledger)
    throw new UsageError(`${tool.title} keeps no table of what it has applied: there is nothing to mark`);
  if (!earlier)
    throw new UsageError(`there is no baseline in ${display} yet: write it first, with idempotify baseline`);
  const { migration, text } = earlier;
  return {
    ledger: layout.ledger({
      migrations: [{ path: migration, text }],
      folder,
      ...(options.ledgerSchema === undefined ? {} : { schema: options.ledgerSchema }),
      ...(options.ledgerTable === undefined ? {} : { table: options.ledgerTable }),
    }),
    blocks: blocksOf(upOf(tool, earlier, display)),
  };
}

/** What of the file the tool runs. */
function upOf(tool: Tool, { migration, text }: NonNullable<BaselinePlace['earlier']>, display: string): string {
  const file = path.join(display, migration);
  if (isScript(migration)) {
    const sql = embeddedSql(text, migration);
    if (sql !== undefined) return sql;
    throw new UsageError(
      `${printable(file)} was edited: the SQL of the baseline is not in one template literal any more, so that it can not be proven`,
    );
  }
  const { up, problems } = tool.sections(text, migration);
  const [problem] = problems;
  if (problem) throw new UsageError(`${printable(file)}: ${problem.message}`);
  return up.map(({ start, end }) => text.slice(start, end)).join('\n');
}

function printed(options: ResolvedBaselineOptions, place: BaselinePlace): BaselineOutcome {
  const { ledger } = toMark(options, place);
  return {
    report: { ...EMPTY, ...aboutPlace(place), notes: ledger.notes, exitCode: 0 },
    print: ledgerSql(ledger),
  };
}

const aboutPlace = ({ display, tool }: BaselinePlace): Pick<BaselineReport, 'folder' | 'tool'> => ({
  folder: display,
  tool: { name: tool.name, title: tool.title },
});

/** What the database has otherwise than the file. */
class NotProven extends Error {
  readonly unproven: readonly UnprovenBlock[];
  constructor(unproven: readonly UnprovenBlock[]) {
    super('the database does not have all of the baseline');
    this.unproven = unproven;
  }
}

async function marked(options: ResolvedBaselineOptions, found: BaselinePlace): Promise<BaselineOutcome> {
  let place = found;
  let first: BaselineReport | undefined;
  if (!place.earlier) {
    ({ report: first } = await written(options, place));
    if (first.exitCode !== 0) return { report: first };
    place = await findBaselinePlace(options.cwd, found.root, found.tool);
  } else if (options.force) {
    throw new UsageError(
      `${options.called('force')} writes the baseline anew, and ${options.called('markApplied')} marks the one that is there: do one after the other`,
    );
  }
  const { ledger, blocks } = toMark(options, place);
  return connected(options, async (session) => {
    // as much as then, unless it is said otherwise now
    const fresh = await readLive(session, { ...place.earlier?.made, ...withoutUndefined(options) });
    const report = {
      ...reported(fresh, options),
      ...aboutPlace(place),
      files: first?.files ?? [],
      notes: [...(first?.notes ?? []), ...ledger.notes],
    };
    const extra = beyond(blocks, blocksOf(baselineSql(fresh.baseline)), place.earlier?.made.from !== 'dump');
    const nothing = { table: ledger.table, written: [], already: [], unproven: [], extra };
    const refuse = (mark: MarkReport): BaselineOutcome => ({ report: { ...report, mark, exitCode: 1 } });
    const prove = async (inside: LiveSession): Promise<void> => {
      const unproven = await proveBlocks(inside, blocks);
      if (unproven.length > 0) throw new NotProven(unproven);
    };
    try {
      if (extra.length > 0) {
        // all at once, for who has to mend it
        await inReadOnly(session, milliseconds(options), prove);
        return refuse(nothing);
      }
      const done = await markApplied(session, ledger, { statementTimeout: milliseconds(options), prove });
      return { report: { ...report, mark: { ...nothing, written: done.written, already: done.already } } };
    } catch (error) {
      if (error instanceof NotProven) return refuse({ ...nothing, unproven: error.unproven });
      if (error instanceof LedgerRefused) return refuse({ ...nothing, refused: error.message });
      if (error instanceof ConnectionError)
        throw new UsageError(
          `${error.message}. All or nothing was written to ${ledger.table}: the same command says which, once the database is there again`,
          { cause: error },
        );
      throw error;
    }
  });
}

async function inReadOnly(
  session: LiveSession,
  timeout: number,
  work: (session: LiveSession) => Promise<void>,
): Promise<void> {
  await session.run(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = ${timeout}`,
  );
  try {
    await work(session);
  } finally {
    await session.run('ROLLBACK').catch(() => undefined);
  }
}

// ---- a history that is there already

async function withHistory(options: ResolvedBaselineOptions, history: string): Promise<BaselineOutcome> {
  const { cwd, called, tool, server, disposableServer, prelude, assumeData, ledgerSchema, ledgerTable } = options;
  return connected(options, async (session) => {
    const compared: BaselineHistory = await compareWithHistory(session, {
      cwd,
      history,
      called,
      ...(tool === undefined ? {} : { tool }),
      ...(server === undefined ? {} : { server }),
      ...(disposableServer === undefined ? {} : { disposableServer }),
      ...(prelude === undefined ? {} : { prelude }),
      ...(assumeData === undefined ? {} : { assumeData }),
      ...(options.accept === undefined ? {} : { accept: options.accept }),
      ...(ledgerSchema === undefined ? {} : { ledgerSchema }),
      ...(ledgerTable === undefined ? {} : { ledgerTable }),
      ...(options.progress ? { progress: options.progress } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const { title, user, database, warnings } = session.facts;
    const report: BaselineReport = {
      ...EMPTY,
      source: { server: title, database, address: session.address, user },
      warnings,
      history: compared.report,
      exitCode: compared.exitCode,
    };
    const { ledger } = compared;
    if (!options.printLedgerSql && !options.markApplied) return { report };
    // what was asked for can't be done; the report says why
    if (!ledger) return { report: { ...report, exitCode: 1 } };
    if (options.printLedgerSql) return { report, print: ledgerSql(ledger) };
    const nothing = { table: ledger.table, written: [], already: [], unproven: [], extra: [] };
    try {
      const done = await markApplied(session, ledger, {
        statementTimeout: milliseconds(options),
        prove: (inside) => compared.prove(inside),
      });
      return { report: { ...report, mark: { ...nothing, written: done.written, already: done.already } } };
    } catch (error) {
      if (!(error instanceof LedgerRefused)) throw error;
      return { report: { ...report, mark: { ...nothing, refused: error.message }, exitCode: 1 } };
    }
  });
}
