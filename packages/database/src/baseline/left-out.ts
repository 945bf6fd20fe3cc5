/**
 * Which schemas a baseline reads, and what stays out of it: what a hosting provider, an extension or a migration tool makes
 * by itself, what belongs to the server and not to the database, what is data, and what the user does not want.
 */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { LiveSession } from '../live/session.ts';
import type { BaselineOptions, LeftOut } from './types.ts';

export interface Scope {
  /** OID -> name of the schemas that are read. */
  readonly schemas: ReadonlyMap<string, string>;
  /** OIDs of relations in these schemas that are not: tables, their indexes and sequences, views. */
  readonly excludedRelations: ReadonlySet<string>;
  readonly leftOut: readonly LeftOut[];
  /** One sentence each: a pattern that excludes nothing, what needs something that is left out. */
  readonly warnings: readonly string[];
}

/** A pattern that selects nothing, or is none. */
export class ScopeError extends Error {
  override readonly name = 'ScopeError';
}

// ---------------------------------------------------------------------------------------------------- hosting providers

/** Somebody who runs the server, or an extension that keeps data of its own, with what they put into a database. */
interface Provider {
  readonly name: string;
  /** It is this provider when there is such a role or extension: a schema called `auth` alone says nothing. */
  readonly roles?: readonly string[];
  readonly extensions?: readonly string[];
  /** Schemas that it makes itself, with everything in them. */
  readonly schemas: RegExp;
  /** Roles that only it may act as. */
  readonly owns?: RegExp;
}

/** Supabase: the lists of pg-delta (src/policy/supabase.ts, MIT) and of the CLI's `db dump`. */
const PROVIDERS: readonly Provider[] = [
  {
    name: 'Supabase',
    roles: ['supabase_admin'],
    schemas:
      /^(?:_analytics|_realtime|_supavisor|auth|cron|etl|extensions|graphql|graphql_public|net|pgbouncer|pgmq|pgmq_public|pgsodium|pgsodium_masks|pgtle|realtime|repack|storage|supabase_functions|supabase_migrations|tiger|tiger_data|topology|vault)$/,
    owns: /^(?:supabase_.*|pgbouncer|authenticator|dashboard_user|pgsodium_.*|pgtle_admin|cli_login_.*)$/,
  },
  { name: 'Amazon RDS', roles: ['rdsadmin'], schemas: /^rdsadmin$/, owns: /^(?:rdsadmin|rds_.*|rdsrepladmin)$/ },
  {
    name: 'Google Cloud SQL',
    roles: ['cloudsqladmin'],
    schemas: /^(?:cloudsql.*|google_vacuum_mgmt|google_db_advisor)$/,
    owns: /^(?:cloudsql.*)$/,
  },
  {
    name: 'Azure',
    roles: ['azuresu', 'azure_superuser'],
    schemas: /^(?:azure.*|cron)$/,
    owns: /^azure.*$/,
  },
  {
    name: 'Neon',
    roles: ['neon_superuser'],
    schemas: /^(?:neon|neon_auth|neon_migration)$/,
    owns: /^(?:neon.*|cloud_admin)$/,
  },
  // its databases have a schema of this name and no role that tells it
  { name: 'Heroku', schemas: /^_heroku$/ },
  {
    name: 'TimescaleDB',
    extensions: ['timescaledb'],
    schemas: /^(?:_timescaledb_.*|timescaledb_.*)$/,
  },
];

/** The providers that this server shows. @param there the names of all roles and extensions */
export function providersAmong(there: ReadonlySet<string>): readonly Provider[] {
  return PROVIDERS.filter(
    ({ roles, extensions }) =>
      (roles === undefined && extensions === undefined) ||
      roles?.some((name) => there.has(name)) ||
      extensions?.some((name) => there.has(`extension ${name}`)),
  );
}

/**
 * Which provider keeps a role for itself: nobody else may act as it, so that nothing can be made in its name.
 * @param there the names of all roles of the server
 */
