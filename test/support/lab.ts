/** Labs for tests: they start from SQL instead of a database, and use what can be used again. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConnectionError,
  SqlError,
  diffSnapshots,
  dropRoles,
  perform,
  savepointLab,
  snapshot,
  walkAnew,
  within,
  type Lab,
  type RunSteps,
  type Server,
  type Session,
  type Snapshot,
  type Watch,
} from '@idempotify/database';

/**
 * As real as `databaseLab`, but all runs use one database, which is emptied in between; the catalogs tell whether it is.
 * The setup is done anew for every run: it has to give the same rows each time.
 * @throws SqlError (by `run`) when the setup does not run
 */
export function reusedLab(server: Server, setup: readonly string[]): Lab {
  const run: RunSteps = async (steps) => {
    const { name, pristine, watcher } = await scratchOf(server);
    const watch: Watch = (use) => (watcher ? use(watcher) : within(server, name, use));
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
  };
  return { real: true, run, walk: walkAnew(run), close: async () => {} };
}

/** One transaction in the scratch database, setup included. @throws Clock, SqlError as `savepointLab` */
export async function transactionLab(server: Server, setup: readonly string[]): Promise<Lab> {
  const { session, release } = await borrowScratch(server);
  return released(() => savepointLab(session, setup), release);
}

/** The setup is committed, so that its time is another one; the rest is one transaction. */
export async function committedLab(server: Server, setup: readonly string[]): Promise<Lab> {
  const name = await server.createDatabase();
  const drop = (): Promise<void> => server.dropDatabase(name);
  let session: Session;
  try {
    session = await server.connect(name);
    for (const text of setup) await session.query(text);
    await session.close();
    await sleep(3); // rows show milliseconds
    session = await server.connect(name);
  } catch (error) {
    await drop();
    throw error;
  }
  return released(
    () => savepointLab(session, []),
    async () => {
      await session.close();
      await drop();
    },
  );
}

async function released(open: () => Promise<Lab>, release: () => Promise<void>): Promise<Lab> {
  try {
    const lab = await open();
    const close = async (): Promise<void> => {
      await lab.close();
      await release();
    };
    return { ...lab, close };
  } catch (error) {
    await release();
    throw error;
  }
}

/** @returns whether the database is as good as new */
async function emptied(watch: Watch, pristine: Snapshot): Promise<boolean> {
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

interface Scratch {
  readonly name: string;
  /** Of the empty database. */
  readonly pristine: Snapshot;
  /**
   * A session that stays open, where a database can have several: a new one has to read the catalogs' catalog first,
   * which takes ten times as long as a snapshot.
   */
  readonly watcher?: Session;
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
        return { name, pristine, watcher };
      } catch (error) {
        // PGlite has one session per database
        if (!(error instanceof ConnectionError)) throw error;
        await watcher.close();
        return { name, pristine };
      }
    })();
    scratch.set(server, made);
  }
  return made;
}

interface Borrowed {
  readonly session: Session;
  release(): Promise<void>;
}

async function borrowScratch(server: Server): Promise<Borrowed> {
  for (let attempt = 1; ; attempt++) {
    const { name, watcher } = await scratchOf(server);
    try {
      if (!watcher) return await opened(server, name);
      await watcher.query('SELECT 1');
      return { session: watcher, release: async () => {} };
    } catch (error) {
      // an earlier proof may have broken it
      scratch.delete(server);
      if (attempt > 1) throw error;
    }
  }
}

async function opened(server: Server, database: string): Promise<Borrowed> {
  const session = await server.connect(database);
  return { session, release: () => session.close() };
}
