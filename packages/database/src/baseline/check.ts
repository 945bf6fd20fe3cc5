/**
 * The block at the head of a baseline: what is there already must be what the file would make. What is missing is nobody's business here,
 * the blocks make it. Everything that differs is named at once, before anything is changed.
 */
import { quoteLiteral } from '@idempotify/core';
import { doBlock } from './emit.ts';
import { declarations, skeleton, skeletonSql } from './skeleton.ts';
import { isSecretSql } from './secrets.ts';
import type { Relation, Relations } from './relations.ts';
import { LATER, type CatalogName, type CatalogReader, type FactKind } from './types.ts';

/** How one object looks. */
export interface Fact {
  readonly kind: FactKind;
  /** Not quoted, as the other names. */
  readonly schema: string;
  readonly name: string;
  /** Of constraints, triggers, policies and rules their own name (`name` is the relation's), of functions the types of their arguments. */
  readonly part: string;
  readonly fingerprint: string;
}

/** One line of a table's definition. What is not said has no default, may be NULL. */
interface FactColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
}

/**
 * Notes how a table looks, or may look in the middle of the file.
 * @param columns those that it has then
 */
export function tableLooks(catalog: CatalogReader, table: Relation, columns: readonly FactColumn[]): void {
  catalog.fact('table', table.schema, table.relname, '', tableDefinition(table, columns));
}

function tableDefinition(table: Relation, columns: readonly FactColumn[]): string {
  const { kind, persistence, rowSecurity, forceRowSecurity, partitionKey } = table;
  const lines = columns.map(
    ({ name, type, notNull, identity, generated, expression }) =>
      `${name} ${type}${notNull ? ' NOT NULL' : ''} ${identity}${generated} ${expression ?? ''}`,
  );
  // as COLLATE "C" puts them; UTF-16 and UTF-8 only differ in the order of what is beyond U+FFFF
  if (lines.some((line) => /[\ud800-\udfff]/.test(line)))
    lines.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  else lines.sort();
  return [
    `${kind}${persistence}${rowSecurity ? 's' : ''}${forceRowSecurity ? 'f' : ''} ${partitionKey ?? ''}`,
    ...lines,
  ].join('\n');
}

/**
 * What is found, in the same words: schema, name, part, definition, and whether that holds a query, which another major version may print in
 * another way (16 leaves out qualifiers that are not needed). Runs on 12 to 18 under an empty search_path; n is the schema.
 */
