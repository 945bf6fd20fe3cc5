import {
  accessMethod,
  collationName,
  grants,
  notMember,
  properties,
  roleName,
  since,
  sorted,
  tablespace,
  unless,
} from './sql.ts';
import { present, type Reader } from './readers.ts';

const options = sorted('c.reloptions');
const parents = `(SELECT json_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid)`;
const persistence = `CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END`;
/** How often PostgreSQL samples a column; NULL and -1 both mean "the default". */
const sampled = (column: string): string => unless('-1', column);

export const relations: readonly Reader[] = [
  {
    kind: 'table',
    ofRelation: true,
    sql: (version) =>
      `SELECT c.name, ${properties({
        type: `CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' END`,
        persistence,
        owner: roleName('c.relowner'),
        grants: grants('c.relacl', 'r', 'c.relowner'),
        'row security': `nullif(c.relrowsecurity, false)`,
        'forced row security': `nullif(c.relforcerowsecurity, false)`,
        // a foreign table has 'n' by default
        'replica identity': `CASE WHEN c.relkind <> 'f' THEN nullif(c.relreplident, 'd') END`,
        options,
        'TOAST options': `(SELECT ${sorted('t.reloptions')} FROM pg_class t WHERE t.oid = c.reltoastrelid)`,
        'access method': accessMethod('c.relam'),
        tablespace: tablespace('c.reltablespace'),
        'partition key': `CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END`,
        'partition bound': `pg_get_expr(c.relpartbound, c.oid)`,
        parents,
        'detach pending': since(
          14,
          version,
          `(SELECT nullif(bool_or(i.inhdetachpending), false) FROM pg_inherits i WHERE i.inhrelid = c.oid)`,
        ),
        'of type': `nullif(c.reloftype, 0)::regtype::text`,
        server: `(SELECT quote_ident(s.srvname) FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)`,
        'foreign options': `(SELECT ${sorted('f.ftoptions')} FROM pg_foreign_table f WHERE f.ftrelid = c.oid)`,
      })}, c.oid FROM rel c WHERE c.relkind IN ('r', 'p', 'f')`,
  },
  {
    kind: 'column',
    ofRelation: true,
    sql: (version) => `SELECT c.name || '.' || quote_ident(a.attname), ${properties({
      type: `format_type(a.atttypid, a.atttypmod)`,
      'not null': `nullif(a.attnotnull, false)`,
      default: `CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END`,
      identity: `CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END`,
      generated: `CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END`,
      expression: `CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END`,
      collation: `CASE WHEN a.attcollation <> t.typcollation THEN ${collationName('a.attcollation')} END`,
      storage: unless('t.typstorage', 'a.attstorage'),
      compression: since(14, version, `nullif(a.attcompression, '')`),
      statistics: sampled('a.attstattarget'),
      options: sorted('a.attoptions'),
      'foreign options': sorted('a.attfdwoptions'),
      // only a child's column says where it comes from
      inherited: `nullif(a.attinhcount, 0)`,
      'not local': `nullif(NOT a.attislocal, false)`,
      grants: `CASE WHEN a.attacl IS NOT NULL THEN ${grants('a.attacl', 'c', 'c.relowner')} END`,
    })}, c.oid FROM rel c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')`,
  },
  {
    kind: 'constraint',
    ofRelation: true,
    // A constraint trigger is a trigger. The clones that a foreign key to a partitioned table has for each partition
    // sit on the same table as the key itself and have names that depend on the order of events.
    sql: (version) => `SELECT c.name || '.' || quote_ident(k.conname), ${properties({
      definition: `pg_get_constraintdef(k.oid)`,
      'not validated': `nullif(NOT k.convalidated, false)`,
      'not enforced': since(18, version, `nullif(NOT k.conenforced, false)`),
      deferrable: `CASE WHEN k.condeferred THEN 'initially deferred' WHEN k.condeferrable THEN 'initially immediate' END`,
      'no inherit': `CASE WHEN k.contype = 'c' THEN nullif(k.connoinherit, false) END`,
      inherited: `nullif(k.coninhcount, 0)`,
      'not local': `nullif(NOT k.conislocal, false)`,
      triggers: `CASE WHEN k.contype = 'f' THEN (SELECT nullif(string_agg(DISTINCT t.tgenabled::text, ' '), 'O') FROM pg_trigger t WHERE t.tgconstraint = k.oid) END`,
    })}, c.oid FROM pg_constraint k JOIN rel c ON c.oid = k.conrelid
      WHERE k.contype NOT IN ('n', 't') AND ${notMember('pg_constraint', 'k.oid')}
        AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)`,
  },
  {
    // a row of its own in pg_constraint since 18
    kind: 'not-null constraint',
    ofRelation: true,
    present: `EXISTS (SELECT FROM pg_constraint WHERE contype = 'n' AND conrelid <> 0)`,
    sql: () =>
      `SELECT c.name || '.' || quote_ident(k.conname), ${properties({
        definition: `pg_get_constraintdef(k.oid)`,
        'not validated': `nullif(NOT k.convalidated, false)`,
        'no inherit': `nullif(k.connoinherit, false)`,
        inherited: `nullif(k.coninhcount, 0)`,
        'not local': `nullif(NOT k.conislocal, false)`,
      })}, c.oid FROM pg_constraint k JOIN rel c ON c.oid = k.conrelid WHERE k.contype = 'n'`,
  },
  {
    kind: 'index',
    ofRelation: true,
    sql: () =>
      `SELECT ns.name || '.' || quote_ident(x.relname), ${properties({
        table: 'c.name',
        definition: `pg_get_indexdef(i.indexrelid)`,
        primary: `nullif(i.indisprimary, false)`,
        exclusion: `nullif(i.indisexclusion, false)`,
        // of a unique constraint: checked at the end of the statement, not at once
        deferrable: `nullif(NOT i.indimmediate, false)`,
        invalid: `nullif(NOT i.indisvalid, false)`,
        'not ready': `nullif(NOT i.indisready, false)`,
        clustered: `nullif(i.indisclustered, false)`,
        'replica identity': `nullif(i.indisreplident, false)`,
        tablespace: tablespace('x.reltablespace'),
        parent: `(SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)`,
        constraint: `(SELECT quote_ident(k.conname) FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))`,
        statistics: `(SELECT json_object_agg(a.attnum, a.attstattarget ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)`,
      })}, c.oid FROM pg_index i JOIN rel c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid JOIN ns ON ns.oid = x.relnamespace`,
  },
  {
    kind: 'sequence',
    ofRelation: true,
    present: present.user('pg_class', `relkind = 'S'`),
    sql: () =>
      `SELECT c.name, ${properties({
        type: `format_type(s.seqtypid, NULL)`,
        start: 's.seqstart',
        increment: 's.seqincrement',
        minimum: 's.seqmin',
        maximum: 's.seqmax',
        cache: 's.seqcache',
        cycle: `nullif(s.seqcycle, false)`,
        persistence,
        owner: roleName('c.relowner'),
        grants: grants('c.relacl', 's', 'c.relowner'),
        'owned by': `(SELECT d.refobjid::regclass::text || '.' || quote_ident(a.attname) || CASE d.deptype WHEN 'i' THEN ' as identity' ELSE '' END
        FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))`,
      })}, c.oid FROM rel c JOIN pg_sequence s ON s.seqrelid = c.oid WHERE c.relkind = 'S'`,
  },
  {
    kind: 'view',
    ofRelation: true,
    present: present.user('pg_class', `relkind = 'v'`),
    sql: () =>
      `SELECT c.name, ${properties({
        definition: `pg_get_viewdef(c.oid)`,
        // the definition names the columns only where they differ from the query's
        columns: `(SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)`,
        options,
        owner: roleName('c.relowner'),
        grants: grants('c.relacl', 'r', 'c.relowner'),
      })}, c.oid FROM rel c WHERE c.relkind = 'v'`,
  },
  {
    kind: 'materialized view',
    ofRelation: true,
    present: present.user('pg_class', `relkind = 'm'`),
    sql: () =>
      `SELECT c.name, ${properties({
        definition: `pg_get_viewdef(c.oid)`,
        columns: `(SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)`,
        'without data': `nullif(NOT c.relispopulated, false)`,
        options,
        'access method': accessMethod('c.relam'),
        tablespace: tablespace('c.reltablespace'),
        owner: roleName('c.relowner'),
        grants: grants('c.relacl', 'r', 'c.relowner'),
      })}, c.oid FROM rel c WHERE c.relkind = 'm'`,
  },
  {
    kind: 'trigger',
    ofRelation: true,
    present: `EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal)`,
    sql: () =>
      `SELECT c.name || '.' || quote_ident(t.tgname), ${properties({
        definition: `pg_get_triggerdef(t.oid)`,
        enabled: `CASE t.tgenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END`,
      })}, c.oid FROM pg_trigger t JOIN rel c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND ${notMember('pg_trigger', 't.oid')}`,
  },
  {
    kind: 'rule',
    ofRelation: true,
    present: present.user('pg_rewrite', `rulename <> '_RETURN'`),
    sql: () =>
      `SELECT c.name || '.' || quote_ident(r.rulename), ${properties({
        definition: `pg_get_ruledef(r.oid)`,
        enabled: `CASE r.ev_enabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END`,
      })}, c.oid FROM pg_rewrite r JOIN rel c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN' AND ${notMember('pg_rewrite', 'r.oid')}`,
  },
  {
    kind: 'policy',
    ofRelation: true,
    present: present.any('pg_policy'),
    sql: () =>
      `SELECT c.name || '.' || quote_ident(p.polname), ${properties({
        command: `CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END`,
        restrictive: `nullif(NOT p.polpermissive, false)`,
        roles: `(SELECT json_agg(n ORDER BY n COLLATE "C") FROM (SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE ${roleName('r')} END AS n FROM unnest(p.polroles) AS r) s)`,
        using: `pg_get_expr(p.polqual, p.polrelid)`,
        'with check': `pg_get_expr(p.polwithcheck, p.polrelid)`,
      })}, c.oid FROM pg_policy p JOIN rel c ON c.oid = p.polrelid`,
  },
  {
    kind: 'statistics',
    present: present.any('pg_statistic_ext'),
    sql: (version) =>
      `SELECT ns.name || '.' || quote_ident(s.stxname), ${properties({
        definition: `pg_get_statisticsobjdef(s.oid)`,
        target: since(13, version, sampled('s.stxstattarget')),
        owner: roleName('s.stxowner'),
      })} FROM pg_statistic_ext s JOIN ns ON ns.oid = s.stxnamespace WHERE ${notMember('pg_statistic_ext', 's.oid')}`,
  },
];
