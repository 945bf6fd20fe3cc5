/** What the parts of a baseline wear: comments, owners, privileges. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { wishOf } from './acl.ts';
import { keeperOfRole } from './left-out.ts';
import { canHold, privilegesBlock, type Holding } from './privileges.ts';
import { CATALOG, keyOf, type CatalogName, type CatalogReader, type Key, type Part, type Step } from './types.ts';

export interface Dress {
  /** Comments: further steps in the blocks of these parts. */
  readonly steps: ReadonlyMap<Key, readonly Step[]>;
  /** Owners and privileges, those of system objects and of members of extensions and default privileges too: one block behind all parts; '' when there is nothing to say. */
  readonly privileges: string;
  /** All roles that are named there, sorted. */
  readonly roles: readonly string[];
}

const NAMES: ReadonlyMap<string, CatalogName> = new Map(
  Object.entries(CATALOG).map(([name, oid]) => [oid as string, name as CatalogName]),
);

/** The catalog of a part, and the OID there on the source; undefined for a piece of an object. */
function placeOf(key: Key): { catalog: CatalogName; oid: string } | undefined {
  const [classid = '', oid = ''] = key.split(':');
  const catalog = NAMES.get(classid);
  return catalog === undefined || !/^\d+$/.test(oid) ? undefined : { catalog, oid };
}

type Rows = readonly (readonly (string | null)[])[];

/** What can be asked before it is known which parts there are. */
export interface Wear {
  readonly comments: Rows;
  /** Of extensions: what CREATE EXTENSION gives them. */
  readonly usual: Rows;
  readonly roles: ReadonlySet<string>;
  readonly sequences: Rows;
  readonly changed: Rows;
  readonly defaults: Rows;
}

/** @throws SqlError, ConnectionError */
export async function readWear(catalog: CatalogReader): Promise<Wear> {
  const { comments: withComments = true, owners = true, grants = true } = catalog.options;
  const ask = (wanted: boolean, sql: string): Promise<Rows> => (wanted ? catalog.rows(sql) : Promise.resolve([]));
  const [comments, usual, roles, sequences, changed, defaults] = await Promise.all([
    ask(withComments, COMMENTS),
    ask(withComments, USUAL_COMMENTS),
    ask(owners || grants, 'SELECT rolname FROM pg_catalog.pg_roles'),
    ask(grants, hiddenSequencesSql(catalog)),
    ask(grants, changedPrivilegesSql(catalog)),
    ask(grants, defaultPrivilegesSql(catalog)),
  ]);
  return { comments, usual, roles: new Set(roles.flatMap(([name]) => name ?? [])), sequences, changed, defaults };
}

/**
 * Comments and privileges of the parts. `options.owners`, `grants` and `comments` decide what of it is wanted.
 * @throws SqlError, ConnectionError
 */
export async function dress(parts: readonly Part[], catalog: CatalogReader, wear: Wear): Promise<Dress> {
  const { options } = catalog;
  const steps = options.comments === false ? new Map<Key, Step[]>() : await comments(parts, catalog, wear);
  const roles = new Set<string>();
  const holdings: Holding[] = [];
  if (options.owners !== false || options.grants !== false) {
    holdings.push(
      ...holdingsOf(parts, catalog, wear.roles, roles),
      ...hiddenSequences(wear.sequences, parts, catalog, roles),
      ...changedPrivileges(wear.changed, catalog, wear.roles, roles),
      ...defaultPrivileges(wear.defaults, catalog, wear.roles, roles),
    );
  }
  const named = [...roles].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { steps, privileges: privilegesBlock(holdings, named), roles: named };
}

// --------------------------------------------------------------------------------------------------------------- comments

const isNot = (found: string, text: string | null): string => `${found} IS DISTINCT FROM ${literal(text)}`;
const literal = (text: string | null): string => (text === null ? 'NULL' : quoteLiteral(text));

/** Without those that initdb made: they have comments of PostgreSQL's own. */
const COMMENTS = `
  SELECT d.classoid, d.objoid, d.objsubid, d.description FROM pg_catalog.pg_description d
  WHERE d.objoid >= 16384 OR (d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objoid = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public'))
  ORDER BY 1, 2, 3`;

/** What extensions are commented with in every database. */
const USUAL_COMMENTS = `SELECT e.oid, a.comment FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname
  WHERE e.oid >= 16384`;