const FOUND = {
  table: {
    columns: `n.nspname, c.relname, '', concat(c.relkind, c.relpersistence, CASE WHEN c.relrowsecurity THEN 's' END, CASE WHEN c.relforcerowsecurity THEN 'f' END, ' ', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, (
        SELECT string_agg(E'\\n' || x.line, '' ORDER BY x.line COLLATE "C") FROM (
          SELECT concat(a.attname, ' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' NOT NULL' END, ' ', a.attidentity, a.attgenerated, ' ', pg_get_expr(d.adbin, d.adrelid)) AS line
          FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) x)), false`,
    from: `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f')`,
  },
  partition: {
    columns: `n.nspname, c.relname, '', pg_get_expr(c.relpartbound, c.oid), false`,
    from: `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')`,
  },
  view: {
    columns: `n.nspname, c.relname, '', pg_get_viewdef(c.oid), true`,
    from: `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v'`,
  },
  'materialized view': {
    columns: `n.nspname, c.relname, '', pg_get_viewdef(c.oid), true`,
    from: `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm'`,
  },
  sequence: {
    columns: `n.nspname, c.relname, '', concat_ws(' ', format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle), false`,
    from: `pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE true`,
  },
  constraint: {
    columns: `n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid), false`,
    from: `pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype IN ('c', 'p', 'u', 'x', 'f') AND (k.contype <> 'f' OR k.conparentid = 0)`,
  },
  index: {
    columns: `n.nspname, x.relname, '', pg_get_indexdef(x.oid), false`,
    from: `pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
      WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))`,
  },
  trigger: {
    columns: `n.nspname, c.relname, t.tgname, concat(pg_get_triggerdef(t.oid), ' ', t.tgenabled), false`,
    from: `pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND coalesce(to_jsonb(t) ->> 'tgparentid', '0') = '0'`,
  },
  policy: {
    columns: `n.nspname, c.relname, p.polname, concat(p.polcmd, p.polpermissive, ' ', (
        SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r) END, ',' ORDER BY CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r) END COLLATE "C") FROM unnest(p.polroles) r),
        E'\\n', pg_get_expr(p.polqual, p.polrelid), E'\\n', pg_get_expr(p.polwithcheck, p.polrelid)),
        concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) LIKE '%SELECT%'`,
    from: `pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE true`,
  },
  rule: {
    columns: `n.nspname, c.relname, r.rulename, pg_get_ruledef(r.oid), true`,
    from: `pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.rulename <> '_RETURN'`,
  },
  function: {
    // 14 began to write IN before the arguments of procedures
    columns: `n.nspname, p.proname, oidvectortypes(p.proargtypes), pg_get_functiondef(p.oid), to_jsonb(p) ->> 'prosqlbody' IS NOT NULL OR p.prokind = 'p'`,
    from: `pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind <> 'a'`,
  },
  type: {
    columns: `n.nspname, t.typname, '', concat_ws(' ', t.typtype, CASE WHEN t.typtype = 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault) END,
        (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
        (SELECT string_agg(concat(a.attname, ' ', format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid AND t.typtype = 'r')), false`,
    from: `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
      WHERE t.typtype IN ('e', 'd', 'c', 'r') AND (c.oid IS NULL OR c.relkind = 'c')`,
  },
  'domain check': {
    columns: `n.nspname, t.typname, k.conname, pg_get_constraintdef(k.oid), false`,
    from: `pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE k.contype = 'c'`,
  },
  aggregate: {
    columns: `n.nspname, p.proname, oidvectortypes(p.proargtypes), concat_ws(' ', a.aggkind, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
        a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn, format_type(a.aggtranstype, NULL), a.aggtransspace, a.agginitval, a.aggminitval), false`,
    from: `pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE true`,
  },
  operator: {
    columns: `n.nspname, o.oprname, concat(format_type(nullif(o.oprleft, 0), NULL), ', ', format_type(nullif(o.oprright, 0), NULL)),
        concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash), false`,
    from: `pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0`,
  },
  statistics: {
    columns: `n.nspname, s.stxname, '', pg_get_statisticsobjdef(s.oid), false`,
    from: `pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE true`,
  },
  'text search dictionary': {
    // 12 keeps numbers in quotes
    columns: `n.nspname, d.dictname, '', concat_ws(' ', (SELECT t.tmplname FROM pg_ts_template t WHERE t.oid = d.dicttemplate), d.dictinitoption), d.dictinitoption ~ '[0-9]'`,
    from: `pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE true`,
  },
  'text search configuration': {
    columns: `n.nspname, c.cfgname, '', (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
        FROM pg_ts_config_map m WHERE m.mapcfg = c.oid), false`,
    from: `pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE true`,
  },
  collation: {
    // 16 writes locales of ICU in their standard form, 17 gave ucs_basic another provider
    columns: `n.nspname, c.collname, '', concat_ws(' ', c.collprovider, c.collisdeterministic,
        coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate), CASE WHEN c.collprovider <> 'i' THEN c.collctype END), true`,
    from: `pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE true`,
  },
  // these stand in no schema
  extension: {
    columns: `'', e.extname, '', e.extnamespace::regnamespace::text, false`,
    from: `pg_extension e WHERE true`,
  },
  cast: {
    columns: `'', format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL), '', concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod), false`,
    from: `pg_cast c WHERE c.oid >= 16384`,
  },
  'foreign server': {
    columns: `'', s.srvname, '', concat_ws(' ', f.fdwname, s.srvtype, s.srvversion,
        (SELECT string_agg(o.option, ' ' ORDER BY o.option COLLATE "C") FROM unnest(s.srvoptions) AS o (option) WHERE NOT ${isSecretSql('o.option')})), false`,
    from: `pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw WHERE true`,
  },
  publication: {
    columns: `'', p.pubname, '', concat(p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate), false`,
    from: `pg_publication p WHERE true`,
  },
  'event trigger': {
    columns: `'', e.evtname, '', concat_ws(' ', e.evtevent, e.evtfoid::regproc, e.evttags), false`,
    from: `pg_event_trigger e WHERE true`,
  },
} as const satisfies Readonly<Record<FactKind, { readonly columns: string; readonly from: string }>>;

