/**
 * What is there under a name of the dump has to be what the dump says. The dump's text was printed by the server's own pg_get_*def
 * functions under an empty search_path; so the server where the baseline is applied prints what it has in the same way, and both texts
 * are compared, in the form that skeleton.ts gives them.
 */
import { quoteLiteral } from '@idempotify/core';
import { skeletonSql } from '../skeleton.ts';

const options = (column: string): string =>
  `coalesce((SELECT pg_catalog.string_agg(x, ',' ORDER BY x COLLATE "C") FROM pg_catalog.unnest(${column}) x), '')`;
const procedure = (column: string): string => `${column}::pg_catalog.regproc::pg_catalog.text`;
const plain = (sql: string): string => `pg_catalog.replace(pg_catalog.replace(${sql}, '"', ''), 'pg_catalog.', '')`;
/** Without quotes, which pg_dump --quote-all-identifiers puts everywhere. */
const typeName = (type: string, typmod = 'NULL'): string =>
  `pg_catalog.replace(pg_catalog.format_type(${type}, ${typmod}), '"', '')`;
const from = (expression: string, catalog: string): string =>
  `(SELECT ${expression} FROM pg_catalog.${catalog} x WHERE x.oid = w.oid)`;
const concat = (...parts: string[]): string => `pg_catalog.concat_ws('|', ${parts.join(', ')})`;

/** What stands on a relation: `w.oid` is the relation's, `w.more` the name. A query for each would take the longest of all. */
const onRelation = (expression: string, catalog: string, relation: string, name: string): string =>
  `(SELECT ${expression} FROM pg_catalog.${catalog} x WHERE x.${relation} = w.oid AND x.${name} = w.more)`;

interface Group {
  /** SQL over `w.oid` (and `w.more`): what is there, as text. */
  readonly have: string;
  /** Only where the server is of the dump's own major version: the others print queries in another way. */
  readonly sameMajor?: boolean;
}

// names as they are: versions differ in what they put in quotes
const COLUMN = `pg_catalog.concat_ws(' ', a.attname, ${typeName('a.atttypid', 'a.atttypmod')}, (SELECT 'COLLATE ' || n.nspname || '.' || c.collname FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace JOIN pg_catalog.pg_type t ON t.oid = a.atttypid WHERE c.oid = a.attcollation AND c.oid <> t.typcollation))`;
const columns = (more: string): string =>
  `coalesce((SELECT pg_catalog.md5(pg_catalog.string_agg(${COLUMN}, ',' ORDER BY a.attname COLLATE "C")) FROM pg_catalog.pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped${more}), '')`;