async function comments(parts: readonly Part[], catalog: CatalogReader, wear: Wear): Promise<Map<Key, Step[]>> {
  const own = new Map<Key, Part>();
  const others = new Map<Key, Part>();
  for (const part of parts) {
    own.set(part.key, part);
    for (const key of part.also ?? []) others.set(key, part);
  }
  const usual = usualComments(parts, wear);
  const steps = new Map<Key, Step[]>();
  const add = (part: Part, needed: string, sql: string): void => {
    const list = steps.get(part.key);
    if (list) list.push({ needed, sql: [sql] });
    else steps.set(part.key, [{ needed, sql: [sql] }]);
  };
  /** Comments on what is no part and has no columns that a part would know. */
  const rest: { classid: string; oid: string; text: string }[] = [];
  const seen = new Set<Key>();
  for (const [classid, oid, number, text] of wear.comments) {
    if (classid == null || oid == null || number == null || text == null) continue;
    const key = `${classid}:${oid}`;
    if (number !== '0') {
      const part = own.get(key) ?? others.get(key);
      const column = part?.columns?.find((each) => each.number === number);
      if (!part || !column) continue;
      // the columns of a composite type are those of its relation
      const relation =
        placeOf(part.key)?.catalog === 'pg_type' ? `pg_catalog.to_regclass(${quoteLiteral(part.name)})` : part.oid;
      const found = `pg_catalog.col_description(${relation}, (SELECT attnum FROM pg_catalog.pg_attribute WHERE attrelid = ${relation} AND attname = ${quoteLiteral(column.name)}))`;
      add(
        part,
        isNot(found, text),
        `COMMENT ON COLUMN ${part.name}.${quoteIdent(column.name)} IS ${quoteLiteral(text)}`,
      );
      continue;
    }
    const part = own.get(key);
    if (part) {
      seen.add(key);
      if (part.address === undefined || usual.get(key) === text) continue;
      add(part, isNot(description(part), text), `COMMENT ON ${part.address} IS ${quoteLiteral(text)}`);
    } else if (others.has(key) || classid === CATALOG.pg_constraint) rest.push({ classid, oid, text });
  }
  for (const [key, text] of usual) {
    const part = own.get(key);
    // somebody has taken away what is there in every new database
    if (part?.address !== undefined && text !== null && !seen.has(key)) {
      add(part, `${description(part)} IS NOT NULL`, `COMMENT ON ${part.address} IS NULL`);
    }
  }
  await restOfComments(rest, own, others, catalog, add);
  return steps;
}

function description(part: Part): string {
  const place = placeOf(part.key);
  return `pg_catalog.obj_description(${part.oid}, '${place?.catalog ?? 'pg_class'}')`;
}

/** What extensions and the schema public are commented with in every database. */
function usualComments(parts: readonly Part[], wear: Wear): Map<Key, string | null> {
  const usual = new Map<Key, string | null>();
  for (const [oid, comment] of wear.usual) if (oid != null) usual.set(keyOf('pg_extension', oid), comment ?? null);
  for (const part of parts)
    if (part.kind === 'schema' && part.name === 'public') usual.set(part.key, 'standard public schema');
  return usual;
}

