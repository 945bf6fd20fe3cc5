/** Proves on a server that a rewritten migration does what the original does, however often and from wherever it is run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSql } from '@idempotify/core';
import {
  SqlError,
  describeDifference,
  diffRows,
  diffSnapshots,
  type Difference,
  type RowDifference,
  type Rows,
  type SequenceDifference,
  type Server,
} from '@idempotify/database';
import {
  Clock,
  databaseLab,
  noTransaction,
  reusedLab,
  savepointLab,
  type Lab,
  type State,
  type Step,
  type StepError,
} from './lab.ts';

/** How the file gets to the server: in one query, in one query between BEGIN and COMMIT, or statement by statement. */
export type Mode = 'implicit' | 'explicit' | 'statement';

export interface Rerun {
  readonly server: Server;
  /** What earlier migrations left: SQL, run as one text before everything else. */
  readonly setup?: string;
  /** Rows that an application wrote before the migration: SQL. */
  readonly rows?: string;
  readonly original: string;
  readonly rewritten: string;
  /** `implicit` by default. When the original only works statement by statement, both are run so. */
  readonly transaction?: Mode;
  /** Rows that an application writes after the migration: SQL. A further run must not touch them. */
  readonly live?: string;
}

export interface Failure {
  readonly check:
    | 'fresh' // the rewritten file from the start: the same catalog, column order and rows as the original
    | 'second run' // once more: nothing changes
    | 'live rows' // once more after the application went on: nothing changes
    | 'interrupted' // the first k statements of the original, then the rewritten file
    | 'rewritten interrupted' // the first k statements of the rewritten file, then the whole
    | 'invalid index' // a concurrent build that died after the first k statements, then the rewritten file
    | 'drift'; // something of that name is there with another shape
  /** How many statements had been committed. */
  readonly k?: number;
  /** The last of them. */
  readonly after?: string;
  /** The statement of the rewritten file that raised `error`. */
  readonly statement?: string;
  readonly error?: SqlError;
  readonly differences?: readonly Difference[];
  readonly rows?: readonly (RowDifference | SequenceDifference)[];
  /** All of it for a person. */
  readonly message: string;
}

/** Thrown when the proof itself cannot be done: the original does not run, or a file does not parse. */
export class BadCase extends Error {
  override readonly name = 'BadCase';
}

/**
 * @returns what is wrong with the rewritten file; an empty list is the proof
 * @throws BadCase when the original does not run or does not parse
 * @throws SqlError when the setup does not run
 */
export async function proveRerun(input: Rerun): Promise<Failure[]> {
  parsed('original', input.original);
  const [problem] = parseSql(input.rewritten).problems;
  if (problem) return [report({ check: 'fresh' }, `it does not parse: line ${problem.line}: ${problem.message}`)];
  const setup = [input.setup ?? '', input.rows ?? ''];
  return prove(input.server, setup, [input.original, input.rewritten, input.live ?? ''], (lab) => proveIn(lab, input));
}

export interface Drift {
  readonly server: Server;
  readonly setup?: string;
  /** Creates something of the name that the migration is about to create, but different. */
  readonly drift: string;
  readonly rewritten: string;
  /** What the error has to say. */
  readonly expectMessage: string | RegExp;
}

/**
 * A rewritten file must not pass over an object that has the right name and the wrong shape: it has to raise, and the
 * object has to stay as it is, also when the file is run statement by statement.
 */
export async function proveDrift(input: Drift): Promise<Failure[]> {
  const texts = parsed('rewritten', input.rewritten);
  const setup = [input.setup ?? ''];
  return prove(input.server, setup, [input.drift, input.rewritten], async (lab) => {
    const failures: Failure[] = [];
    const start = await lab.run([observed([]), observed([input.drift])]);
    if (start.failure) throw new BadCase(`the drift does not run: ${start.failure.error.message}`);
    const [before, drifted] = [stateOf(start.states, 0), stateOf(start.states, 1)];
    const changed = diffSnapshots(before.catalog, drifted.catalog);
    if (changed.length === 0) throw new BadCase('the drift changes nothing');
    for (const way of [[input.rewritten], texts]) {
      const { states, failure } = await lab.run([{ texts: [input.drift] }, observed(way)]);
      const after = stateOf(states, 0);
      if (!failure) failures.push(report({ check: 'drift' }, 'it raised nothing'));
      else if (!says(failure.error, input.expectMessage)) {
        const statement = way[failure.text];
        failures.push(
          report({ check: 'drift', error: failure.error, ...(way === texts && statement ? { statement } : {}) }),
        );
      }
      // the statements in front of the one that raised have done their work
      const ours = new Set(changed.map(({ kind, name }) => `${kind} ${name}`));
      const differences = diffSnapshots(drifted.catalog, after.catalog).filter(
        ({ kind, name }) => way !== texts || ours.has(`${kind} ${name}`),
      );
      const rows = diffRows(drifted.rows, after.rows).filter((difference) => difference.kind === 'rows');
      if (differences.length + rows.length > 0) failures.push(report({ check: 'drift', differences, rows }));
    }
    return failures;
  });
}

