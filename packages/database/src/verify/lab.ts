/** Where migrations are run again and again from the same starting point: ways to get there, run something and look. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { diffSnapshots } from '../catalog/diff.ts';
import { diffRows, readSequences, type SequencePosition } from '../catalog/rows.ts';
import { ConnectionError, SqlError } from '../runners/errors.ts';
import type { Server, Session } from '../runners/types.ts';
import { watchCatalogs, type Watched } from '../catalog/watch.ts';
import { look, lookAgain, type State } from './state.ts';

/** Thrown by `savepointLab`: what happens depends on the time, and there it can't be told apart. */
export class Clock extends Error {
  override readonly name = 'Clock';
}

/** SQL, or what makes it out of what there is when its turn comes. */
export type Text = string | ((session: Session) => Promise<string>);

/** What one session does; the next step is a new session. */
export interface Step {
  /** Each is sent by itself; what follows one that fails is not sent. */
  readonly texts: readonly Text[];
  /** Texts that only work inside a transaction block (LOCK TABLE) are passed over outside of one. */
  readonly prefix?: boolean;
  /** All of it in one transaction, which is then rolled back; errors don't count. */
  readonly aborted?: boolean;
  /** Look at the database after this step: when it was done, or also when it failed. */
  readonly observe?: 'done' | 'always';
}

export interface StepError {
  readonly error: SqlError;
  readonly step: number;
  /** Which of the step's texts failed. */
  readonly text: number;
}

export interface Outcome {
  /** One per step that was to be observed and was reached. */
  readonly states: readonly State[];
  /** The first step that failed; later ones are not done. */
  readonly failure?: StepError;
}

/** Does the steps and goes back to where it was before. */
export type RunSteps = (steps: readonly Step[]) => Promise<Outcome>;

export interface Lab {
  /** Whether transactions and sessions are real. */
  readonly real: boolean;
  /** From the lab's starting point, the same every time. */
  readonly run: RunSteps;
  /**
   * Sends the parts one after the other, in one session, each text committed, and calls `visit` after each part: its
   * `run` starts from there, in a new session.
   * @returns which text could not be run (of all parts put together); the walk ends there
   */
  walk(
    parts: readonly (readonly string[])[],
    visit: (k: number, run: RunSteps) => Promise<void>,
  ): Promise<StepError | undefined>;
  close(): Promise<void>;
}

/** "… can only be used in transaction blocks" */
export const noTransaction = '25P01';

/** Sends the step's texts; returns which one failed. `guard` puts what surrounds a text that may fail. */
async function send(
  session: Session,
  step: Step,
  at: number,
  guard: (run: () => Promise<void>) => Promise<void>,
): Promise<StepError | undefined> {
  for (const [text, sql] of step.texts.entries()) {
    try {
      await guard(async () => {
        await session.query(typeof sql === 'string' ? sql : await sql(session));
      });
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (step.prefix && error.code === noTransaction) continue;
      return { error, step: at, text };
    }
  }
  return undefined;
}

/** Lends a session that looks at the database from outside. */
export type Watch = <T>(use: (session: Session) => Promise<T>) => Promise<T>;

/** Does the steps in a database, each in a session of its own. */
export async function perform(
  server: Server,
  database: string,
  steps: readonly Step[],
  watch: Watch = (use) => within(server, database, use),
  observe: (session: Session) => Promise<State> = look,
): Promise<Outcome> {
  const states: State[] = [];
  let failure: StepError | undefined;
  for (const [at, step] of steps.entries()) {
    failure = await within(server, database, async (session) => {
      if (!step.aborted) return send(session, step, at, (run) => run());
      await send(session, { texts: ['BEGIN', ...step.texts] }, at, (run) => run());
      await session.query('ROLLBACK');
      return undefined;
    });
    if (step.observe && (!failure || step.observe === 'always')) states.push(await watch(observe));
    if (failure) break;
  }
  return failure ? { states, failure } : { states };
}