export function keeperOfRole(role: string, there: ReadonlySet<string>): string | undefined {
  return providersAmong(there).find((provider) => provider.owns?.test(role))?.name;
}

/** Which provider makes the schema. @param there the names of all roles of the server */
export function keeperOfSchema(schema: string, there: ReadonlySet<string>): string | undefined {
  return providersAmong(there).find((provider) => provider.schemas.test(schema))?.name;
}

// ------------------------------------------------------------------------------------------------------ migration tools

interface Ledger {
  readonly tool: string;
  readonly table: string;
  /** For names that others might use as well: the columns that it has, in one of these sets, sorted. */
  readonly columns?: readonly string[];
}

export const LEDGERS: readonly Ledger[] = [
  { tool: 'Prisma', table: '_prisma_migrations' },
  { tool: 'Drizzle', table: '__drizzle_migrations' },
  { tool: 'TypeORM', table: 'migrations', columns: ['id,name,timestamp'] },
  { tool: 'TypeORM', table: 'typeorm_metadata' },
  { tool: 'postgres-migrations', table: 'migrations', columns: ['executed_at,hash,id,name'] },
  { tool: 'Laravel', table: 'migrations', columns: ['batch,id,migration'] },
  { tool: 'db-migrate', table: 'migrations', columns: ['id,name,run_on'] },
  { tool: 'Knex', table: 'knex_migrations' },
  { tool: 'Knex', table: 'knex_migrations_lock' },
  { tool: 'Sequelize', table: 'SequelizeMeta' },
  { tool: 'Sequelize', table: 'SequelizeData' },
  { tool: 'MikroORM', table: 'mikro_orm_migrations' },
  { tool: 'Kysely', table: 'kysely_migration' },
  { tool: 'Kysely', table: 'kysely_migration_lock' },
  { tool: 'node-pg-migrate', table: 'pgmigrations' },
  {
    tool: 'dbmate, golang-migrate, Rails, Ecto or Supabase',
    table: 'schema_migrations',
    columns: ['version', 'dirty,version', 'inserted_at,version', 'name,statements,version'],
  },
  { tool: 'Rails', table: 'ar_internal_metadata' },
  { tool: 'goose', table: 'goose_db_version' },
  { tool: 'Flyway', table: 'flyway_schema_history' },
  {
    tool: 'Flyway',
    table: 'schema_version',
    columns: [
      'checksum,description,execution_time,installed_by,installed_on,installed_rank,script,success,type,version',
    ],
  },
  { tool: 'Liquibase', table: 'databasechangelog' },
  { tool: 'Liquibase', table: 'databasechangeloglock' },
  { tool: 'sqlx', table: '_sqlx_migrations' },
  { tool: 'diesel', table: '__diesel_schema_migrations' },
  { tool: 'refinery', table: 'refinery_schema_history' },
  { tool: 'SeaORM', table: 'seaql_migrations' },
  { tool: 'sql-migrate', table: 'gorp_migrations' },
  { tool: 'tern', table: 'schema_version', columns: ['version'] },
  { tool: 'Atlas', table: 'atlas_schema_revisions' },
  { tool: 'Alembic', table: 'alembic_version' },
  { tool: 'Django', table: 'django_migrations' },
  { tool: 'yoyo', table: '_yoyo_migration' },
  { tool: 'yoyo', table: '_yoyo_log' },
  { tool: 'yoyo', table: '_yoyo_version' },
  { tool: 'yoyo', table: 'yoyo_lock' },
  { tool: 'Entity Framework', table: '__EFMigrationsHistory' },
  { tool: 'Doctrine', table: 'doctrine_migration_versions' },
  { tool: 'Phinx', table: 'phinxlog' },
  { tool: 'AdonisJS', table: 'adonis_schema' },
  { tool: 'AdonisJS', table: 'adonis_schema_versions' },
];