function says(error: SqlError, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? error.message.includes(expected) : expected.test(error.message);
}

/**
 * Uses the fastest lab that can be trusted with these texts. What a fast one finds wrong is looked at again in real
 * databases, and only what is wrong there counts.
 */
async function prove(
  server: Server,
  setup: readonly string[],
  texts: readonly string[],
  check: (lab: Lab) => Promise<Failure[]>,
): Promise<Failure[]> {
  for (const open of fastLabs(setup.join(';\n'), texts.join(';\n'))) {
    try {
      if ((await use(() => open(server, setup), check)).length === 0) return [];
      break;
    } catch (error) {
      if (error instanceof Clock) continue; // the next lab may still do
      if (error instanceof SqlError || error instanceof BadCase) break;
      throw error;
    }
  }
  const lab = reusedLab(server, setup);
  return use(async () => ((await givesSameRows(lab)) ? lab : databaseLab(server, setup)), check);
}

/** Whether the setup gives the same rows each time: no random ids, no time. */
async function givesSameRows(lab: Lab): Promise<boolean> {
  const [a, b] = [await lab.run([observed([])]), await lab.run([observed([])])];
  return diffRows(stateOf(a.states, 0).rows, stateOf(b.states, 0).rows).length === 0;
}

async function use<T>(open: () => Promise<Lab>, check: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await open();
  try {
    return await check(lab);
  } finally {
    await lab.close();
  }
}

type OpenLab = (server: Server, setup: readonly string[]) => Promise<Lab>;

/** Which of the fast labs give the same result as real databases; the fastest first. */
function fastLabs(setup: string, texts: string): OpenLab[] {
  const all = `${setup};\n${texts}`;
  if (needsRealTransactions.test(all) || (clock.test(all) && partsOfTime.test(all))) return [];
  if (!/\badd\s+value\b/i.test(texts)) return [savepointLab, committedLab];
  // A label that was added to a type of the same transaction may be used at once, otherwise not.
  return /\bas\s+enum\b/i.test(texts) ? [] : [committedLab];
}

/** The setup is committed, so that its time is another one; the rest is one transaction. */
async function committedLab(server: Server, setup: readonly string[]): Promise<Lab> {
  const name = await server.createDatabase();
  try {
    const session = await server.connect(name);
    for (const text of setup) await session.query(text);
    await session.close();
    await sleep(3); // rows show milliseconds
    const lab = await savepointLab(server, setup, name);
    const close = async (): Promise<void> => {
      await lab.close();
      await server.dropDatabase(name);
    };
    return { ...lab, close };
  } catch (error) {
    await server.dropDatabase(name);
    throw error;
  }
}

/**
 * What behaves differently inside one long transaction; where it stands in a comment, a proof is only slower. The first
 * lines can't be in a transaction or end it, the others leave in the session or in the transaction what a new
 * connection or transaction would not have.
 */
const needsRealTransactions = words(
  String.raw`begin\s*(;|$|transaction|work|isolation)|start\s+transaction|commit|rollback|savepoint|call`,
  String.raw`concurrently|vacuum|cluster|alter\s+system|(create|drop)\s+(database|tablespace|subscription)`,
  String.raw`reindex\s+(\([^)]*\)\s*)?(schema|database|system)`,
  String.raw`set\s+local|set_config|set\s+transaction|isolation\s+level|alter\s+(database|role|user)\b[^;]*\bset`,
  String.raw`initially\s+deferred|set\s+constraints|prepare|deallocate|discard|currval|lastval|pg_\w*advisory\w*|listen`,
  String.raw`txid\w*|pg_current_xact\w*|pg_snapshot\w*|xmin|dblink\w*`,
);
const clock = words(
  String.raw`now|current_timestamp|localtimestamp|\w+_timestamp|timeofday|current_date|current_time|localtime|'(now|today)'`,
);
/** The clock is recognised by the time of day with milliseconds: these show less. */
const partsOfTime = words(
  String.raw`date|current_date|time(?!\s+zone)|current_time|localtime|epoch|extract|date_part|to_char|date_trunc|(timestamp|timestamptz|time|timetz)\s*\(\s*[012]\s*\)`,
);

function words(...alternatives: string[]): RegExp {
  return new RegExp(alternatives.map((line) => `(?<!\\w)(${line})(?!\\w)`).join('|'), 'i');
}

