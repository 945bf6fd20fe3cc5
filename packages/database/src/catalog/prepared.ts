/** Statements that stay prepared in a session: planning ours takes longer than running them. */
import type { Session } from '../runners/types.ts';

/** Code of the error when a prepared statement is not there. */
export const notPrepared = '26000';

/** What a session has prepared, as far as we know. Asking it each time would take as long as some of the answers. */
const known = new WeakMap<Session, Set<string>>();

/**
 * @param name starts with `idempotify_`, which no migration's does
 * @returns what runs the statement. It fails with `notPrepared` when something else has removed it: see `forgetPrepared`
 */
export async function prepared(session: Session, name: string, sql: () => string): Promise<string> {
  let names = known.get(session);
  if (!names) {
    const [found] = await session.query(`SELECT name FROM pg_prepared_statements WHERE name LIKE 'idempotify\\_%'`);
    names = new Set((found?.rows ?? []).flatMap((row) => row['name'] ?? []));
    known.set(session, names);
  }
  if (!names.has(name)) {
    await session.query(`PREPARE ${name} AS ${sql()}`);
    names.add(name);
  }
  return `EXECUTE ${name}`;
}

/** After DISCARD ALL and DEALLOCATE ALL. @returns whether anything was known */
export const forgetPrepared = (session: Session): boolean => known.delete(session);
