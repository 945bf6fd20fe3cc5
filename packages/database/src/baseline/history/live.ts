/** The catalogs of a live database, read once. */
import { collect, fixedSettings, probe, wholeQuery, type Detailed } from '../../catalog/snapshot.ts';
import type { LiveSession } from '../../live/session.ts';
import { scopeOf } from '../left-out.ts';
import type { BaselineOptions } from '../types.ts';

export interface LiveCatalog {
  /** `server_version_num` */
  readonly version: number;
  readonly catalog: Detailed;
  /** Who we are there. */
  readonly role: string;
  /** Where names without a schema are made; undefined when search_path names none that is there. */
  readonly schema: string | undefined;
  /** All roles but PostgreSQL's own. */
  readonly roles: ReadonlySet<string>;
  /** What a provider, an extension or a migration tool has made, and what the user does not want to hear of. */
  readonly leftOut: {
    /** Names of schemas, not quoted. */
    readonly schemas: ReadonlySet<string>;
    /** OIDs. */
    readonly relations: ReadonlySet<string>;
  };
}

/** What of a database counts, as for a baseline. */
export type LiveOptions = Pick<BaselineOptions, 'schemas' | 'exclude' | 'ledger'>;

/**
 * Nobody shall wait for us: catalogs are read without locks that anybody waits for, and we give up where somebody else holds one
 * (pg_get_indexdef and its like open the relation).
 */
const patience = `SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '60s'; SET LOCAL jit = off`;

/**
 * One read-only transaction. Nothing is prepared or set that outlives it, so that it works through a pooler.
 * @param session outside of a transaction
 * @throws ScopeError, SqlError, ConnectionError
 */
export async function readLive(session: LiveSession, options: LiveOptions = {}): Promise<LiveCatalog> {
  await session.run(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${patience}`);
  try {
    return await readLiveInside(session, options);
  } finally {
    await session.run('ROLLBACK').catch(() => undefined);
  }
}

/** The same in the session's own transaction, whose settings are others afterwards. */
export async function readLiveInside(session: LiveSession, options: LiveOptions = {}): Promise<LiveCatalog> {
  const [[role, schema] = []] = await session.rows(
    'SELECT pg_catalog.quote_ident(current_user), pg_catalog.current_schema()',
  );
  await session.run(fixedSettings);
  const roles = await session.rows(`SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'`);
  const scope = await scopeOf(session, options);
  const names = await session.rows(`SELECT oid::text, nspname FROM pg_catalog.pg_namespace`);
  const [[version, found] = []] = await session.rows(probe);
  const [[rows] = []] = await session.rows(wholeQuery(Number(version), found ?? ''));
  return {
    version: Number(version),
    catalog: collect(JSON.parse(rows ?? '[]') as (string | null)[][]),
    role: role ?? '',
    schema: schema ?? undefined,
    roles: new Set(roles.flatMap(([name]) => name ?? [])),
    leftOut: {
      schemas: new Set(names.flatMap(([oid, name]) => (scope.schemas.has(oid ?? '') ? [] : (name ?? [])))),
      relations: scope.excludedRelations,
    },
  };
}
