/** Drift: an object that has the name that a migration gives it, and another shape. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { diffSnapshots, type Difference, type Json } from '../catalog/diff.ts';
import type { Snapshot } from '../catalog/snapshot.ts';
import { bare, inStatement, parts } from './names.ts';

export interface Drift {
  /** `table public.account`. */
  readonly object: string;
  /** What was done to it, as the end of the sentence "… was found with …". */
  readonly what: string;
  /** SQL that does it where the migration has been run. It may turn out not to be possible. */
  readonly sql: string;
}

/** A name that no migration uses. */
const odd = 'idempotify_drift';

type Properties = Readonly<Record<string, Json>>;
type Make = (name: string, properties: Properties, catalog: Snapshot) => Omit<Drift, 'object'> | undefined;

/**
 * One drift for each object that the migration has made and that can have another shape under the same name: a schema or an
 * extension has nothing but its name.
 * @param before the catalogs without the migration
 * @param after the catalogs with it
 * @param statements of the migration
 */
export function drifts(before: Snapshot, after: Snapshot, statements: readonly string[]): Drift[] {
  const alters = statements.filter((sql) => /^\s*alter\b/i.test(sql));
  const named = (name: string, texts: readonly string[]): boolean =>
    texts.some((sql) => sql.includes(name.replaceAll('"', '')));
  const differences = diffSnapshots(before, after);
  const gone = differences.filter(({ change }) => change === 'missing');
  const extra = differences.filter(({ change }) => change === 'extra');
  const made = extra.filter((difference) => !isRenamed(difference, gone, statements));
  const relations = new Set(made.filter(({ kind }) => own.has(kind)).map(({ name }) => name));
  return made.flatMap(({ kind, name, after: properties }) => {
    // a new table's columns are the table's shape
    const [table, member] = memberOf(name);
    if (kind === 'column' && relations.has(table)) return [];
    // a constraint that no ALTER names is part of its table's shape
    if (kind === 'constraint' && relations.has(table) && !named(member, alters)) return [];
    // CREATE INDEX ON and ADD PRIMARY KEY leave the name to PostgreSQL, which takes another one when that is taken
    if ((kind === 'index' || kind === 'constraint') && !named(member, statements)) return [];
    const drift = make[kind]?.(name, properties ?? {}, after);
    return drift ? [{ object: `${kind} ${name}`, ...drift }] : [];
  });
}

/** What only got another name, or moved to another schema, got no shape; nor did what belongs to it and came along. */
function isRenamed({ kind, name }: Difference, gone: readonly Difference[], statements: readonly string[]): boolean {
  const says = (before: RegExp, named: string): boolean => {
    const there = new RegExp(`${before.source}"?${inStatement(bare(named))}`, 'is');
    return statements.some((sql) => there.test(sql));
  };
  const [owner, own] = memberOf(name);
  if (says(/\brename\b[^;]*\bto\s+/, own)) return true;
  const moves = statements.some((sql) => /\bset\s+schema\b/i.test(sql));
  if (moves && gone.some((old) => old.kind === kind && memberOf(old.name)[1] === own)) return true;
  const ofRelation = parts(name).length > 2;
  const table = parts(owner).at(-1) ?? '';
  const comesAlong = ofRelation && (moves || says(/\brename\s+to\s+/, table));
  const added =
    kind === 'column'
      ? /\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?/
      : /\b(?:add\s+constraint\s+|create\s[^;]*?(?<!\w))/;
  return comesAlong && !says(added, own);
}

const own = new Set(['table', 'view', 'materialized view', 'composite type']);