function parsed(what: string, text: string): string[] {
  const { statements, problems } = parseSql(text);
  const [problem] = problems;
  if (problem) throw new BadCase(`the ${what} file does not parse: line ${problem.line}: ${problem.message}`);
  return statements.map(({ range }) => text.slice(range.start, range.end));
}

const observed = (texts: readonly string[]): Step => ({ texts, observe: true });
const prefix = (texts: readonly string[]): Step => ({ texts, prefix: true });

async function proveIn(lab: Lab, input: Rerun): Promise<Failure[]> {
  const original = parsed('original', input.original);
  const rewritten = parsed('rewritten', input.rewritten);
  let mode = input.transaction ?? 'implicit';
  const whole = (file: string, statements: readonly string[]): readonly string[] => {
    if (mode === 'statement') return statements;
    return mode === 'explicit' && lab.real ? ['BEGIN', file, 'COMMIT'] : [file];
  };

  let { states, failure } = await lab.run([observed(whole(input.original, original))]);
  if (failure && mode !== 'statement' && transactionErrors.has(failure.error.code)) {
    mode = 'statement';
    ({ states, failure } = await lab.run([observed(original)]));
  }
  if (failure) throw new BadCase(`the original does not run: ${failure.error.message}`);
  const expected = stateOf(states, 0);
  const rerun = whole(input.rewritten, rewritten);

  /** Columns that come out differently when the original itself is run twice: random ids, the time. */
  let unstable: Unstable | undefined;
  const compare = async (got: State, columnOrder = false): Promise<Comparison> => {
    const differences = diffSnapshots(expected.catalog, got.catalog, { columnOrder });
    let rows = harm(diffRows(expected.rows, got.rows));
    if (rows.some(({ kind }) => kind === 'rows')) {
      unstable ??= unstableColumns(
        expected.rows,
        stateOf((await lab.run([observed(whole(input.original, original))])).states, 0).rows,
      );
      rows = harm(diffRows(masked(expected.rows, unstable), masked(got.rows, unstable)));
    }
    return { differences, rows };
  };
  /** Which statement of the rewritten file it was that failed. */
  const locate = async (before: readonly Step[], error: SqlError): Promise<Partial<Failure>> => {
    const found = await lab.run([...before, { texts: rewritten }]);
    const statement = found.failure?.step === before.length ? rewritten[found.failure.text] : undefined;
    return statement === undefined ? { error } : { error, statement };
  };
  const failures: Failure[] = [];
  const check = async (
    which: Pick<Failure, 'check' | 'k' | 'after'>,
    before: readonly Step[],
    columnOrder = false,
  ): Promise<void> => {
    const outcome = await lab.run([...before, observed(rerun)]);
    if (outcome.failure) {
      // a step before could not be done: it is the caller's to know
      if (outcome.failure.step < before.length) throw new Unreachable(outcome.failure);
      failures.push(report({ ...which, ...(await locate(before, outcome.failure.error)) }));
      return;
    }
    const { differences, rows } = await compare(stateOf(outcome.states, outcome.states.length - 1), columnOrder);
    if (differences.length + rows.length > 0) failures.push(report({ ...which, differences, rows }));
  };

  await check({ check: 'fresh' }, [], true);
  if (failures.length > 0) return failures;

  // once more, compared with the very same database before
  const again = async (which: Failure['check'], before: readonly Step[]): Promise<void> => {
    const outcome = await lab.run([...before, observed(rerun)]);
    if (outcome.failure) {
      if (outcome.failure.step < before.length)
        throw new BadCase(`this does not run: ${outcome.failure.error.message}`);
      failures.push(report({ check: which, ...(await locate(before, outcome.failure.error)) }));
      return;
    }
    const [was, is] = [stateOf(outcome.states, 0), stateOf(outcome.states, 1)];
    const differences = diffSnapshots(was.catalog, is.catalog, { columnOrder: true });
    const rows = harm(diffRows(was.rows, is.rows));
    if (differences.length + rows.length > 0) failures.push(report({ check: which, differences, rows }));
  };
  await again('second run', [observed(rerun)]);
  if (input.live !== undefined) await again('live rows', [{ texts: rerun }, observed([input.live])]);

  const interrupted = async (
    name: Failure['check'],
    statements: readonly string[],
    last: number,
  ): Promise<StepError | undefined> => {
    for (let k = 1; k <= last; k++) {
      const after = statements[k - 1] ?? '';
      try {
        await check({ check: name, k, after }, [prefix(statements.slice(0, k))]);
      } catch (error) {
        if (error instanceof Unreachable) return error.failure;
        throw error;
      }
    }
    return undefined;
  };
  // Not every file can be run statement by statement: then it can't stop in between either.
  const stuck = await interrupted('interrupted', original, original.length);
  if (input.rewritten !== input.original) {
    const failure = await interrupted('rewritten interrupted', rewritten, rewritten.length - 1);
    if (failure && !stuck) {
      const statement = rewritten[failure.text] ?? '';
      failures.push(report({ check: 'rewritten interrupted', k: failure.text, statement, error: failure.error }));
    }
  }

  for (const [at, statement] of parseSql(input.original).statements.entries()) {
    if (statement.tag !== 'IndexStmt' || statement.node?.concurrent !== true) continue;
    const after = original[at] ?? '';
    const died = [...original.slice(0, at), rememberIndexes, after, invalidateNewIndexes];
    try {
      await check({ check: 'invalid index', k: at + 1, after }, [prefix(died)]);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      throw new BadCase(`cannot leave an invalid index behind: ${error.message}`, { cause: error });
    }
  }
  return failures;
}