export async function within<T>(server: Server, database: string, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await server.connect(database);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** `run` with the first texts done before: the steps' numbers stay those of the caller. */
export function walkAnew(run: RunSteps): Lab['walk'] {
  return async (parts, visit) => {
    for (let k = 1; k <= parts.length; k++) {
      const first: Step = { texts: parts.slice(0, k).flat(), prefix: true };
      try {
        await visit(k, async (steps) => {
          const outcome = await run([first, ...steps]);
          if (outcome.failure?.step === 0) throw new Unreachable(outcome.failure);
          const { states, failure } = outcome;
          return failure ? { states, failure: { ...failure, step: failure.step - 1 } } : { states };
        });
      } catch (error) {
        if (error instanceof Unreachable) return error.failure;
        throw error;
      }
    }
    return undefined;
  };
}

class Unreachable extends Error {
  readonly failure: StepError;
  constructor(failure: StepError) {
    super(failure.error.message, { cause: failure.error });
    this.failure = failure;
  }
}

export interface DatabaseLabOptions {
  /**
   * The starting point; without it, an empty database. It must have no open session. It is worked in and brought back to
   * what it was, or replaced by a copy that was made before: `replaced` tells its new name.
   */
  readonly database?: string;
  readonly replaced?: (name: string) => void;
  /**
   * Roles belong to the whole server: whether those that a run made are dropped again. Only on a server that is there for
   * us alone, since others may make roles at the same time.
   */
  readonly dropRoles: boolean;
  /** What an earlier lab in the same database remembered. */
  readonly memory?: Memory;
}

/**
 * The real thing: each run in a database where the setup has been done, each step in a connection of its own. What was
 * done is undone where that is simple, else the next run gets a copy of the database as it was.
 * @throws SqlError when the setup does not run
 */
export async function databaseLab(
  server: Server,
  setup: readonly string[],
  { database, replaced, dropRoles: drops, memory }: DatabaseLabOptions,
): Promise<Lab> {
  const observe = (session: Session): Promise<State> =>
    memory?.watched ? lookAgain(session, memory.watched) : look(session);
  const first = database ?? (await server.createDatabase());
  const backup = await server.createDatabase(first);
  let keep: ReadonlySet<string> = new Set();
  const pristine = await within(server, first, async (session) => {
    if (memory) {
      await session.query('BEGIN');
      memory.watched = (await watchCatalogs(session, memory.watched)).watched;
      await session.query('ROLLBACK');
    }
    return observe(session);
  });
  if (drops) keep = new Set(await within(server, first, roles));
  const drop = async (name: string): Promise<void> => {
    let left: string[] = [];
    try {
      if (drops) left = await within(server, name, (session) => dropRoles(session, keep));
    } finally {
      await server.dropDatabase(name);
      // What the dropped database still held on to. On PGlite each database has roles of its own.
      if (left.length > 0) await within(server, backup, (session) => dropRoles(session, keep));
    }
  };
  /** Where the setup has been done and nothing else. */
  let ready: string | undefined;
  const close = async (): Promise<void> => {
    const name = ready;
    const restored =
      name !== undefined && (await within(server, name, (session) => undone(session, pristine, observe)));
    if (name !== undefined && !restored) await drop(name);
    if (restored) await server.dropDatabase(backup);
    const left = restored ? name : backup;
    if (database === undefined) await drop(left);
    else replaced?.(left);
  };
  const set = async (name: string): Promise<State> =>
    within(server, name, async (session) => {
      for (const text of setup) await session.query(text);
      return observe(session);
    });
  let start: State;
  try {
    start = await set(first);
    ready = first;
  } catch (error) {
    await drop(first);
    await close();
    throw error;
  }
  const run: RunSteps = async (steps) => {
    let name = ready;
    if (name === undefined) {
      name = await server.createDatabase(backup);
      await set(name);
    }
    ready = undefined;
    let clean = false;
    try {
      const outcome = await perform(server, name, steps, undefined, observe);
      const last = outcome.failure === undefined && steps.at(-1)?.observe ? outcome.states.at(-1) : undefined;
      clean = await within(server, name, (session) => undone(session, start, observe, last));
      return outcome;
    } finally {
      if (clean) ready = name;
      else await drop(name);
    }
  };
  return { real: true, run, walk: walkAnew(run), close };
}

/**
 * Takes back what can simply be taken back: indexes, rows, sequences. A copy of a database takes ten times as long.
 * @param seen what the database holds, when that is known
 * @returns whether the database is as it was, as the catalogs and the rows show
 */
async function undone(
  session: Session,
  start: State,
  observe: (session: Session) => Promise<State>,
  seen?: State,
): Promise<boolean> {
  const now = seen ?? (await observe(session));
  const undo: string[] = [];
  for (const { kind, name, change } of diffSnapshots(start.catalog, now.catalog, { columnOrder: true })) {
    if (kind !== 'index') return false;
    // the names in a snapshot are qualified and quoted by PostgreSQL itself
    if (change !== 'missing') undo.push(`DROP INDEX ${name}`);
    const before = start.catalog.objects.get('index')?.get(name);
    if (before === undefined) continue;
    const { definition, constraint, invalid } = JSON.parse(before) as Record<string, unknown>;
    if (typeof definition !== 'string' || constraint !== undefined || invalid !== undefined) return false;
    undo.push(definition);
  }
  for (const difference of diffRows(start.rows, now.rows)) {
    if (difference.kind === 'sequence') {
      const was = start.rows.sequences.get(difference.sequence);
      if (was) undo.push(setSequence(difference.sequence, was));
      continue;
    }
    const { table, missing, extra } = difference;
    if (extra.length > 0) {
      // as readRows() writes a row
      const columns = Object.keys(JSON.parse(extra[0] ?? '{}') as object).map(quoteIdent);
      const row = columns.map((column) => `r.${column}::text AS ${column}`).join(', ');
      const texts = extra.map((text) => `${quoteLiteral(text)}::jsonb`).join(', ');
      undo.push(`DELETE FROM ONLY ${table} AS r WHERE (SELECT to_jsonb(s) FROM (SELECT ${row}) AS s) IN (${texts})`);
    }
    for (const row of missing) {
      undo.push(
        `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::${table}, ${quoteLiteral(row)})`,
      );
    }
  }
  if (undo.length === 0) return true;
  try {
    await session.query(`SET session_replication_role = replica; SET TimeZone = 'UTC'; ${undo.join('; ')}`);
  } catch (error) {
    if (error instanceof SqlError) return false;
    throw error;
  }
  const after = await observe(session);
  return (
    diffSnapshots(start.catalog, after.catalog, { columnOrder: true }).length === 0 &&
    diffRows(start.rows, after.rows).length === 0
  );
}

const setSequence = (name: string, { lastValue, isCalled }: SequencePosition): string =>
  `SELECT setval(${quoteLiteral(name)}, ${lastValue}, ${isCalled})`;

async function roles(session: Session): Promise<string[]> {
  const [result] = await session.query(`SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'`);
  return (result?.rows ?? []).flatMap((row) => row['rolname'] ?? []);
}

/**
 * Roles belong to the whole server: what one run makes, the next must not find.
 * @returns those that something in another database still needs
 */
export async function dropRoles(session: Session, keep: ReadonlySet<string>): Promise<string[]> {
  const left: string[] = [];
  for (const role of await roles(session)) {
    if (keep.has(role)) continue;
    try {
      await session.query(`DROP OWNED BY ${quoteIdent(role)} CASCADE; DROP ROLE ${quoteIdent(role)}`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      left.push(role);
    }
  }
  return left;
}

/**
 * Remembers the catalogs from one lab to the next in the same database, so that not all of them are read each time. Only
 * for a setup that writes nothing but rows, as a superuser.
 */
export interface Memory {
  watched?: Watched;
}

export interface SavepointLabOptions {
  readonly memory?: Memory;
  /** Cope with rows that show the time: what a step wrote is given another time before the next step. */
  readonly ageing?: boolean;
}

/**
 * The fast way: one transaction that is never committed. Every run goes back to a savepoint. Sees the same as the real
 * thing for statements that don't care about transactions; `fitsSavepoints` tells whether they do.
 * @param session in the database that is the starting point; it is left as it was
 * @param setup done inside the transaction
 * @throws Clock (also by `run`) when a row shows the time of the transaction, which stands still in it: a second run
 *   that sets it once more would go unnoticed
 * @throws SqlError when the setup does not run
 */
export async function savepointLab(
  session: Session,
  setup: readonly string[],
  { memory, ageing = false }: SavepointLabOptions = {},
): Promise<Lab> {
  const undo = async (): Promise<void> => {
    await session.query('ROLLBACK');
  };
  try {
    const outside = await readSequences(session);
    await session.query('BEGIN');
    const watch = memory ? await watchCatalogs(session, memory.watched) : undefined;
    if (memory && watch) memory.watched = watch.watched;
    const clock = new TransactionClock(session, await transactionTime(session));
    const asNew = await newSession(session);
    const observe = async (): Promise<State> => {
      const state = await look(session, watch);
      if (ageing) return clock.timeless(state);
      if (clock.shownIn(state)) throw new Clock('a row shows the time');
      return state;
    };
    for (const text of setup) await session.query(text);
    await session.query(asNew);
    await observe();

    /** The one thing that a rollback does not take back. */
    const rewind = async (to: ReadonlyMap<string, SequencePosition>): Promise<void> => {
      for (const [sequence, { lastValue, isCalled }] of await readSequences(session)) {
        const was = to.get(sequence);
        if (was === undefined || (was.lastValue === lastValue && was.isCalled === isCalled)) continue;
        await session.query(setSequence(sequence, was));
      }
    };
    const guarded = async (run: () => Promise<void>): Promise<void> => {
      await session.query('SAVEPOINT text');
      try {
        await run();
        await session.query('RELEASE SAVEPOINT text');
      } catch (error) {
        if (error instanceof SqlError) await session.query('ROLLBACK TO SAVEPOINT text; RELEASE SAVEPOINT text');
        throw error;
      }
    };
    /** Runs that go back to where the transaction is now. */
    const from = async (): Promise<RunSteps> => {
      const sequences = await readSequences(session);
      const back = await watch?.mark();
      return async (steps) => {
        await session.query(`SAVEPOINT here; ${asNew}`);
        clock.start();
        if (ageing) await clock.age();
        const states: State[] = [];
        let failure: StepError | undefined;
        for (const [at, step] of steps.entries()) {
          if (step.aborted) {
            await session.query('SAVEPOINT aborted');
            await send(session, step, at, guarded);
            await session.query('ROLLBACK TO SAVEPOINT aborted; RELEASE SAVEPOINT aborted');
          } else failure = await send(session, step, at, guarded);
          await session.query(asNew);
          if (step.observe && (!failure || step.observe === 'always')) states.push(await observe());
          if (failure) break;
          if (ageing) await clock.age();
        }
        await session.query('ROLLBACK TO SAVEPOINT here; RELEASE SAVEPOINT here');
        await back?.();
        await rewind(sequences);
        return failure ? { states, failure } : { states };
      };
    };
    return {
      real: false,
      run: await from(),
      walk: async (parts, visit) => {
        const start = await readSequences(session);
        await session.query('SAVEPOINT walk');
        try {
          let sent = 0;
          for (const [at, texts] of parts.entries()) {
            const failure = await send(session, { texts, prefix: true }, 0, guarded);
            if (failure) return { ...failure, text: sent + failure.text };
            sent += texts.length;
            await visit(at + 1, await from());
          }
          return undefined;
        } finally {
          await session.query('ROLLBACK TO SAVEPOINT walk; RELEASE SAVEPOINT walk');
          await rewind(start);
        }
      },
      close: async () => {
        await undo();
        await rewind(outside);
      },
    };
  } catch (error) {
    if (!(error instanceof ConnectionError)) await undo();
    throw error;
  }
}

/**
 * What a new connection would find, as far as a transaction allows it. On PGlite RESET SESSION AUTHORIZATION does
 * nothing: nobody has logged in there.
 */
async function newSession(session: Session): Promise<string> {
  const [result] = await session.query('SELECT session_user AS name');
  const user = quoteIdent(result?.rows[0]?.['name'] ?? 'postgres');
  return `SET SESSION AUTHORIZATION ${user}; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES`;
}

/**
 * The time of a transaction, which stands still. To see nevertheless which rows a later step writes, the rows that an
 * earlier one wrote are aged: the time in them is replaced by another.
 */
class TransactionClock {
  readonly #session: Session;
  readonly #times: readonly string[];
  /** Table -> columns that were seen to show the time. */
  readonly #columns = new Map<string, Set<string>>();
  /** `table column` -> how many values were aged in this run. */
  #aged = new Map<string, number>();

  constructor(session: Session, times: readonly string[]) {
    this.#session = session;
    this.#times = times;
  }

  start(): void {
    this.#aged = new Map();
  }

  shownIn({ rows }: State): boolean {
    return [...rows.tables.values()].some((texts) => texts.some((text) => this.#shows(text)));
  }

  #shows(text: string): boolean {
    return this.#times.some((time) => text.includes(time));
  }

  /**
   * The state with one time for all times of this transaction.
   * @throws Clock when a value that was aged is gone: something wrote the time once more, or removed it
   */
  timeless({ catalog, rows }: State): State {
    const old = new Map<string, number>();
    const tables = new Map<string, readonly string[]>();
    for (const [table, texts] of rows.tables) {
      const steady = texts.map((text) => {
        const aged = text.includes(agedTime);
        if (!aged && !this.#shows(text)) return text;
        const row = JSON.parse(text) as Record<string, string | null>;
        for (const [column, value] of Object.entries(row)) {
          if (value === null) continue;
          const key = `${table} ${column}`;
          if (value.includes(agedTime)) old.set(key, (old.get(key) ?? 0) + 1);
          if (!this.#shows(value)) continue;
          this.#columns.set(table, (this.#columns.get(table) ?? new Set()).add(column));
          row[column] = this.#agedText(value);
        }
        return JSON.stringify(row);
      });
      tables.set(table, steady.sort());
    }
    for (const [key, count] of this.#aged) {
      if ((old.get(key) ?? 0) < count) throw new Clock(`a later step wrote the time to ${key}`);
    }
    return { catalog, rows: { tables, sequences: rows.sequences } };
  }

  #agedText(value: string): string {
    return this.#times.reduce((text, time) => text.replaceAll(time, agedTime), value);
  }

  /** @throws Clock when a value can't be replaced */
  async age(): Promise<void> {
    for (const [table, columns] of this.#columns) {
      const [types] = await this.#session.query(
        `SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = to_regclass(${quoteLiteral(table)}) AND attnum > 0 AND NOT attisdropped`,
      );
      for (const { attname, type } of types?.rows ?? []) {
        if (attname == null || !columns.has(attname)) continue;
        const column = quoteIdent(attname);
        const [cut, rounded = cut] = this.#times.map(quoteLiteral);
        const aged = quoteLiteral(agedTime);
        const replaced = `replace(replace(${column}::text, ${cut}, ${aged}), ${rounded}, ${aged})::${type}`;
        const shows = `strpos(${column}::text, ${cut}) > 0 OR strpos(${column}::text, ${rounded}) > 0`;
        try {
          const results = await this.#session.query(
            `SET LOCAL TimeZone = 'UTC'; SET LOCAL session_replication_role = replica; WITH aged AS (UPDATE ONLY ${table} SET ${column} = ${replaced} WHERE ${shows} RETURNING 1) SELECT count(*) AS count FROM aged; RESET session_replication_role; RESET TimeZone`,
          );
          const count = Number(results.flatMap(({ rows }) => rows)[0]?.['count'] ?? 0);
          const key = `${table} ${attname}`;
          this.#aged.set(key, (this.#aged.get(key) ?? 0) + count);
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
          throw new Clock(`the time in ${table} can't be replaced: ${error.message}`);
        }
      }
    }
  }
}

/** A time of day that no migration writes. */
const agedTime = '03:04:05.678';

/** The time of day of the transaction as rows show it: cut to milliseconds, rounded to them, without trailing zeros. */
async function transactionTime(session: Session): Promise<string[]> {
  const [result] = await session.query(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS cut, to_char(now()::timestamptz(3) AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS rounded`,
  );
  return Object.values(result?.rows[0] ?? {}).map((time) => (time ?? '').replace(/\.?0+$/, ''));
}

/**
 * Whether `savepointLab` gives the same results as real databases for these texts. In doubt it says no: then a proof is
 * only slower.
 * @param setup texts that are done inside the lab's transaction
 */
export function fitsSavepoints(setup: string, texts: string): boolean {
  // a quoted name is no keyword
  const all = `${setup};\n${texts}`;
  const bare = all.replace(/"[^"\n]{1,63}"/g, '""');
  if (needsRealTransactions.test(bare) || (clock.test(bare) && partsOfTime.test(bare))) return false;
  // a label may be used at once when its type is of the same transaction, and not before the commit otherwise
  const made = new Set(typeNames(all, /\bcreate\s+type\s+/gi));
  return !typeNames(texts, /\balter\s+type\s+(?=\S+\s+add\s+value\b)/gi).some((name) => made.has(name));
}

/** The last part of the names that stand behind the beginning of a statement. */
const typeNames = (text: string, head: RegExp): string[] =>
  [...text.matchAll(head)].map(
    ({ index, 0: { length } }) =>
      /^\s*(?:[^\s.]+\.)?"?([^\s".;]+)/.exec(text.slice(index + length, index + length + 200))?.[1] ?? '',
  );

function words(...alternatives: string[]): RegExp {
  return new RegExp(alternatives.map((line) => `(?<!\\w)(${line})(?!\\w)`).join('|'), 'i');
}

/**
 * What behaves differently inside one long transaction. The first lines can't be in a transaction or end it, the others
 * leave in the session or in the transaction what a new connection or transaction would not have.
 */
const needsRealTransactions = words(
  String.raw`begin\s*(;|$|transaction|work|isolation)|start\s+transaction|savepoint|call\s+[\w."]+\s*\(`,
  String.raw`(commit|rollback)(?=\s*(;|$|work\b|transaction\b|to\b|prepared\b|and\b))`,
  String.raw`concurrently|vacuum|alter\s+system|(create|drop)\s+(database|tablespace|subscription)`,
  String.raw`reindex\s+(\([^)]*\)\s*)?(schema|database|system)`,
  String.raw`set\s+local|set_config|set\s+transaction|isolation\s+level|alter\s+(database|role|user)\b[^;]*\bset`,
  String.raw`initially\s+deferred|set\s+constraints|prepare\s+\w+\s*(\([^)]*\)\s*)?as|deallocate|discard\s+\w+|currval|lastval`,
  String.raw`pg_\w*advisory\w*|(un)?listen\s+[\w*"]+\s*(?=;|$)|cluster\s*(?=;|$|[\w"]+\s+using\b)`,
  String.raw`track_counts|txid\w*|pg_current_xact\w*|pg_snapshot\w*|xmin|dblink\w*`,
);
const clock = words(
  String.raw`now|current_timestamp|localtimestamp|\w+_timestamp|timeofday|current_date|current_time|localtime|'(now|today)'`,
);
/** The clock is recognised by the time of day with milliseconds: these show less. */
const partsOfTime = words(
  String.raw`date|current_date|time(?!\s+zone)|current_time|localtime|epoch|extract|date_part|to_char|date_trunc|(timestamp|timestamptz|time|timetz)\s*\(\s*[012]\s*\)`,
);
