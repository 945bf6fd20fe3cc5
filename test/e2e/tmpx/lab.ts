/** Where the proofs replay migrations: ways to bring a database to a state, run something there and look at it. */
import { quoteLiteral } from '@idempotify/core';
import {
  ConnectionError,
  SqlError,
  diffSnapshots,
  readRows,
  readSequences,
  snapshot,
  type Rows,
  type Server,
  type Session,
  type Snapshot,
} from '@idempotify/database';

export interface State {
  readonly catalog: Snapshot;
  readonly rows: Rows;
}

/** Thrown by the fast lab: what happens depends on the time, which stands still in a transaction. */
export class Clock extends Error {
  override readonly name = 'Clock';
}

/** What one session does; the next step is a new session. */
export interface Step {
  /** Each is sent by itself; what follows one that fails is not sent. */
  readonly texts: readonly string[];
  /** Texts that only work inside a transaction block (LOCK TABLE) are passed over outside of one. */
  readonly prefix?: boolean;
  /** Look at the database after this step. */
  readonly observe?: boolean;
}

export interface StepError {
  readonly error: SqlError;
  readonly step: number;
  /** Which of the step's texts failed. */
  readonly text: number;
}

interface Outcome {
  /** One per step that was to be observed and was reached. */
  readonly states: readonly State[];
  /** The first step that failed; later ones are not done, but the step that failed is still observed. */
  readonly failure?: StepError;
}

export interface Lab {
  /** Whether transactions and sessions are real. */
  readonly real: boolean;
  /** Does the steps on the same starting point every time. */
  run(steps: readonly Step[]): Promise<Outcome>;
  close(): Promise<void>;
}

async function look(session: Session): Promise<State> {
  return { catalog: await snapshot(session), rows: await readRows(session) };
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
        await session.query(sql);
      });
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (step.prefix && error.code === noTransaction) continue;
      return { error, step: at, text };
    }
  }
  return undefined;
}

/**
 * The real thing: each run in a copy of a database where the setup has been done, each step in a connection of its own.
 * @throws SqlError when the setup does not run
 */
export async function databaseLab(server: Server, setup: readonly string[]): Promise<Lab> {
  const base = await server.createDatabase();
  let keep: ReadonlySet<string>;
  try {
    keep = await within(server, base, async (session) => {
      for (const text of setup) await session.query(text);
      return new Set(await roles(session));
    });
  } catch (error) {
    await server.dropDatabase(base);
    throw error;
  }
  return {
    real: true,
    run: async (steps) => {
      const name = await server.createDatabase(base);
      let left: string[] = [];
      try {
        const outcome = await perform(server, name, steps, (use) => within(server, name, use));
        left = await within(server, name, (session) => dropRoles(session, keep));
        return outcome;
      } finally {
        await server.dropDatabase(name);
        // What the dropped database still held on to. On PGlite each database has roles of its own.
        if (left.length > 0) await within(server, base, (session) => dropRoles(session, keep));
      }
    },
    close: async () => {
      await within(server, base, (session) => dropRoles(session, new Set(['postgres'])));
      await server.dropDatabase(base);
    },
  };
}

/**
 * As real, but all runs use one database, which is emptied in between; the catalogs tell whether it is. The setup is done
 * anew for every run: it has to give the same rows each time.
 * @throws SqlError (by `run`) when the setup does not run
 */
export function reusedLab(server: Server, setup: readonly string[]): Lab {
  return {
    real: true,
    run: async (steps) => {
      const { name, pristine, watch } = await scratchOf(server);
      try {
        await within(server, name, async (session) => {
          for (const text of setup) await session.query(text);
        });
        return await perform(server, name, steps, watch);
      } finally {
        if (!(await emptied(watch, pristine))) {
          scratch.delete(server);
          await server.dropDatabase(name);
        }
      }
    },
    close: async () => {},
  };
}

/** @returns whether the database is as good as new */
async function emptied(watch: Scratch['watch'], pristine: Snapshot): Promise<boolean> {
  try {
    return await watch(async (session) => {
      await dropRoles(session, new Set(['postgres']));
      await session.query(emptyDatabase);
      return diffSnapshots(pristine, await snapshot(session)).length === 0;
    });
  } catch (error) {
    if (!(error instanceof SqlError || error instanceof ConnectionError)) throw error;
    return false;
  }
}

/** Drops what migrations usually make; other things are noticed afterwards. */
const emptyDatabase = `DO $empty$
DECLARE
  drop text;
BEGIN
  FOR drop IN
    SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger
    UNION ALL SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
    UNION ALL SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL SELECT format('DROP CAST (%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL)) FROM pg_cast c
      WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_cast'::regclass AND objid = c.oid AND deptype IN ('i', 'e'))
    UNION ALL SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
  LOOP
    EXECUTE drop;
  END LOOP;
  CREATE SCHEMA public;
  IF current_setting('server_version_num')::int >= 150000 THEN
    ALTER SCHEMA public OWNER TO pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
  ELSE
    GRANT ALL ON SCHEMA public TO PUBLIC;
  END IF;
  COMMENT ON SCHEMA public IS 'standard public schema';
END
$empty$`;

async function perform(
  server: Server,
  database: string,
  steps: readonly Step[],
  watch: Scratch['watch'],
): Promise<Outcome> {
  const states: State[] = [];
  let failure: StepError | undefined;
  for (const [at, step] of steps.entries()) {
    failure = await within(server, database, (session) => send(session, step, at, (run) => run()));
    if (step.observe) states.push(await watch(look));
    if (failure) break;
  }
  return failure ? { states, failure } : { states };
}