/** Where the object stands in a catalog, for kinds that are asked for on the source, too. */
const SOURCE = {
  partition: ['pg_class', 'c.oid'],
  view: ['pg_class', 'c.oid'],
  'materialized view': ['pg_class', 'c.oid'],
  sequence: ['pg_class', 'c.oid'],
  trigger: ['pg_trigger', 't.oid'],
  policy: ['pg_policy', 'p.oid'],
  rule: ['pg_rewrite', 'r.oid'],
  function: ['pg_proc', 'p.oid'],
  type: ['pg_type', 't.oid'],
  'domain check': ['pg_type', 't.oid'],
  aggregate: ['pg_proc', 'p.oid'],
  operator: ['pg_operator', 'o.oid'],
  statistics: ['pg_statistic_ext', 's.oid'],
  'text search dictionary': ['pg_ts_dict', 'd.oid'],
  'text search configuration': ['pg_ts_config', 'c.oid'],
  collation: ['pg_collation', 'c.oid'],
  extension: ['pg_extension', 'e.oid'],
  cast: ['pg_cast', 'c.oid'],
  'foreign server': ['pg_foreign_server', 's.oid'],
  publication: ['pg_publication', 'p.oid'],
  'event trigger': ['pg_event_trigger', 'e.oid'],
} as const satisfies Partial<Record<FactKind, readonly [CatalogName, string]>>;

/** Kinds whose `name` is a relation's. */
const OF_RELATIONS: ReadonlySet<string> = new Set<FactKind>([
  'partition',
  'view',
  'materialized view',
  'sequence',
  'trigger',
  'policy',
  'rule',
]);

/** Whether objects of the kind stand in a schema. */
const inSchema = (kind: FactKind): boolean => FOUND[kind].columns.startsWith('n.nspname');

/**
 * The facts of those kinds of which there are few; readers give those of tables, constraints and indexes, which they have read anyway.
 * @param reading those that the baseline has
 */
export async function readFacts(catalog: CatalogReader, reading: Promise<Relations>): Promise<Fact[]> {
  const queries = (Object.entries(SOURCE) as [keyof typeof SOURCE, readonly [CatalogName, string]][]).map(
    ([kind, [name, oid]]) =>
      `SELECT '${kind}', f.schema, f.name, f.part, ${fingerprintSql(`'${kind}'`, 'f.definition', true)} FROM (SELECT ${FOUND[kind].columns} FROM ${FOUND[kind].from}
        AND ${inSchema(kind) ? catalog.inScope('n.oid') : 'true'} AND ${catalog.notMember(name, oid)}) f (schema, name, part, definition, query)`,
  );
  const rows = await catalog.rows(queries.join('\nUNION ALL '));
  const relations = new Set([...(await reading).values()].map(({ schema, relname }) => `${schema}.${relname}`));
  return rows.flatMap(([kind, schema, name, part, fingerprint]): Fact[] => {
    if (kind == null || schema == null || name == null || fingerprint == null) return [];
    if (OF_RELATIONS.has(kind) && !relations.has(`${schema}.${name}`)) return [];
    return [{ kind: kind as FactKind, schema, name, part: part ?? '', fingerprint }];
  });
}

/** Hexadecimal digits of a fingerprint: it tells what differs, and defends against nobody. */
const DIGITS = 12;

export const fingerprint = (definition: string): string => skeleton(definition).slice(0, DIGITS);

/**
 * The same in SQL. The body of a function stands behind AS and is kept as it was written, to the byte; what stands in front of it (the defaults
 * of arguments), and a body of parsed SQL, which has no AS, are printed anew each time (pg_get_functiondef in src/backend/utils/adt/ruleutils.c).
 * @param literal where the variables of the block are not there
 */
function fingerprintSql(kind: string, definition: string, literal: boolean): string {
  const body = `pg_catalog.strpos(${definition}, E'\\nAS ')`;
  const head = skeletonSql(`pg_catalog.left(${definition}, ${body})`, false, literal);
  const both = `pg_catalog.md5(${head} || pg_catalog.substr(${definition}, ${body}))`;
  return `pg_catalog.left(CASE WHEN ${kind} = 'function' AND ${body} > 0 THEN ${both} ELSE ${skeletonSql(definition, false, literal)} END, ${DIGITS})`;
}