/** How each kind is compared. `more` of a check is a further value, for what the question needs to know. */
export const GROUPS = {
  relation: { have: from('x.relkind::pg_catalog.text', 'pg_class') },
  table: { have: from('pg_catalog.concat(x.relkind, x.relpersistence)', 'pg_class') },
  columns: { have: columns('') },
  'local columns': { have: columns(' AND a.attislocal') },
  /** `more`: array of names that may be either. */
  'not null': {
    have: `coalesce((SELECT pg_catalog.md5(pg_catalog.string_agg(a.attname, ',' ORDER BY a.attname COLLATE "C")) FROM pg_catalog.pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND a.attname <> ALL (w.more::pg_catalog.text[])), '')`,
  },
  /** `more`: array of the names that may have one. */
  'no default': {
    have: `coalesce((SELECT pg_catalog.string_agg(a.attname, ',') FROM pg_catalog.pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.atthasdef OR a.attidentity <> '' AND NOT (SELECT c.relispartition FROM pg_catalog.pg_class c WHERE c.oid = w.oid)) AND a.attname <> ALL (w.more::pg_catalog.text[])), '')`,
  },
  /** `more`: array of the names that may be there, each behind the first letter of its kind. Those that parents hand down do not count. */
  others: {
    have: `coalesce((SELECT pg_catalog.string_agg(o.name, ', ' ORDER BY o.name) FROM (
        SELECT 'c ' || x.conname FROM pg_catalog.pg_constraint x WHERE x.conrelid = w.oid AND x.contype IN ('c', 'p', 'u', 'x', 'f') AND x.conparentid = 0 AND x.conislocal
        UNION ALL SELECT 't ' || x.tgname FROM pg_catalog.pg_trigger x WHERE x.tgrelid = w.oid AND NOT x.tgisinternal AND coalesce(pg_catalog.to_jsonb(x) ->> 'tgparentid', '0') = '0'
        UNION ALL SELECT 'p ' || x.polname FROM pg_catalog.pg_policy x WHERE x.polrelid = w.oid
        UNION ALL SELECT 'r ' || x.rulename FROM pg_catalog.pg_rewrite x WHERE x.ev_class = w.oid AND x.rulename <> '_RETURN'
      ) o (name) WHERE o.name <> ALL (w.more::pg_catalog.text[])), '')`,
  },
  /** `more`: the column. */
  default: {
    have: `(SELECT pg_catalog.concat(a.attgenerated, ' ', ${skeletonSql('pg_catalog.pg_get_expr(d.adbin, d.adrelid)')}) FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = w.oid AND a.attname = w.more)`,
  },
  'inline default': {
    have: `coalesce((SELECT pg_catalog.concat(a.attgenerated, ' ', ${skeletonSql('pg_catalog.pg_get_expr(d.adbin, d.adrelid)')}) FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = w.oid AND a.attname = w.more), 'none')`,
  },
  identity: {
    have: `(SELECT nullif(a.attidentity::pg_catalog.text, '') FROM pg_catalog.pg_attribute a WHERE a.attrelid = w.oid AND a.attname = w.more)`,
  },
  'partition key': { have: skeletonSql('pg_catalog.pg_get_partkeydef(w.oid)') },
  bound: { have: from(skeletonSql('pg_catalog.pg_get_expr(x.relpartbound, x.oid)'), 'pg_class') },
  sequence: {
    have: `(SELECT ${concat(typeName('s.seqtypid'), 's.seqstart', 's.seqincrement', 's.seqmin', 's.seqmax', 's.seqcache', 's.seqcycle')} FROM pg_catalog.pg_sequence s WHERE s.seqrelid = w.oid)`,
  },
  view: { have: skeletonSql('pg_catalog.pg_get_viewdef(w.oid)', true), sameMajor: true },
  constraint: {
    have: onRelation(skeletonSql('pg_catalog.pg_get_constraintdef(x.oid)'), 'pg_constraint', 'conrelid', 'conname'),
  },
  'domain constraint': { have: skeletonSql('pg_catalog.pg_get_constraintdef(w.oid)') },
  index: {
    have: `(SELECT CASE WHEN i.indisvalid OR c.relkind = 'I' THEN ${skeletonSql('pg_catalog.pg_get_indexdef(c.oid)')} ELSE 'INVALID' END FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE c.oid = w.oid)`,
  },
  function: {
    have: from(
      concat(
        'x.prokind',
        `(SELECT l.lanname FROM pg_catalog.pg_language l WHERE l.oid = x.prolang)`,
        'x.provolatile',
        'x.proisstrict',
        'x.prosecdef',
        skeletonSql(`coalesce(pg_catalog.pg_get_function_result(x.oid), '')`),
        `CASE WHEN x.prokind <> 'p' THEN ${skeletonSql('pg_catalog.pg_get_function_arguments(x.oid)')} END`,
        `CASE WHEN x.prosrc <> '' THEN pg_catalog.md5(x.prosrc) END`,
      ),
      'pg_proc',
    ),
  },
  aggregate: {
    have: `(SELECT ${plain(concat('x.aggtransfn::pg_catalog.regproc', typeName('x.aggtranstype'), 'x.agginitval'))} FROM pg_catalog.pg_aggregate x WHERE x.aggfnoid = w.oid)`,
  },
  trigger: {
    have: onRelation(skeletonSql('pg_catalog.pg_get_triggerdef(x.oid)'), 'pg_trigger', 'tgrelid', 'tgname'),
  },
  rule: {
    have: onRelation(skeletonSql('pg_catalog.pg_get_ruledef(x.oid)', true), 'pg_rewrite', 'ev_class', 'rulename'),
    sameMajor: true,
  },
  policy: {
    have: onRelation(
      concat(
        'x.polcmd',
        'x.polpermissive',
        `(SELECT pg_catalog.string_agg(coalesce(r.rolname, ''), ',' ORDER BY r.rolname COLLATE "C") FROM pg_catalog.unnest(x.polroles) p LEFT JOIN pg_catalog.pg_roles r ON r.oid = p)`,
      ),
      'pg_policy',
      'polrelid',
      'polname',
    ),
  },
  'policy conditions': {
    have: onRelation(
      concat(
        skeletonSql(`coalesce(pg_catalog.pg_get_expr(x.polqual, x.polrelid), '')`, true),
        skeletonSql(`coalesce(pg_catalog.pg_get_expr(x.polwithcheck, x.polrelid), '')`, true),
      ),
      'pg_policy',
      'polrelid',
      'polname',
    ),
    sameMajor: true,
  },
  statistics: { have: skeletonSql('pg_catalog.pg_get_statisticsobjdef(w.oid)') },
  type: { have: from('x.typtype::pg_catalog.text', 'pg_type') },
  enum: {
    have: `coalesce((SELECT pg_catalog.md5(pg_catalog.string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)) FROM pg_catalog.pg_enum e WHERE e.enumtypid = w.oid), '')`,
  },
  composite: {
    have: `(SELECT coalesce(pg_catalog.md5(pg_catalog.string_agg(${COLUMN}, ',' ORDER BY a.attname COLLATE "C")), '') FROM pg_catalog.pg_type y JOIN pg_catalog.pg_attribute a ON a.attrelid = y.typrelid AND a.attnum > 0 AND NOT a.attisdropped WHERE y.oid = w.oid)`,
  },
  domain: {
    have: from(
      concat(typeName('x.typbasetype', 'x.typtypmod'), 'x.typnotnull', skeletonSql(`coalesce(x.typdefault, '')`)),
      'pg_type',
    ),
  },
  range: {
    have: `(SELECT ${typeName('x.rngsubtype')} FROM pg_catalog.pg_range x WHERE x.rngtypid = w.oid)`,
  },
  operator: { have: from(plain(procedure('x.oprcode')), 'pg_operator') },
  cast: {
    have: from(
      plain(concat('x.castmethod', 'x.castcontext', `CASE WHEN x.castfunc <> 0 THEN ${procedure('x.castfunc')} END`)),
      'pg_cast',
    ),
  },
  collation: {
    have: from(
      concat(
        'x.collprovider',
        'x.collisdeterministic',
        `coalesce(pg_catalog.to_jsonb(x) ->> 'colllocale', pg_catalog.to_jsonb(x) ->> 'colliculocale', x.collcollate)`,
      ),
      'pg_collation',
    ),
  },
  'text search dictionary': {
    have: `(SELECT ${plain(concat(`(SELECT pg_catalog.concat(n.nspname, '.', t.tmplname) FROM pg_catalog.pg_ts_template t JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace WHERE t.oid = x.dicttemplate)`, `coalesce(x.dictinitoption, '')`))} FROM pg_catalog.pg_ts_dict x WHERE x.oid = w.oid)`,
  },
  'text search configuration': {
    have: `(SELECT (SELECT ${plain(`pg_catalog.concat(n.nspname, '.', p.prsname)`)} FROM pg_catalog.pg_ts_parser p JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace WHERE p.oid = x.cfgparser) FROM pg_catalog.pg_ts_config x WHERE x.oid = w.oid)`,
  },
  server: {
    have: from(
      concat(
        `(SELECT f.fdwname FROM pg_catalog.pg_foreign_data_wrapper f WHERE f.oid = x.srvfdw)`,
        `coalesce(x.srvtype, '')`,
        `coalesce(x.srvversion, '')`,
        options('x.srvoptions'),
      ),
      'pg_foreign_server',
    ),
  },
  wrapper: { have: from(options('x.fdwoptions'), 'pg_foreign_data_wrapper') },
  'foreign table': {
    have: `(SELECT ${concat(`(SELECT s.srvname FROM pg_catalog.pg_foreign_server s WHERE s.oid = x.ftserver)`, options('x.ftoptions'))} FROM pg_catalog.pg_foreign_table x WHERE x.ftrelid = w.oid)`,
  },
  'event trigger': {
    have: from(
      plain(
        concat(
          'x.evtevent',
          procedure('x.evtfoid'),
          `(SELECT pg_catalog.string_agg(t, ',' ORDER BY t COLLATE "C") FROM pg_catalog.unnest(x.evttags) t)`,
        ),
      ),
      'pg_event_trigger',
    ),
  },
  publication: {
    have: from(
      concat('x.puballtables', 'x.pubinsert', 'x.pubupdate', 'x.pubdelete', 'x.pubtruncate'),
      'pg_publication',
    ),
  },
} as const satisfies Readonly<Record<string, Group>>;