const make: Readonly<Record<string, Make>> = {
  table: (name, _, catalog) => renamedColumn('TABLE', name, catalog),
  'materialized view': (name, _, catalog) => renamedColumn('MATERIALIZED VIEW', name, catalog),
  view: (name, _, catalog) => renamedColumn('VIEW', name, catalog),
  column: (name, { type }) => {
    const [table, column] = memberOf(name);
    const other = type === 'text' ? 'character varying(4242)' : 'text';
    const alter = `ALTER TABLE ${table} ALTER COLUMN ${column}`;
    return {
      what: `the type ${other}`,
      sql: `${alter} DROP DEFAULT; ${alter} TYPE ${other} USING ${column}::${other}`,
    };
  },
  constraint: (name) => {
    const [table, constraint] = memberOf(name);
    const sql = `ALTER TABLE ${table} DROP CONSTRAINT ${constraint} CASCADE; ALTER TABLE ${table} ADD CONSTRAINT ${constraint} CHECK (4242 = 4242)`;
    return { what: 'the definition CHECK (4242 = 4242)', sql };
  },
  index: (name, { table, constraint }) => {
    if (constraint !== undefined || typeof table !== 'string') return undefined;
    const sql = `DROP INDEX ${name}; CREATE INDEX ${parts(name).at(-1)} ON ${table} ((4242))`;
    return { what: 'another expression', sql };
  },
  enum: (name, { labels }) => {
    const [first] = Array.isArray(labels) ? labels : [];
    if (typeof first !== 'string') return undefined;
    const sql = `ALTER TYPE ${name} RENAME VALUE ${quoteLiteral(first)} TO ${quoteLiteral(odd)}`;
    return { what: `the label ${odd} instead of ${first}`, sql };
  },
  domain: (name, properties) => {
    const notNull = properties['not null'] === true;
    const sql = `ALTER DOMAIN ${name} ${notNull ? 'DROP' : 'SET'} NOT NULL`;
    return { what: notNull ? 'NULL allowed' : 'NULL not allowed', sql };
  },
  'composite type': (name) => ({
    what: 'one more attribute',
    sql: `ALTER TYPE ${name} ADD ATTRIBUTE ${odd} integer`,
  }),
  sequence: (name, properties) =>
    properties['owned by'] === undefined
      ? { what: 'another increment', sql: `ALTER SEQUENCE ${name} INCREMENT BY 4242` }
      : undefined,
  function: (_, { definition }) => {
    // as pg_get_functiondef() prints it: with the body in dollar quotes
    const body = /\n(\$\w*\$)\s*$|(\$\w*\$)\s*$/.exec(typeof definition === 'string' ? definition : '');
    const quote = body?.[1] ?? body?.[2];
    if (typeof definition !== 'string' || !body || quote === undefined) return undefined;
    return { what: 'another body', sql: `${definition.slice(0, body.index)}\n-- ${odd}\n${quote}` };
  },
  trigger: (name, { definition }) => {
    const [table, trigger] = memberOf(name);
    const match = /^(CREATE (?:CONSTRAINT )?TRIGGER .*? (?:BEFORE|AFTER) )(.*?)( ON .*)$/s.exec(String(definition));
    if (!match) return undefined;
    const [, head = '', events = '', rest = ''] = match;
    const other = /\bDELETE\b/.test(events) ? 'INSERT' : 'DELETE';
    return { what: `the event ${other}`, sql: `DROP TRIGGER ${trigger} ON ${table}; ${head}${other}${rest}` };
  },
  policy: (name, { command }) => {
    const [table, policy] = memberOf(name);
    const clause = command === 'INSERT' ? 'WITH CHECK' : 'USING';
    return { what: `${clause} (4242 = 4242)`, sql: `ALTER POLICY ${policy} ON ${table} ${clause} (4242 = 4242)` };
  },
};

/** The last column is the least likely to be part of a key. */
function renamedColumn(keyword: string, name: string, catalog: Snapshot): Omit<Drift, 'object'> | undefined {
  const columns = catalog.columnOrder.get(name) ?? viewColumns(name, catalog);
  const column = columns.at(-1);
  if (column === undefined) return undefined;
  return {
    what: `a column ${odd} instead of ${column}`,
    sql: `ALTER ${keyword} ${name} RENAME COLUMN ${quoteIdent(column)} TO ${odd}`,
  };
}

function viewColumns(name: string, { objects }: Snapshot): readonly string[] {
  const text = objects.get('view')?.get(name) ?? objects.get('materialized view')?.get(name);
  const { columns } = JSON.parse(text ?? '{}') as { columns?: string[] };
  return columns ?? [];
}

/** `public.account."Name"` -> the table and the member's name, both quoted as they were. */
function memberOf(name: string): [string, string] {
  const all = parts(name);
  return [all.slice(0, -1).join('.'), all.at(-1) ?? ''];
}