/** What PostgreSQL says when a statement wants to be alone: CONCURRENTLY, VACUUM, a new enum label, CALL. */
const transactionErrors: ReadonlySet<string> = new Set(['25001', '55P04', '2D000', noTransaction]);

const rememberIndexes = 'CREATE TEMPORARY TABLE idempotify_indexes AS SELECT indexrelid FROM pg_index';
const invalidateNewIndexes =
  'UPDATE pg_index SET indisvalid = false WHERE indexrelid NOT IN (SELECT indexrelid FROM idempotify_indexes)';

class Unreachable extends Error {
  readonly failure: StepError;
  constructor(failure: StepError) {
    super(failure.error.message, { cause: failure.error });
    this.failure = failure;
  }
}

interface Comparison {
  readonly differences: readonly Difference[];
  readonly rows: readonly (RowDifference | SequenceDifference)[];
}

/** A sequence that is ahead leaves a gap, which is nothing. */
const harm = (differences: (RowDifference | SequenceDifference)[]): (RowDifference | SequenceDifference)[] =>
  differences.filter((difference) => difference.kind === 'rows' || difference.behind);

function stateOf(states: readonly State[], at: number): State {
  const state = states[at];
  if (!state) throw new Error('the database was not looked at');
  return state;
}

/** Table -> columns. */
type Unstable = ReadonlyMap<string, ReadonlySet<string>>;
type Row = Record<string, string | null>;

function unstableColumns(a: Rows, b: Rows): Unstable {
  const unstable = new Map<string, Set<string>>();
  for (const difference of diffRows(a, b)) {
    if (difference.kind !== 'rows') continue;
    const columns = new Set<string>();
    const [missing, extra] = [difference.missing, difference.extra].map((rows) =>
      rows.map((row) => JSON.parse(row) as Row),
    );
    const values = (rows: Row[] | undefined, column: string): string =>
      JSON.stringify((rows ?? []).map((row) => row[column] ?? null).sort());
    for (const column of Object.keys(missing?.[0] ?? extra?.[0] ?? {})) {
      if (values(missing, column) !== values(extra, column)) columns.add(column);
    }
    unstable.set(difference.table, columns);
  }
  return unstable;
}

/** The rows with nothing but "there is something" in the unstable columns. */
function masked(rows: Rows, unstable: Unstable): Rows {
  const tables = new Map(
    [...rows.tables].map(([table, texts]) => {
      const columns = unstable.get(table);
      if (!columns) return [table, texts];
      const hidden = texts.map((text) =>
        JSON.stringify(JSON.parse(text), (name, value: unknown) => (columns.has(name) && value !== null ? '…' : value)),
      );
      return [table, hidden.sort()];
    }),
  );
  return { tables, sequences: rows.sequences };
}

function report(failure: Omit<Failure, 'message'>, what = ''): Failure {
  const { check, k, after, error, statement, differences = [], rows = [] } = failure;
  const lines = [
    k === undefined ? check : `${check} after ${k} statement${k === 1 ? '' : 's'} (${oneLine(after ?? '')})`,
  ];
  if (what) lines.push(what);
  if (error) lines.push(`${error.code} ${error.message}`);
  if (statement !== undefined) lines.push(`in: ${oneLine(statement)}`);
  lines.push(...differences.map(describeDifference));
  for (const row of rows) {
    if (row.kind === 'sequence')
      lines.push(`sequence ${row.sequence} goes on at ${row.after} instead of ${row.before}`);
    else
      lines.push(
        ...row.missing.map((text) => `${row.table} lacks ${text}`),
        ...row.extra.map((text) => `${row.table} has ${text}`),
      );
  }
  return { ...failure, message: lines.join('\n  ') };
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