/** Schemas that a tool makes for itself and keeps up to date: the schema's name and a table that shows whose it is. */
export const TOOL_SCHEMAS: readonly { readonly tool: string; readonly schema: string; readonly table: string }[] = [
  { tool: 'Supabase', schema: 'supabase_migrations', table: 'schema_migrations' },
  { tool: 'graphile-migrate', schema: 'graphile_migrate', table: 'migrations' },
  { tool: 'Graphile Worker', schema: 'graphile_worker', table: 'migrations' },
  { tool: 'pg-boss', schema: 'pgboss', table: 'version' },
  { tool: 'Atlas', schema: 'atlas_schema_revisions', table: 'atlas_schema_revisions' },
  { tool: 'Hasura', schema: 'hdb_catalog', table: 'hdb_version' },
  { tool: 'pgroll', schema: 'pgroll', table: 'migrations' },
];

// -------------------------------------------------------------------------------------------------------------- patterns

export interface Pattern {
  readonly text: string;
  readonly schema: RegExp;
  readonly relation: RegExp | undefined;
  /** The schema is called by its full name. */
  readonly plain: boolean;
}

/**
 * `schema` or `schema.relation`. `*` stands for any number of characters, `?` for one. In double quotes every character
 * stands for itself, also `.`, `*` and `?`; a double quote is doubled there. Capitals count, quoted or not.
 * @throws ScopeError
 */
export function patternOf(text: string, mayNameRelation: boolean): Pattern {
  const parts: { regexp: string; plain: boolean }[] = [{ regexp: '', plain: true }];
  const token = /"((?:[^"]|"")*)"|\.|\*|\?|[^".*?]+|"/gy;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found, quoted] = match;
    const part = parts.at(-1);
    if (found === '"' || part === undefined) throw new ScopeError(`"${text}": a double quote is not closed.`);
    if (found === '.') parts.push({ regexp: '', plain: true });
    else if (found === '*' || found === '?') {
      part.regexp += found === '*' ? '[^]*' : '[^]';
      part.plain = false;
    } else part.regexp += literally(quoted === undefined ? found : quoted.replaceAll('""', '"'));
  }
  const [schema, relation] = parts;
  if (schema === undefined || parts.length > (mayNameRelation ? 2 : 1) || parts.some(({ regexp }) => regexp === '')) {
    throw new ScopeError(
      mayNameRelation
        ? `"${text}" is neither schema nor schema.relation. A name with a dot in it is put in double quotes.`
        : `"${text}" is not the name of a schema. A name with a dot in it is put in double quotes.`,
    );
  }
  const whole = (regexp: string): RegExp => new RegExp(`^${regexp}$`, 'u');
  return {
    text,
    schema: whole(schema.regexp),
    relation: relation === undefined ? undefined : whole(relation.regexp),
    plain: schema.plain,
  };
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

// ----------------------------------------------------------------------------------------------------------------- scope

const qualified = (schema: string, name: string): string => `${quoteIdent(schema)}.${quoteIdent(name)}`;
const list = (oids: Iterable<string>): string => [...oids].join(', ') || '0';
const literals = (texts: readonly string[]): string => texts.map(quoteLiteral).join(', ');

interface Relation {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
}

const KINDS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  f: 'foreign table',
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
};

/**
 * Looks at the database's schemas, and at what is known to belong to somebody else.
 * @throws ScopeError when a pattern of `options.schemas` selects nothing; SqlError, ConnectionError
 */