export type GroupName = keyof typeof GROUPS;

export interface Check {
  readonly group: GroupName;
  /** Kind and name for people. */
  readonly label: string;
  /** SQL: the OID, or NULL when it is not there. */
  readonly oid: string;
  /** One of these is right. */
  readonly want: readonly string[];
  readonly more?: string;
}

/** A name of a function or a type as the checks hold it: without what versions and options of pg_dump write or leave out. */
export const bare = (text: string): string => text.replaceAll('"', '').replaceAll('pg_catalog.', '');

/** The block that raises when something is there and differs. @param major of the server that was dumped */
export function checkBody(checks: readonly Check[], major: number): string {
  const always: string[] = [];
  const same: string[] = [];
  for (const group of Object.keys(GROUPS) as GroupName[]) {
    const those = checks.filter((check) => check.group === group);
    if (those.length === 0) continue;
    const { have, sameMajor }: Group = GROUPS[group];
    const rows = those.map(
      ({ label, oid, want, more }) =>
        `(${quoteLiteral(label)}, ${oid}::pg_catalog.oid, ${quoteLiteral(want[0] ?? '')}, ${want[1] === undefined ? 'NULL' : quoteLiteral(want[1])}, ${more === undefined ? 'NULL' : quoteLiteral(more)})`,
    );
    const text = `differs := differs || ARRAY(SELECT w.label FROM (VALUES\n      ${rows.join(',\n      ')}\n    ) w(label, oid, want, other, more) WHERE w.oid IS NOT NULL AND ${have} <> ALL (ARRAY[w.want, coalesce(w.other, w.want)]::pg_catalog.text[]));`;
    (sameMajor ? same : always).push(text);
  }
  return [
    ...always.map((text) => `  ${text}`),
    ...(same.length === 0
      ? []
      : [
          `  IF pg_catalog.current_setting('server_version_num')::integer / 10000 = ${major} THEN`,
          ...same.map((text) => `    ${text}`),
          '  END IF;',
        ]),
  ].join('\n');
}
