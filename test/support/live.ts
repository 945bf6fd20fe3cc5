import type { LiveSession, Session } from '@idempotify/database';

/** A session of a scratch database for what reads live ones. Columns of one result need different names. */
export function asLive(session: Session): LiveSession {
  const send = async (sql: string): Promise<(string | null)[][]> =>
    ((await session.query(sql)).at(-1)?.rows ?? []).map((row) => Object.values(row));
  return { rows: send, run: async (sql) => void (await send(sql)), close: () => session.close() };
}
