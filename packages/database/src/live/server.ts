/** What kind of server a session has reached. */
import { PG_VERSIONS } from '@idempotify/core';
import { ConnectionError, SqlError } from '../runners/errors.ts';
import type { LiveSession } from './session.ts';

export interface ServerFacts {
  /** server_version_num. */
  readonly version: number;
  /** For people: `PostgreSQL 16.4`. */
  readonly title: string;
  readonly database: string;
  readonly user: string;
  /** What a person should know, as sentences. */
  readonly warnings: readonly string[];
}

/** Databases that speak PostgreSQL's protocol and have catalogs of another make. */
const RELATIVES =
  /\b(?:CockroachDB|Redshift|YB|Yugabyte|Greenplum|Materialize|QuestDB|CrateDB|Spanner|GaussDB|openGauss)\b/i;

/** @throws ConnectionError when it is no PostgreSQL, or one that is too old */
export async function askServer(session: LiveSession): Promise<ServerFacts> {
  let row: (string | null)[] | undefined;
  try {
    [row] = await session.rows(
      `SELECT pg_catalog.version(), pg_catalog.current_setting('server_version_num'), pg_catalog.current_database(), current_user`,
    );
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new ConnectionError(`this is no PostgreSQL: asked for its version, it says: ${error.message}`, {
      cause: error,
    });
  }
  const [text, number, database, user] = row ?? [];
  const version = Number(number);
  const relative = RELATIVES.exec(text ?? '')?.[0];
  if (!text?.startsWith('PostgreSQL ') || !Number.isInteger(version) || version < 10_000 || relative !== undefined) {
    throw new ConnectionError(
      `this is no PostgreSQL, but ${relative ?? `"${(text ?? '').slice(0, 60)}"`}: its catalogs may say something else than they mean`,
    );
  }
  const major = Math.floor(version / 10_000);
  const title = `PostgreSQL ${major >= 10 ? `${major}.${version % 10_000}` : String(version)}`;
  if (major < PG_VERSIONS.oldest) {
    throw new ConnectionError(`this is ${title}; the oldest that is supported is ${PG_VERSIONS.oldest}`);
  }
  const warnings =
    major > PG_VERSIONS.newest
      ? [
          `This is ${title}, and the newest version that is known here is ${PG_VERSIONS.newest}: what is new in it may be missing.`,
        ]
      : [];
  return { version, title, database: database ?? '', user: user ?? '', warnings };
}
