import type { LiveSession, Session } from '@idempotify/database';

/**
 * A session of a scratch database for what reads live ones: PGlite has no connection that the driver could use. Results of a
 * `Session` are by column name, and several columns may have the same one, so that whole rows are asked for.
 */
export function asLive(session: Session): LiveSession {
  return {
    rows: async (sql) => {
      const results = await session.query(`SELECT q::text AS row FROM (${sql}) AS q`);
      return (results[0]?.rows ?? []).map(({ row }) => fieldsOf(row ?? '()'));
    },
    run: async (sql) => void (await session.query(sql)),
    close: () => session.close(),
  };
}

/** PostgreSQL docs, 8.16.6: quotes and backslashes are doubled inside of quotes, and NULL is nothing at all. */
const fieldsOf = (row: string): (string | null)[] =>
  [...`${row.slice(1, -1)},`.matchAll(/(?:"((?:[^"\\]|""|\\\\)*)"|([^,]*)),/g)].map(
    ([, quoted, plain]) => quoted?.replace(/""|\\\\/g, (pair) => pair[0]!) ?? (plain === '' ? null : plain!),
  );