/** Comments on constraints that are written down inside of their table, on sequences and indexes that come with something else. */
async function restOfComments(
  rest: readonly { classid: string; oid: string; text: string }[],
  own: ReadonlyMap<Key, Part>,
  others: ReadonlyMap<Key, Part>,
  catalog: CatalogReader,
  add: (part: Part, needed: string, sql: string) => void,
): Promise<void> {
  if (rest.length === 0) return;
  const oids = (classid: string): string =>
    rest
      .filter((each) => each.classid === classid)
      .map(({ oid }) => oid)
      .join(', ') || '0';
  const rows = await catalog.rows(`
    SELECT '${CATALOG.pg_class}', c.oid, c.relkind, c.oid::pg_catalog.regclass::text, NULL, NULL FROM pg_catalog.pg_class c WHERE c.oid IN (${oids(CATALOG.pg_class)})
    UNION ALL
    SELECT '${CATALOG.pg_constraint}', k.oid, k.contype, k.conname, k.conrelid::text, k.conrelid::pg_catalog.regclass::text FROM pg_catalog.pg_constraint k
    WHERE k.oid IN (${oids(CATALOG.pg_constraint)}) AND k.conrelid <> 0`);
  const texts = new Map(rest.map(({ classid, oid, text }) => [`${classid}:${oid}`, text]));
  for (const [classid, oid, kind, name, table, tableName] of rows) {
    const key = `${classid}:${oid}`;
    const text = texts.get(key);
    if (text === undefined || name == null) continue;
    if (classid === CATALOG.pg_class) {
      const part = others.get(key);
      const word = kind === 'S' ? 'SEQUENCE' : kind === 'i' || kind === 'I' ? 'INDEX' : undefined;
      if (!part || word === undefined) continue;
      const found = `pg_catalog.obj_description(pg_catalog.to_regclass(${quoteLiteral(name)}), 'pg_class')`;
      add(part, isNot(found, text), `COMMENT ON ${word} ${name} IS ${quoteLiteral(text)}`);
    } else if (table != null && tableName != null) {
      const part = own.get(keyOf('pg_class', table));
      if (!part) continue;
      const found = `pg_catalog.obj_description((SELECT oid FROM pg_catalog.pg_constraint WHERE conrelid = ${part.oid} AND conname = ${quoteLiteral(name)}), 'pg_constraint')`;
      add(
        part,
        isNot(found, text),
        `COMMENT ON CONSTRAINT ${quoteIdent(name)} ON ${tableName} IS ${quoteLiteral(text)}`,
      );
    }
  }
}

// --------------------------------------------------------------------------------------------------- owners and privileges

function holdingsOf(
  parts: readonly Part[],
  catalog: CatalogReader,
  there: ReadonlySet<string>,
  roles: Set<string>,
): Holding[] {
  const { version, options } = catalog;
  const kept = new Map<string, { keeper: string; names: string[] }>();
  const holdings: Holding[] = [];
  // a sequence of a column belongs to whom the table belongs, and changes with it: it cannot come before
  const ofColumns = new Set(
    parts.flatMap(({ kind, key }) => (kind === 'owned sequence' ? key.slice(0, key.indexOf('/')) : [])),
  );
  const late: Holding[] = [];
  for (const part of parts) {
    const place = placeOf(part.key);
    // a user mapping: is no one's, but for someone
    if (part.owner !== undefined && part.address === undefined) roles.add(part.owner);
    if (part.owner === undefined || part.address === undefined || !place || !canHold(place.catalog)) continue;
    // the schema public is nobody's but the database owner's
    if (part.kind === 'schema' && part.name === 'public') continue;
    const follows = ofColumns.has(part.key);
    let owner: string | undefined = options.owners === false || follows ? undefined : part.owner;
    const keeper = owner === undefined ? undefined : keeperOfRole(part.owner, there);
    if (keeper !== undefined) {
      const list = kept.get(part.owner) ?? { keeper, names: [] };
      list.names.push(part.name);
      kept.set(part.owner, list);
      owner = undefined;
    }
    const grants =
      options.grants === false || part.grants === undefined
        ? undefined
        : wish(part.grants.letter, part.owner, part.grants.acl, version, roles);
    const keyword = keywordOf(part.address);
    if (owner !== undefined) roles.add(owner);
    if (owner !== undefined || grants !== undefined) {
      const procedure = place.catalog === 'pg_proc';
      const readable =
        place.catalog === 'pg_class' ||
        place.catalog === 'pg_namespace' ||
        // a name that may hold a shell type is found in another way
        (procedure && part.oid.startsWith('pg_catalog.to_regprocedure(')) ||
        (place.catalog === 'pg_type' && part.kind !== 'shell type');
      (follows ? late : holdings).push({
        catalog: place.catalog,
        keyword,
        // ALTER ROUTINE and GRANT ON ROUTINE take what regprocedure prints, also for aggregates
        name: procedure ? part.name : part.address.slice(keyword.length + 1),
        ...(readable ? {} : { oid: part.oid }),
        owner,
        grants,
      });
    }
    if (options.grants === false) continue;
    for (const column of part.columns ?? []) {
      if (column.acl == null) continue;
      const lines = wish('c', part.owner, column.acl, version, roles);
      if (lines.length === 0) continue;
      holdings.push({ catalog: 'pg_attribute', keyword: 'COLUMN', name: part.name, part: column.name, grants: lines });
    }
  }
  holdings.push(...late);
  for (const [role, { keeper, names }] of kept) {
    const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
    catalog.warn(
      `${keeper} keeps the role ${quoteIdent(role)} for itself, which owns ${names.slice(0, 5).join(', ')}${more}: whoever applies the baseline will own them.`,
    );
  }
  return holdings;
}

