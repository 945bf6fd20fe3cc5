import {
  collationName,
  grants,
  notMember,
  opclassName,
  parserName,
  properties,
  roleName,
  routine,
  since,
  templateName,
} from './sql.ts';
import { present, type Reader } from './readers.ts';

const name = `ns.name || '.' || quote_ident(t.typname)`;
const owner = roleName('t.typowner');
const typeGrants = grants('t.typacl', 'T', 't.typowner');
const from = (condition: string): string =>
  `FROM pg_type t JOIN ns ON ns.oid = t.typnamespace WHERE ${condition} AND ${notMember('pg_type', 't.oid')}`;

export const types: readonly Reader[] = [
  {
    kind: 'enum',
    present: present.user('pg_type', `typtype = 'e'`),
    sql: () =>
      `SELECT ${name}, ${properties({
        labels: `(SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)`,
        owner,
        grants: typeGrants,
      })} ${from(`t.typtype = 'e'`)}`,
  },
  {
    kind: 'domain',
    present: present.user('pg_type', `typtype = 'd'`),
    sql: () =>
      `SELECT ${name}, ${properties({
        type: `format_type(t.typbasetype, t.typtypmod)`,
        'not null': `nullif(t.typnotnull, false)`,
        default: `coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)`,
        collation: `(SELECT CASE WHEN t.typcollation <> b.typcollation THEN ${collationName('t.typcollation')} END FROM pg_type b WHERE b.oid = t.typbasetype)`,
        owner,
        grants: typeGrants,
      })} ${from(`t.typtype = 'd'`)}`,
  },
  {
    kind: 'domain constraint',
    present: present.user('pg_constraint', 'contypid <> 0'),
    sql: () => `SELECT ${name} || '.' || quote_ident(k.conname), ${properties({
      definition: `pg_get_constraintdef(k.oid)`,
      'not validated': `nullif(NOT k.convalidated, false)`,
    })} FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN ns ON ns.oid = t.typnamespace
      WHERE ${notMember('pg_type', 't.oid')}`,
  },
  {
    // its attributes are read as columns
    kind: 'composite type',
    ofRelation: true,
    present: present.user('pg_class', `relkind = 'c'`),
    sql: () =>
      `SELECT ${name}, ${properties({
        // PostgreSQL compares and prints rows by position
        attributes: `(SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)`,
        owner,
        grants: typeGrants,
      })}, c.oid FROM rel c JOIN pg_type t ON t.oid = c.reltype JOIN ns ON ns.oid = t.typnamespace
      WHERE c.relkind = 'c' AND ${notMember('pg_type', 't.oid')}`,
  },
  {
    kind: 'range type',
    present: present.any(`pg_type WHERE oid >= 16384 AND typtype = 'r'`),
    sql: (version) =>
      `SELECT ${name}, (SELECT ${properties({
        subtype: `format_type(r.rngsubtype, NULL)`,
        multirange: since(14, version, `format_type(r.rngmultitypid, NULL)`),
        'operator class': opclassName('r.rngsubopc'),
        collation: collationName('r.rngcollation'),
        canonical: routine('r.rngcanonical::oid'),
        difference: routine('r.rngsubdiff::oid'),
        owner,
        grants: typeGrants,
      })} FROM pg_range r WHERE r.rngtypid = t.oid) ${from(`t.typtype = 'r'`)}`,
  },
  {
    kind: 'type',
    present: present.user('pg_type', `typtype IN ('b', 'p') AND typcategory <> 'A'`),
    sql: (version) =>
      `SELECT ${name}, ${properties({
        shell: `nullif(NOT t.typisdefined, false)`,
        length: 't.typlen',
        'passed by value': 't.typbyval',
        category: 't.typcategory',
        preferred: `nullif(t.typispreferred, false)`,
        delimiter: `nullif(t.typdelim, ',')`,
        element: `CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END`,
        input: routine('t.typinput::oid'),
        output: routine('t.typoutput::oid'),
        receive: routine('t.typreceive::oid'),
        send: routine('t.typsend::oid'),
        'modifier input': routine('t.typmodin::oid'),
        'modifier output': routine('t.typmodout::oid'),
        analyze: routine('t.typanalyze::oid'),
        subscript: since(14, version, routine('t.typsubscript::oid')),
        alignment: 't.typalign',
        storage: 't.typstorage',
        default: 't.typdefault',
        collation: `CASE WHEN t.typcollation <> 0 THEN ${collationName('t.typcollation')} END`,
        owner,
        grants: typeGrants,
      })} ${from(`t.typtype IN ('b', 'p') AND t.typcategory <> 'A'`)}`,
  },
  {
    kind: 'collation',
    present: present.user('pg_collation'),
    sql: (version) =>
      `SELECT ${collationName('c.oid')} || coalesce(' FOR ENCODING ' || nullif(pg_encoding_to_char(c.collencoding), ''), ''), ${properties(
        {
          provider: `CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' END`,
          lc_collate: 'c.collcollate',
          lc_ctype: 'c.collctype',
          locale: since(17, version, 'c.colllocale') ?? since(15, version, 'c.colliculocale'),
          rules: since(16, version, 'c.collicurules'),
          nondeterministic: `nullif(NOT c.collisdeterministic, false)`,
          owner: roleName('c.collowner'),
        },
      )} FROM pg_collation c JOIN ns ON ns.oid = c.collnamespace WHERE ${notMember('pg_collation', 'c.oid')}`,
  },
  {
    kind: 'conversion',
    present: present.user('pg_conversion'),
    sql: () =>
      `SELECT ns.name || '.' || quote_ident(c.conname), ${properties({
        from: `pg_encoding_to_char(c.conforencoding)`,
        to: `pg_encoding_to_char(c.contoencoding)`,
        function: routine('c.conproc::oid'),
        default: `nullif(c.condefault, false)`,
        owner: roleName('c.conowner'),
      })} FROM pg_conversion c JOIN ns ON ns.oid = c.connamespace WHERE ${notMember('pg_conversion', 'c.oid')}`,
  },
  {
    kind: 'text search configuration',
    present: present.user('pg_ts_config'),
    sql: () =>
      `SELECT ns.name || '.' || quote_ident(c.cfgname), ${properties({
        parser: parserName('c.cfgparser'),
        mappings: `(SELECT json_object_agg(w.alias, w.dictionaries ORDER BY w.alias COLLATE "C") FROM (
        SELECT y.alias, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
        FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) y ON y.tokid = m.maptokentype WHERE m.mapcfg = c.oid GROUP BY y.alias) w)`,
        owner: roleName('c.cfgowner'),
      })} FROM pg_ts_config c JOIN ns ON ns.oid = c.cfgnamespace WHERE ${notMember('pg_ts_config', 'c.oid')}`,
  },
  {
    kind: 'text search dictionary',
    present: present.user('pg_ts_dict'),
    sql: () =>
      `SELECT ns.name || '.' || quote_ident(d.dictname), ${properties({
        template: templateName('d.dicttemplate'),
        options: 'd.dictinitoption',
        owner: roleName('d.dictowner'),
      })} FROM pg_ts_dict d JOIN ns ON ns.oid = d.dictnamespace WHERE ${notMember('pg_ts_dict', 'd.oid')}`,
  },
  {
    kind: 'text search parser',
    present: present.user('pg_ts_parser'),
    sql: () =>
      `SELECT ns.name || '.' || quote_ident(p.prsname), ${properties({
        start: routine('p.prsstart::oid'),
        token: routine('p.prstoken::oid'),
        end: routine('p.prsend::oid'),
        headline: routine('p.prsheadline::oid'),
        lextypes: routine('p.prslextype::oid'),
      })} FROM pg_ts_parser p JOIN ns ON ns.oid = p.prsnamespace WHERE ${notMember('pg_ts_parser', 'p.oid')}`,
  },
  {
    kind: 'text search template',
    present: present.user('pg_ts_template'),
    sql: () =>
      `SELECT ns.name || '.' || quote_ident(t.tmplname), ${properties({
        init: routine('t.tmplinit::oid'),
        lexize: routine('t.tmpllexize::oid'),
      })} FROM pg_ts_template t JOIN ns ON ns.oid = t.tmplnamespace WHERE ${notMember('pg_ts_template', 't.oid')}`,
  },
];
