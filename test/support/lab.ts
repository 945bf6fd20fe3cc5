/** Where the proofs replay migrations: ways to bring a database to a state, run something there and look at it. */
import {
  SqlError,
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

export interface Outcome {
  /** One per step that was to be observed and was reached. */
  readonly states: readonly State[];
  /** The first step that failed; later ones are not done, but the step that failed is still observed. */
  readonly failure?: StepError;
}

export interface Lab {
  /** Does the steps on the same starting point every time. */
  run(steps: readonly Step[]): Promise<Outcome>;
  close(): Promise<void>;
}

export async function look(session: Session): Promise<State> {
  return { catalog: await snapshot(session), rows: await readRows(session) };
}

const noTransaction = '25P01';

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

/** The real thing: each run in a database of its own, each step in a connection of its own. */
export async function databaseLab(server: Server, setup: readonly string[]): Promise<Lab> {
  const base = await server.createDatabase();
  const fill = await server.connect(base);
  const keep = new Set<string>();
  try {
    for (const role of await roles(fill)) keep.add(role);
    for (const text of setup) await fill.query(text);
    for (const role of await roles(fill)) keep.add(role);
  } finally {
    await fill.close();
  }
  return {
    run: async (steps) => {
      const name = await server.createDatabase(base);
      try {
        const states: State[] = [];
        let failure: StepError | undefined;
        for (const [at, step] of steps.entries()) {
          const session = await server.connect(name);
          try {
            failure = await send(session, step, at, (run) => run());
          } finally {
            await session.close();
          }
          if (step.observe) states.push(await within(server, name, look));
          if (failure) break;
        }
        return failure ? { states, failure } : { states };
      } finally {
        await within(server, name, (session) => forgetRoles(session, keep)).catch(() => {});
        await server.dropDatabase(name);
        // roles belong to the whole server: the next run must not find them
        await within(server, base, (session) => forgetRoles(session, keep));
      }
    },
    close: async () => {
      await server.dropDatabase(base);
    },
  };
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

async function forgetRoles(session: Session, keep: ReadonlySet<string>): Promise<void> {
  for (const role of await roles(session)) {
    if (!keep.has(role)) await session.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  }
}

/** One scratch database per server, which every proof leaves as it found it. */
const scratch = new WeakMap<Server, Promise<string>>();

/**
 * The fast way: one transaction that is never committed. Every run goes back to a savepoint. Sees the same as the real
 * thing for statements that don't care about transactions; the caller must know that they don't.
 * @param setup runs inside the transaction too, unless `database` is given, where it has been done
 */
export async function savepointLab(server: Server, setup: readonly string[], database?: string): Promise<Lab> {
  let name = database;
  if (name === undefined) {
    let made = scratch.get(server);
    if (!made) scratch.set(server, (made = server.createDatabase()));
    name = await made;
  }
  const session = await server.connect(name);
  const undo = async (): Promise<void> => {
    await session.query('ROLLBACK');
    await session.close();
  };
  try {
    await session.query('BEGIN');
    for (const text of setup) await session.query(text);
    await session.query(`${newSession}; SAVEPOINT base`);
    const sequences = await readSequences(session);
    return {
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
          if (step.observe) states.push(await look(session));
          if (failure) break;
        }
        await session.query('ROLLBACK TO SAVEPOINT base');
        // the one thing that a rollback does not take back
        for (const [sequence, { lastValue, isCalled }] of await readSequences(session)) {
          const was = sequences.get(sequence);
          if (was === undefined || (was.lastValue === lastValue && was.isCalled === isCalled)) continue;
          await session.query(`SELECT setval('${sequence.replaceAll("'", "''")}', ${was.lastValue}, ${was.isCalled})`);
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

/** What a new connection would find, as far as a transaction allows it. */
const newSession = 'RESET SESSION AUTHORIZATION; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES';