async function within<T>(server: Server, database: string, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await server.connect(database);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

async function roles(session: Session): Promise<string[]> {
  const [result] = await session.query(`SELECT quote_ident(rolname) AS role FROM pg_roles WHERE rolname !~ '^pg_'`);
  return (result?.rows ?? []).flatMap((row) => row['role'] ?? []);
}

/**
 * Roles belong to the whole server: what one run makes, the next must not find.
 * @returns those that something in another database still needs
 */
async function dropRoles(session: Session, keep: ReadonlySet<string>): Promise<string[]> {
  const left: string[] = [];
  for (const role of await roles(session)) {
    if (keep.has(role)) continue;
    try {
      await session.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      left.push(role);
    }
  }
  return left;
}

interface Scratch {
  readonly name: string;
  /** Of the empty database. */
  readonly pristine: Snapshot;
  /**
   * Runs `use` in a session that looks on from outside. Where a database can have several, it is always the same one: a
   * new one has to read the catalogs' catalog first, which takes ten times as long.
   */
  watch<T>(use: (session: Session) => Promise<T>): Promise<T>;
}

/** One scratch database per server, which every proof leaves as it found it. */
const scratch = new WeakMap<Server, Promise<Scratch>>();

async function scratchOf(server: Server): Promise<Scratch> {
  let made = scratch.get(server);
  if (!made) {
    made = (async () => {
      const name = await server.createDatabase();
      const watcher = await server.connect(name);
      const pristine = await snapshot(watcher);
      try {
        await (await server.connect(name)).close();
        return { name, pristine, watch: (use) => use(watcher) };
      } catch (error) {
        // PGlite has one session per database
        if (!(error instanceof ConnectionError)) throw error;
        await watcher.close();
        return { name, pristine, watch: (use) => within(server, name, use) };
      }
    })();
    scratch.set(server, made);
  }
  return made;
}

async function connectScratch(server: Server): Promise<Session> {
  for (let attempt = 1; ; attempt++) {
    const { name } = await scratchOf(server);
    try {
      return await server.connect(name);
    } catch (error) {
      // an earlier proof may have broken it
      scratch.delete(server);
      if (attempt > 1) throw error;
    }
  }
}

/**
 * The fast way: one transaction that is never committed. Every run goes back to a savepoint. Sees the same as the real
 * thing for statements that don't care about transactions; the caller must know that they don't.
 * @param database where `setup` has been done already; without it, `setup` is done inside the transaction
 * @throws Clock (also by `run`) when a row shows the time of the transaction: a second run that sets it once more
 *   would go unnoticed
 */
export async function savepointLab(server: Server, setup: readonly string[], database?: string): Promise<Lab> {
  const session = await (database === undefined ? connectScratch(server) : server.connect(database));
  const undo = async (): Promise<void> => {
    await session.query('ROLLBACK');
    await session.close();
  };
  try {
    await session.query('BEGIN');
    const now = await transactionTime(session);
    const lookWithoutClock = async (): Promise<State> => {
      const state = await look(session);
      for (const rows of state.rows.tables.values()) {
        if (rows.some((row) => now.some((time) => row.includes(time)))) throw new Clock('a row shows the time');
      }
      return state;
    };
    if (database === undefined) for (const text of setup) await session.query(text);
    await session.query(newSession);
    const { sequences } = (await lookWithoutClock()).rows;
    await session.query('SAVEPOINT base');
    return {
      real: false,
      run: async (steps) => {
        const states: State[] = [];
        let failure: StepError | undefined;
        for (const [at, step] of steps.entries()) {
          failure = await send(session, step, at, async (run) => {
            await session.query('SAVEPOINT text');
            try {
              await run();
              await session.query('RELEASE SAVEPOINT text');
            } catch (error) {
              await session.query('ROLLBACK TO SAVEPOINT text; RELEASE SAVEPOINT text');
              throw error;
            }
          });
          await session.query(newSession);
          if (step.observe) states.push(await lookWithoutClock());
          if (failure) break;
        }
        await session.query('ROLLBACK TO SAVEPOINT base');
        // the one thing that a rollback does not take back
        for (const [sequence, { lastValue, isCalled }] of await readSequences(session)) {
          const was = sequences.get(sequence);
          if (was === undefined || (was.lastValue === lastValue && was.isCalled === isCalled)) continue;
          await session.query(`SELECT setval(${quoteLiteral(sequence)}, ${was.lastValue}, ${was.isCalled})`);
        }
        return failure ? { states, failure } : { states };
      },
      close: undo,
    };
  } catch (error) {
    await undo();
    throw error;
  }
}

/**
 * What a new connection would find, as far as a transaction allows it. On PGlite RESET SESSION AUTHORIZATION does
 * nothing: nobody has logged in there.
 */
const newSession = 'SET SESSION AUTHORIZATION postgres; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES';

/** The time of day of the transaction as rows show it: cut to milliseconds, rounded to them, without trailing zeros. */
async function transactionTime(session: Session): Promise<string[]> {
  const [result] = await session.query(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS cut, to_char(now()::timestamptz(3) AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS rounded`,
  );
  return Object.values(result?.rows[0] ?? {}).map((time) => (time ?? '').replace(/\.?0+$/, ''));
}