export async function scopeOf(session: LiveSession, options: BaselineOptions): Promise<Scope> {
  const wanted = options.schemas?.map((text) => patternOf(text, false));
  const unwanted = (options.exclude ?? []).map((text) => patternOf(text, true));
  const leftOut: LeftOut[] = [];
  const warnings: string[] = [];

  const there = new Set<string>();
  for (const [name] of await session.rows(`SELECT rolname FROM pg_catalog.pg_roles
    UNION ALL SELECT 'extension ' || extname FROM pg_catalog.pg_extension`)) {
    if (name != null) there.add(name);
  }
  const providers = providersAmong(there);
  const tables = await ledgerTables(session, options);
  const used = new Set<Pattern>();

  // a schema whose name begins with pg_ is the system's, or temporary
  const all = await session.rows(
    `SELECT oid::text, nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname`,
  );
  const schemas = new Map<string, string>();
  const providerSchemas = new Map<string, string>();
  for (const [oid, name] of all) {
    if (oid == null || name == null) continue;
    const asking = wanted?.filter((pattern) => pattern.schema.test(name)) ?? [];
    for (const pattern of asking) used.add(pattern);
    const leave = (reason: string): void => void leftOut.push({ kind: 'schema', name: quoteIdent(name), reason });
    const [excluding, ...others] = unwanted.filter(
      ({ schema, relation }) => relation === undefined && schema.test(name),
    );
    if (excluding) {
      for (const pattern of [excluding, ...others]) used.add(pattern);
      leave(`excluded by "${excluding.text}"`);
      continue;
    }
    if (wanted && asking.length === 0) {
      leave('not among the schemas that were asked for');
      continue;
    }
    // who calls it by its full name means it
    if (!asking.some(({ plain }) => plain)) {
      const provider = providers.find((candidate) => candidate.schemas.test(name));
      if (provider) {
        leave(`${provider.name} makes it and what is in it`);
        providerSchemas.set(oid, provider.name);
        continue;
      }
      const tool = TOOL_SCHEMAS.find(
        (candidate) => candidate.schema === name && tables.byTool.has(`${name}\n${candidate.table}`),
      );
      if (tool) {
        leave(`${tool.tool} makes it and what is in it`);
        continue;
      }
      if (tables.onlyLedgers.has(oid)) {
        leave('there is only the history of a migration tool in it, which makes it');
        continue;
      }
    }
    schemas.set(oid, name);
  }
  for (const pattern of wanted ?? []) {
    if (!used.has(pattern)) {
      throw new ScopeError(`There is no schema that "${pattern.text}" stands for. Capitals count.`);
    }
  }

  const roots = new Map<string, Relation>();
  for (const { relation, reason } of tables.ledgers) {
    if (![...schemas.values()].includes(relation.schema)) continue;
    roots.set(relation.oid, relation);
    leftOut.push({ kind: 'table', name: qualified(relation.schema, relation.name), reason });
  }
  if (unwanted.some((pattern) => pattern.relation)) {
    for (const relation of await relationsOf(session, schemas)) {
      const [pattern, ...others] = unwanted.filter(
        (candidate) => candidate.relation?.test(relation.name) && candidate.schema.test(relation.schema),
      );
      if (!pattern) continue;
      for (const each of [pattern, ...others]) used.add(each);
      if (roots.has(relation.oid)) continue;
      roots.set(relation.oid, relation);
      leftOut.push({
        kind: KINDS[relation.kind] ?? 'relation',
        name: qualified(relation.schema, relation.name),
        reason: `excluded by "${pattern.text}"`,
      });
    }
  }
  for (const pattern of unwanted) {
    if (!used.has(pattern))
      warnings.push(
        `"${pattern.text}" excludes nothing: there is no such schema, nor, with a dot, such a relation in a schema.`,
      );
  }

  const excludedRelations = await withTheirOwn(session, roots.keys());
  leftOut.push(...(await notOfTheSchema(session, schemas)));
  leftOut.push(...(await onForeignTables(session, providerSchemas)));
  if (schemas.size < all.length || excludedRelations.size > 0) {
    warnings.push(...(await needsLeftOut(session, schemas, excludedRelations)));
  }
  return { schemas, excludedRelations, leftOut, warnings };
}