function wish(
  letter: string,
  owner: string,
  acl: string | null,
  version: number,
  roles: Set<string>,
  initial?: string | null,
): readonly string[] {
  const { lines, roles: named } = wishOf(letter, owner, acl, version, initial);
  for (const role of named) roles.add(role);
  return lines;
}

const KEYWORDS = [
  'TEXT SEARCH CONFIGURATION',
  'TEXT SEARCH DICTIONARY',
  'FOREIGN DATA WRAPPER',
  'MATERIALIZED VIEW',
  'OPERATOR FAMILY',
  'OPERATOR CLASS',
  'FOREIGN TABLE',
  'EVENT TRIGGER',
];
const keywordOf = (address: string): string =>
  KEYWORDS.find((keyword) => address.startsWith(`${keyword} `)) ?? address.slice(0, address.indexOf(' '));

const hiddenSequencesSql = (catalog: CatalogReader): string => `
  SELECT d.refobjid, c.oid::pg_catalog.regclass::text AS name, pg_catalog.pg_get_userbyid(c.relowner), c.relacl
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
    AND d.refclassid = d.classid AND d.refobjsubid > 0 AND d.deptype = 'i'
  WHERE c.relkind = 'S' AND ${catalog.inScope('c.relnamespace')} AND ${catalog.notMember('pg_class', 'c.oid')}`;

/** The sequences of identity columns belong to whom the table belongs, but can be granted for themselves. */
function hiddenSequences(rows: Rows, parts: readonly Part[], catalog: CatalogReader, roles: Set<string>): Holding[] {
  const there = new Set(parts.map(({ key }) => key));
  return rows.flatMap(([table, name, owner, acl]) => {
    if (table == null || name == null || owner == null || !there.has(keyOf('pg_class', table))) return [];
    const grants = wish('s', owner, acl ?? null, catalog.version, roles);
    return [{ catalog: 'pg_class' as const, keyword: 'SEQUENCE', name, grants }];
  });
}

function changedPrivilegesSql(catalog: CatalogReader): string {
  const changed = (
    of: CatalogName,
    letter: string,
    name: string,
    prefix: string,
    namespace: string | undefined,
    but = 'true',
  ): string => `
    SELECT '${of}', ${letter}, ${name}, NULL, pg_catalog.pg_get_userbyid(o.${prefix}owner), o.${prefix}acl, p.initprivs, o.oid < 16384
    FROM pg_catalog.${of} o LEFT JOIN pg_catalog.pg_init_privs p ON p.classoid = 'pg_catalog.${of}'::pg_catalog.regclass AND p.objoid = o.oid AND p.objsubid = 0
    WHERE o.${prefix}acl IS NOT NULL AND o.${prefix}acl IS DISTINCT FROM p.initprivs AND ${but} AND (o.oid < 16384 OR (NOT ${catalog.notMember(of, 'o.oid')}
      ${namespace === undefined ? '' : `AND (${catalog.inScope(`o.${namespace}`)} OR o.${namespace} = 'pg_catalog'::pg_catalog.regnamespace)`}))`;
  // initdb grants on the information schema after it has noted the initial privileges
  const own = (namespace: string): string => `o.${namespace} <> 'information_schema'::pg_catalog.regnamespace`;
  return (
    [
      changed(
        'pg_class',
        `CASE o.relkind WHEN 'S' THEN 's' ELSE 'r' END`,
        'o.oid::pg_catalog.regclass::text',
        'rel',
        'relnamespace',
        own('relnamespace'),
      ),
      changed('pg_proc', `'f'`, 'o.oid::pg_catalog.regprocedure::text', 'pro', 'pronamespace', own('pronamespace')),
      changed('pg_type', `'T'`, 'o.oid::pg_catalog.regtype::text', 'typ', 'typnamespace', own('typnamespace')),
      changed('pg_language', `'l'`, 'pg_catalog.quote_ident(o.lanname)', 'lan', undefined),
      changed(
        'pg_namespace',
        `'n'`,
        'pg_catalog.quote_ident(o.nspname)',
        'nsp',
        undefined,
        `o.nspname <> 'information_schema' AND (o.nspname <> 'public' OR ${catalog.inScope('o.oid')})`,
      ),
      `SELECT 'pg_attribute', 'c', c.oid::pg_catalog.regclass::text, a.attname, pg_catalog.pg_get_userbyid(c.relowner), a.attacl, p.initprivs, c.oid < 16384
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_catalog.pg_init_privs p ON p.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.objoid = c.oid AND p.objsubid = a.attnum
      WHERE a.attacl IS NOT NULL AND a.attacl IS DISTINCT FROM p.initprivs AND ${own('relnamespace').replace('o.', 'c.')}
        AND (c.oid < 16384 OR (NOT ${catalog.notMember('pg_class', 'c.oid')} AND ${catalog.inScope('c.relnamespace')}))`,
    ].join('\n    UNION ALL\n') + '\n    ORDER BY 1, 3, 4'
  );
}

