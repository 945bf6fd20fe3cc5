import {
  accessMethod,
  firstUserOid,
  grants,
  notMember,
  opclassName,
  operator,
  opfamilyName,
  properties,
  roleName,
  routine,
} from './sql.ts';
import { present, type Reader } from './readers.ts';

export const routines: readonly Reader[] = [
  {
    // functions, procedures, aggregates and window functions share one namespace
    kind: 'function',
    present: present.user('pg_proc'),
    sql: () =>
      `SELECT p.oid::regprocedure::text, ${properties({
        type: `CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' END`,
        // pg_get_functiondef() refuses aggregates
        definition: `CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END`,
        aggregate: `(SELECT ${properties({
          arguments: `pg_get_function_arguments(p.oid)`,
          result: `pg_get_function_result(p.oid)`,
          kind: 'g.aggkind',
          direct: `nullif(g.aggnumdirectargs, 0)`,
          transition: routine('g.aggtransfn::oid'),
          state: `format_type(g.aggtranstype, NULL)`,
          'state size': `nullif(g.aggtransspace, 0)`,
          initial: 'g.agginitval',
          final: routine('g.aggfinalfn::oid'),
          'final extra': `nullif(g.aggfinalextra, false)`,
          'final modifies': `nullif(g.aggfinalmodify, 'r')`,
          combine: routine('g.aggcombinefn::oid'),
          serialize: routine('g.aggserialfn::oid'),
          deserialize: routine('g.aggdeserialfn::oid'),
          'moving transition': routine('g.aggmtransfn::oid'),
          'moving inverse': routine('g.aggminvtransfn::oid'),
          'moving state': `format_type(nullif(g.aggmtranstype, 0), NULL)`,
          'moving initial': 'g.aggminitval',
          'moving final': routine('g.aggmfinalfn::oid'),
          sort: operator('g.aggsortop'),
          parallel: `nullif(p.proparallel, 'u')`,
        })} FROM pg_aggregate g WHERE g.aggfnoid = p.oid)`,
        owner: roleName('p.proowner'),
        grants: grants('p.proacl', 'f', 'p.proowner'),
      })} FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace WHERE ${notMember('pg_proc', 'p.oid')}`,
  },
  {
    kind: 'cast',
    present: present.user('pg_cast'),
    // the casts between a range and its multirange come with the type
    sql: () => `SELECT format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL), ${properties({
      function: routine('c.castfunc'),
      context: `CASE c.castcontext WHEN 'a' THEN 'assignment' WHEN 'i' THEN 'implicit' ELSE 'explicit' END`,
      method: `CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary coercible' END`,
    })} FROM pg_cast c WHERE c.oid >= ${firstUserOid} AND ${notMember('pg_cast', 'c.oid')}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')`,
  },
  {
    kind: 'operator',
    present: present.user('pg_operator'),
    sql: () =>
      `SELECT o.oid::regoperator::text, ${properties({
        // an operator that another one only names as its commutator or negator is a shell
        shell: `nullif(o.oprcode = 0, false)`,
        function: routine('o.oprcode::oid'),
        result: `CASE WHEN o.oprresult <> 0 THEN format_type(o.oprresult, NULL) END`,
        commutator: operator('o.oprcom'),
        negator: operator('o.oprnegate'),
        restrict: routine('o.oprrest::oid'),
        join: routine('o.oprjoin::oid'),
        merges: `nullif(o.oprcanmerge, false)`,
        hashes: `nullif(o.oprcanhash, false)`,
        owner: roleName('o.oprowner'),
      })} FROM pg_operator o JOIN ns ON ns.oid = o.oprnamespace WHERE ${notMember('pg_operator', 'o.oid')}`,
  },
  {
    kind: 'operator class',
    present: present.user('pg_opclass'),
    sql: () =>
      `SELECT ${opclassName('o.oid')} || ' USING ' || ${accessMethod('o.opcmethod')}, ${properties({
        type: `format_type(o.opcintype, NULL)`,
        default: `nullif(o.opcdefault, false)`,
        family: opfamilyName('o.opcfamily'),
        storage: `CASE WHEN o.opckeytype <> 0 THEN format_type(o.opckeytype, NULL) END`,
        owner: roleName('o.opcowner'),
      })} FROM pg_opclass o JOIN ns ON ns.oid = o.opcnamespace WHERE ${notMember('pg_opclass', 'o.oid')}`,
  },
  {
    kind: 'operator family',
    present: present.user('pg_opfamily'),
    sql: () =>
      `SELECT ${opfamilyName('f.oid')} || ' USING ' || ${accessMethod('f.opfmethod')}, ${properties({
        operators: `(SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT a.amopstrategy || ' ' || a.amopopr::regoperator::text
        || coalesce(' ORDER BY ' || ${opfamilyName('nullif(a.amopsortfamily, 0)')}, '') AS x FROM pg_amop a WHERE a.amopfamily = f.oid) s)`,
        functions: `(SELECT json_agg(x ORDER BY x COLLATE "C") FROM (SELECT a.amprocnum || ' (' || format_type(a.amproclefttype, NULL) || ', '
        || format_type(a.amprocrighttype, NULL) || ') ' || a.amproc::oid::regprocedure::text AS x FROM pg_amproc a WHERE a.amprocfamily = f.oid) s)`,
        owner: roleName('f.opfowner'),
      })} FROM pg_opfamily f JOIN ns ON ns.oid = f.opfnamespace WHERE ${notMember('pg_opfamily', 'f.oid')}`,
  },
  {
    kind: 'language',
    present: present.user('pg_language'),
    sql: () =>
      `SELECT quote_ident(l.lanname), ${properties({
        handler: routine('l.lanplcallfoid'),
        inline: routine('l.laninline'),
        validator: routine('l.lanvalidator'),
        untrusted: `nullif(NOT l.lanpltrusted, false)`,
        owner: roleName('l.lanowner'),
        grants: grants('l.lanacl', 'l', 'l.lanowner'),
      })} FROM pg_language l WHERE l.oid >= ${firstUserOid} AND ${notMember('pg_language', 'l.oid')}`,
  },
  {
    kind: 'transform',
    present: present.any('pg_transform'),
    sql: () =>
      `SELECT format_type(t.trftype, NULL) || ' LANGUAGE ' || (SELECT quote_ident(l.lanname) FROM pg_language l WHERE l.oid = t.trflang), ${properties(
        { from: routine('t.trffromsql::oid'), to: routine('t.trftosql::oid') },
      )} FROM pg_transform t WHERE ${notMember('pg_transform', 't.oid')}`,
  },
  {
    kind: 'access method',
    present: present.user('pg_am'),
    sql: () =>
      `SELECT quote_ident(a.amname), ${properties({
        type: `CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END`,
        handler: routine('a.amhandler::oid'),
      })} FROM pg_am a WHERE a.oid >= ${firstUserOid} AND ${notMember('pg_am', 'a.oid')}`,
  },
];