/** Tables that look like the history of a migration tool. */
async function ledgerTables(
  session: LiveSession,
  options: BaselineOptions,
): Promise<{
  ledgers: { relation: Relation; reason: string }[];
  /** `schema\ntable` of the tables that show whose a schema is. */
  byTool: ReadonlySet<string>;
  /** Schemas with nothing in them but ledgers. */
  onlyLedgers: ReadonlySet<string>;
}> {
  const own = (options.ledger ?? []).map((text) => {
    const parts = [...text.matchAll(/"((?:[^"]|"")*)"|[^".]+/g)].map(
      ([whole, quoted]) => quoted?.replaceAll('""', '"') ?? whole,
    );
    return { schema: parts.length > 1 ? parts[0] : undefined, table: parts.at(-1) ?? text };
  });
  const names = new Set([...LEDGERS, ...TOOL_SCHEMAS, ...own].map(({ table }) => table));
  const rows = await session.rows(`
    SELECT c.oid::text, n.oid::text, n.nspname, c.relname, c.relkind::text,
      (SELECT pg_catalog.string_agg(a.attname, ',' ORDER BY a.attname COLLATE "C") FROM pg_catalog.pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      NOT EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class o ON o.oid = t.typrelid
          WHERE t.typnamespace = n.oid AND t.typelem = 0 AND (o.oid IS NULL OR o.relkind = 'c')),
      ARRAY(SELECT o.oid FROM pg_catalog.pg_class o WHERE o.relnamespace = n.oid AND o.relkind IN ('r', 'p', 'f', 'v', 'm'))::text
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relname IN (${literals([...names])}) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY n.nspname, c.relname`);
  const ledgers: { relation: Relation; reason: string }[] = [];
  const byTool = new Set<string>();
  const inSchema = new Map<string, { only: boolean; relations: readonly string[] }>();
  for (const [oid, namespace, schema, name, kind, columns, only, relations] of rows) {
    if (oid == null || namespace == null || schema == null || name == null || kind == null) continue;
    byTool.add(`${schema}\n${name}`);
    inSchema.set(namespace, {
      only: only === 't' && schema !== 'public',
      relations: (relations ?? '{}').slice(1, -1).split(','),
    });
    // a name that says little counts where its tool puts it by default; in another schema it may be part of what a product brings along
    const tool = LEDGERS.find(
      (ledger) =>
        ledger.table === name &&
        (ledger.columns === undefined || (schema === 'public' && ledger.columns.includes(columns ?? ''))),
    )?.tool;
    const named = own.some((ledger) => ledger.table === name && (ledger.schema ?? schema) === schema);
    if (tool === undefined && !named) continue;
    const reason = `the history of applied migrations${tool === undefined ? '' : ` (${tool})`}, which the tool makes`;
    ledgers.push({ relation: { oid, schema, name, kind }, reason });
  }
  const oids = new Set(ledgers.map(({ relation }) => relation.oid));
  const onlyLedgers = new Set(
    [...inSchema]
      .filter(([, { only, relations }]) => only && relations.every((oid) => oids.has(oid)))
      .map(([namespace]) => namespace),
  );
  return { ledgers, byTool, onlyLedgers };
}

async function relationsOf(session: LiveSession, schemas: ReadonlyMap<string, string>): Promise<Relation[]> {
  const rows = await session.rows(`SELECT c.oid::text, c.relnamespace::text, c.relname, c.relkind::text
    FROM pg_catalog.pg_class c WHERE c.relnamespace IN (${list(schemas.keys())}) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    ORDER BY c.relnamespace, c.relname`);
  return rows.flatMap(([oid, namespace, name, kind]) =>
    oid == null || namespace == null || name == null || kind == null
      ? []
      : [{ oid, schema: schemas.get(namespace) ?? '', name, kind }],
  );
}