/** Objects of PostgreSQL itself and of extensions, whose privileges are others than they came with. */
function changedPrivileges(
  rows: Rows,
  catalog: CatalogReader,
  there: ReadonlySet<string>,
  roles: Set<string>,
): Holding[] {
  // a provider has changed much of it for itself
  const managed = [...there].map((role) => keeperOfRole(role, there)).find((keeper) => keeper !== undefined);
  let skipped = 0;
  const holdings = rows.flatMap(([of, letter, name, column, owner, acl, initial, system]): Holding[] => {
    if (of == null || letter == null || name == null || owner == null) return [];
    if (managed !== undefined && system === 't' && name !== 'public') {
      skipped++;
      return [];
    }
    const grants = wish(letter, owner, acl ?? null, catalog.version, roles, initial);
    const at = of as CatalogName;
    if (grants.length === 0) return [];
    return [
      {
        catalog: at,
        keyword: at === 'pg_language' ? 'LANGUAGE' : 'of the system or an extension',
        name,
        ...(column == null ? {} : { part: column }),
        ...(at === 'pg_language'
          ? {
              oid: `(SELECT oid FROM pg_catalog.pg_language WHERE pg_catalog.quote_ident(lanname) = ${quoteLiteral(name)})`,
            }
          : {}),
        grants,
      },
    ];
  });
  if (skipped > 0) catalog.leaveOut('privileges', `${skipped} objects of the system`, `${managed} sets them`);
  return holdings;
}

const DEFAULTS: Readonly<Record<string, readonly [letter: string, word: string]>> = {
  r: ['r', 'TABLES'],
  S: ['s', 'SEQUENCES'],
  f: ['f', 'FUNCTIONS'],
  T: ['T', 'TYPES'],
  n: ['n', 'SCHEMAS'],
  L: ['L', 'LARGE OBJECTS'],
};

const defaultPrivilegesSql = (catalog: CatalogReader): string => `
  SELECT pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype, d.defaclacl
  FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
  WHERE d.defaclnamespace = 0 OR ${catalog.inScope('d.defaclnamespace')} ORDER BY 1, 2, 3`;

function defaultPrivileges(
  rows: Rows,
  catalog: CatalogReader,
  there: ReadonlySet<string>,
  roles: Set<string>,
): Holding[] {
  return rows.flatMap(([role, schema, type, acl]) => {
    const [letter, word] = DEFAULTS[type ?? ''] ?? [];
    if (role == null || letter === undefined || word === undefined) return [];
    const keeper = keeperOfRole(role, there);
    if (keeper !== undefined) {
      const where = schema == null ? '' : ` in schema ${quoteIdent(schema)}`;
      catalog.leaveOut(
        'default privileges',
        `${word.toLowerCase()} of ${quoteIdent(role)}${where}`,
        `only ${keeper} may act as this role`,
      );
      return [];
    }
    // those of a schema are added to what an object has by default; those of the whole database stand in its place
    const grants = wish(letter, role, acl ?? null, catalog.version, roles, schema == null ? undefined : '{}');
    roles.add(role);
    return [{ catalog: 'pg_default_acl' as const, keyword: word, name: role, part: schema ?? '', grants }];
  });
}