/** What decides how PostgreSQL prints a definition. */
export const PRINTED: readonly (readonly [setting: string, value: string])[] = [
  ['search_path', ''],
  ['DateStyle', 'ISO, YMD'],
  ['IntervalStyle', 'postgres'],
  ['TimeZone', 'UTC'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '3'],
  ['quote_all_identifiers', 'off'],
];

/**
 * What prints an expression or a query locks the relations that it tells about (src/backend/utils/adt/ruleutils.c, AcquireRewriteLocks()
 * in src/backend/rewrite/rewriteHandler.c): it would wait for a session that keeps such a relation for itself alone. Their OIDs are in
 * `busy`; what has to do with them is not looked at. Behind WHERE … AND NOT.
 */
const WAITS: Partial<Record<FactKind, string>> = (() => {
  const needsBusy = (catalog: string, oid: string): string =>
    `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (busy))`;
  const query = needsBusy(
    'pg_rewrite',
    `(SELECT w.oid FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename = '_RETURN')`,
  );
  return {
    table: 'c.oid = ANY (busy)',
    partition: 'c.oid = ANY (busy)',
    constraint: 'c.oid = ANY (busy)',
    index: 'i.indrelid = ANY (busy)',
    trigger: 'c.oid = ANY (busy)',
    statistics: 's.stxrelid = ANY (busy)',
    view: query,
    'materialized view': query,
    policy: `(c.oid = ANY (busy) OR ${needsBusy('pg_policy', 'p.oid')})`,
    rule: `(c.oid = ANY (busy) OR ${needsBusy('pg_rewrite', 'r.oid')})`,
    function: needsBusy('pg_proc', 'p.oid'),
  };
})();

const array = (texts: readonly string[]): string => `ARRAY[${texts.map(quoteLiteral).join(', ')}]`;

/** Kinds whose `part` are the types of the arguments. */
const SIGNED: readonly FactKind[] = ['function', 'aggregate', 'operator'];

const waits = (kind: FactKind): string => {
  const condition = WAITS[kind];
  return condition === undefined ? '' : ` AND NOT (busy <> '{}' AND ${condition})`;
};

/** What the first half of a part that is made in two steps looks like (graph.ts): the rest comes yet. */
const HALF_MADE = `
        AND NOT (f.kind = 'view' AND f.definition LIKE ' SELECT NULL::%' OR f.kind = 'function' AND f.definition LIKE ${quoteLiteral(`%$${LATER}$%`)})`;

/**
 * @param facts for a table there may be several: how it may look in the middle of the file
 * @param version server_version_num of the source
 * @param halves whether parts are made in two steps
 */