/** The relations with their indexes and the sequences of their columns. */
async function withTheirOwn(session: LiveSession, roots: Iterable<string>): Promise<Set<string>> {
  const relations = new Set(roots);
  if (relations.size === 0) return relations;
  const rows = await session.rows(`
    SELECT indexrelid::text FROM pg_catalog.pg_index WHERE indrelid IN (${list(relations)})
    UNION ALL
    SELECT d.objid::text FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.deptype IN ('a', 'i') AND d.refobjid IN (${list(relations)})`);
  for (const [oid] of rows) if (oid != null) relations.add(oid);
  return relations;
}

/** What belongs to the server, to an extension, or is data. */
async function notOfTheSchema(session: LiveSession, schemas: ReadonlyMap<string, string>): Promise<LeftOut[]> {
  const rows = await session.rows(`
    SELECT 'members of an extension', pg_catalog.quote_ident(e.extname), pg_catalog.count(*)::text || ' objects, which CREATE EXTENSION makes'
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
    WHERE e.extname <> 'plpgsql' GROUP BY 1, 2
    UNION ALL
    SELECT 'large objects', pg_catalog.count(*)::text, 'they are data' FROM pg_catalog.pg_largeobject_metadata HAVING pg_catalog.count(*) > 0
    UNION ALL
    SELECT 'sequence positions', pg_catalog.count(*)::text || ' sequences', 'they are data: in a new database every sequence begins at its start'
    FROM pg_catalog.pg_class WHERE relkind = 'S' AND relnamespace IN (${list(schemas.keys())}) HAVING pg_catalog.count(*) > 0
    UNION ALL
    SELECT 'roles', (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name) FROM (SELECT DISTINCT pg_catalog.pg_get_userbyid(s.refobjid) AS name
        FROM pg_catalog.pg_shdepend s JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
          AND s.dbid = (SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = pg_catalog.current_database()) AND r.rolname !~ '^pg_') x),
      'they belong to the server: create those that are missing before the baseline is applied, or what concerns them is skipped'
    UNION ALL
    SELECT 'setting', pg_catalog.split_part(c, '=', 1) || ' of ' || CASE s.setrole WHEN 0 THEN 'the database' ELSE 'the role ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(s.setrole))
        || CASE s.setdatabase WHEN 0 THEN '' ELSE ' in this database' END END,
      'ALTER ' || CASE s.setrole WHEN 0 THEN 'DATABASE' ELSE 'ROLE' END || ' … SET is no part of a schema, but may decide how it works'
    FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c
    WHERE s.setdatabase = (SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = pg_catalog.current_database())`);
  return rows.flatMap(([kind, name, reason]) =>
    kind == null || name == null || reason == null ? [] : [{ kind, name, reason }],
  );
}

/** Triggers and policies that the user has put on tables of a provider. */
async function onForeignTables(session: LiveSession, providers: ReadonlyMap<string, string>): Promise<LeftOut[]> {
  if (providers.size === 0) return [];
  const owned = list(providers.keys());
  const notMember = (catalog: string, oid: string): string =>
    `NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
  const rows = await session.rows(`
    SELECT 'trigger', pg_catalog.quote_ident(t.tgname) || ' on ' || t.tgrelid::pg_catalog.regclass::text, c.relnamespace::text
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace IN (${owned}) AND p.pronamespace NOT IN (${owned})
      AND p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace AND ${notMember('pg_proc', 'p.oid')}
    UNION ALL
    SELECT 'policy', pg_catalog.quote_ident(p.polname) || ' on ' || p.polrelid::pg_catalog.regclass::text, c.relnamespace::text
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace IN (${owned}) AND ${notMember('pg_class', 'c.oid')}
    ORDER BY 1, 2`);
  return rows.flatMap(([kind, name, namespace]) =>
    kind == null || name == null
      ? []
      : [
          {
            kind,
            name,
            reason: `stands on a table of ${providers.get(namespace ?? '') ?? 'the provider'}; if it is yours, add it to a migration of your own`,
          },
        ],
  );
}

/**
 * What is read but cannot be made without something that is left out: it has to be there already where the baseline is
 * applied.
 */
async function needsLeftOut(
  session: LiveSession,
  schemas: ReadonlyMap<string, string>,
  relations: ReadonlySet<string>,
): Promise<string[]> {
  const read = list(schemas.keys());
  const members = `SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'`;
  const rows = await session.rows(`
    WITH home AS MATERIALIZED (
      SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, oid, relnamespace AS namespace FROM pg_catalog.pg_class
      UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid, typnamespace FROM pg_catalog.pg_type
      UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, pronamespace FROM pg_catalog.pg_proc
      UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprnamespace FROM pg_catalog.pg_operator
      UNION ALL SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collnamespace FROM pg_catalog.pg_collation
      UNION ALL SELECT 'pg_catalog.pg_opclass'::pg_catalog.regclass, oid, opcnamespace FROM pg_catalog.pg_opclass
      UNION ALL SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, cfgnamespace FROM pg_catalog.pg_ts_config
      UNION ALL SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, dictnamespace FROM pg_catalog.pg_ts_dict
    ), absent AS MATERIALIZED (
      SELECT class, oid FROM home WHERE oid >= 16384 AND (
        (namespace NOT IN (${read}) AND namespace <> 'pg_catalog'::pg_catalog.regnamespace AND namespace <> 'pg_toast'::pg_catalog.regnamespace)
        ${relations.size === 0 ? '' : `OR (class = 'pg_catalog.pg_class'::pg_catalog.regclass AND oid IN (${list(relations)}))`})
        AND NOT (class = 'pg_catalog.pg_class'::pg_catalog.regclass AND oid IN (SELECT indexrelid FROM pg_catalog.pg_index))
      EXCEPT ${members}
    ), user_of AS (
      -- what hangs on a relation is called by the relation's name
      SELECT DISTINCT coalesce(r.ev_class, f.adrelid, c.conrelid, t.tgrelid, p.polrelid, i.indrelid, d.objid) AS oid,
        CASE WHEN coalesce(r.ev_class, f.adrelid, c.conrelid, t.tgrelid, p.polrelid, i.indrelid) IS NULL THEN d.classid ELSE 'pg_catalog.pg_class'::pg_catalog.regclass END AS class,
        a.class AS needed_class, a.oid AS needed
      FROM absent a JOIN pg_catalog.pg_depend d ON d.refclassid = a.class AND d.refobjid = a.oid AND d.deptype IN ('n', 'a')
        LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
        LEFT JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND f.oid = d.objid
        LEFT JOIN pg_catalog.pg_constraint c ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND c.oid = d.objid AND c.conrelid <> 0
        LEFT JOIN pg_catalog.pg_trigger t ON d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = d.objid
        LEFT JOIN pg_catalog.pg_policy p ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = d.objid
        LEFT JOIN pg_catalog.pg_index i ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.indexrelid = d.objid
    )
    SELECT pg_catalog.string_agg((pg_catalog.pg_identify_object(u.class, u.oid, 0)).identity, ', ' ORDER BY (pg_catalog.pg_identify_object(u.class, u.oid, 0)).identity),
      (pg_catalog.pg_identify_object(u.needed_class, u.needed, 0)).identity
    FROM user_of u JOIN home h ON h.class = u.class AND h.oid = u.oid
    WHERE h.namespace IN (${read}) AND NOT EXISTS (SELECT FROM absent a WHERE a.class = u.class AND a.oid = u.oid)
      AND NOT EXISTS (SELECT FROM (${members}) m WHERE m.classid = u.class AND m.objid = u.oid)
    GROUP BY u.needed_class, u.needed ORDER BY 2`);
  return rows.flatMap(([users, needed]) =>
    users == null || needed == null
      ? []
      : [`${needed} is left out, but is needed by ${users}: it must be there before the baseline is applied.`],
  );
}