export function checkBlock(facts: readonly Fact[], version: number, halves: boolean): string {
  const major = Math.floor(version / 10000);
  const rows = facts
    .map(
      ({ kind, schema, name, part, fingerprint }) =>
        `    (${[kind, schema, name, part, fingerprint].map(quoteLiteral).join(', ')})`,
    )
    .sort();
  const schemas = [...new Set(facts.flatMap(({ schema }) => (schema === '' ? [] : [schema])))].sort();
  const signed = SIGNED.map(quoteLiteral).join(', ');
  // constraints and the like are asked for even if there are none: one of them would be one too many
  const there = new Set<FactKind>([
    ...facts.map(({ kind }) => kind),
    'constraint',
    'trigger',
    'policy',
    'rule',
    'domain check',
  ]);
  const kinds = (Object.keys(FOUND) as FactKind[]).filter((kind) => there.has(kind));
  const settings = array(PRINTED.map(([name]) => name));
  return [
    `-- What is there already has to be the same as here, by a fingerprint of its definition; of views, rules and the like only on PostgreSQL ${major}.`,
    doBlock(
      [
        `  before := ARRAY(SELECT pg_catalog.current_setting(setting) FROM pg_catalog.unnest(settings) WITH ORDINALITY AS s (setting, place) ORDER BY place);`,
        `  PERFORM pg_catalog.set_config(s.setting, s.value, true) FROM ROWS FROM (pg_catalog.unnest(settings), pg_catalog.unnest(${array(PRINTED.map(([, value]) => value))})) AS s (setting, value);`,
        `  busy := ARRAY(SELECT l.relation FROM pg_locks l WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_backend_pid()`,
        `    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));`,
        `  WITH expected (kind, schema, name, part, fingerprint) AS (VALUES`,
        `${rows.join(',\n')}`,
        `  ), found (kind, schema, name, part, definition, query) AS (`,
        kinds
          .map(
            (kind) =>
              `    SELECT '${kind}'::text, ${FOUND[kind].columns}\n      FROM ${FOUND[kind].from}${inSchema(kind) ? ' AND n.nspname = ANY (schemas)' : ''}${waits(kind)}`,
          )
          .join('\n    UNION ALL\n'),
        `  ), known AS (`,
        `    SELECT kind, schema, name, part, pg_catalog.array_agg(fingerprint) AS fingerprints FROM expected GROUP BY kind, schema, name, part`,
        `  )`,
        `  , different (label, definition, place) AS (`,
        `    SELECT pg_catalog.concat_ws(' ', f.kind, CASE WHEN f.part <> '' AND f.kind NOT IN (${signed}) THEN pg_catalog.quote_ident(f.part) || ' on' END,`,
        `        CASE WHEN f.schema <> '' THEN pg_catalog.quote_ident(f.schema) || '.' ELSE '' END || CASE WHEN f.kind IN ('cast', 'operator') THEN f.name ELSE pg_catalog.quote_ident(f.name) END`,
        `          || CASE WHEN f.kind IN (${signed}) THEN '(' || f.part || ')' ELSE '' END,`,
        `        CASE WHEN k.kind IS NULL THEN '(which the baseline does not have)' END),`,
        `      -- of a table: its columns, behind the line about its sort`,
        `      pg_catalog.replace(CASE f.kind WHEN 'table' THEN pg_catalog.substr(f.definition, pg_catalog.strpos(f.definition || E'\\n', E'\\n') + 1) ELSE f.definition END, E'\\n', E'\\n  '),`,
        `      pg_catalog.row_number() OVER (ORDER BY f.schema, f.name, f.kind, f.part)`,
        `    FROM found f LEFT JOIN known k ON k.kind = f.kind AND k.schema = f.schema AND k.name = f.name AND k.part = f.part`,
        `    WHERE CASE WHEN k.kind IS NULL`,
        `      -- one more constraint, trigger, policy or rule makes it another one`,
        `      THEN f.part <> '' AND f.kind NOT IN (${signed}) AND EXISTS (SELECT FROM known r WHERE r.kind IN ('table', 'view', 'materialized view', 'type') AND r.schema = f.schema AND r.name = f.name)`,
        `      ELSE ${fingerprintSql('f.kind', 'f.definition', false)} <> ALL (k.fingerprints) AND (NOT f.query OR pg_catalog.current_setting('server_version_num')::integer / 10000 = ${major})${halves ? HALF_MADE : ''} END`,
        `  )`,
        `  SELECT pg_catalog.string_agg(d.label, ', ' ORDER BY d.place), pg_catalog.left(pg_catalog.string_agg(d.label || E' is here:\\n  ' || pg_catalog.left(d.definition, 1000), E'\\n' ORDER BY d.place), 10000)`,
        `    INTO differs, here FROM different d;`,
        `  SELECT pg_catalog.string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text) INTO skipped FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`,
        `    WHERE c.oid = ANY (busy) AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname = ANY (schemas);`,
        `  PERFORM pg_catalog.set_config(s.setting, s.value, true) FROM ROWS FROM (pg_catalog.unnest(settings), pg_catalog.unnest(before)) AS s (setting, value);`,
        `  IF skipped IS NOT NULL THEN`,
        `    RAISE WARNING 'idempotify: not compared with this file, because another session has locked it: %', skipped;`,
        `  END IF;`,
        `  IF differs IS NOT NULL THEN`,
        `    RAISE EXCEPTION 'idempotify: this database has another definition than the baseline of: %', differs`,
        `      USING DETAIL = here, HINT = 'Nothing was changed so far; a client that goes on after an error does not stop here (psql: -v ON_ERROR_STOP=1). Bring these objects in line with this file by hand, or make a baseline of this database.';`,
        `  END IF;`,
      ],
      [
        `  schemas name[] := ${array(schemas)}::name[];`,
        ...declarations,
        `  settings text[] := ${settings};`,
        '  before text[];',
        '  -- relations that another session keeps for itself alone: nobody waits for it',
        '  busy oid[];',
        '  skipped text;',
        '  differs text;',
        '  here text;',
      ],
    ),
    '',
  ].join('\n');
}
