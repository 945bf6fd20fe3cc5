/** Operator families, operator classes, and what was added to a family later ("loose" members). */
import { quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Key, type Part } from '../types.ts';
import { has, oidByName, opfamilyName, qualifiedName, regtype, select } from './query.ts';

const methodOid = (name: string): string =>
  `(SELECT m.oid FROM pg_catalog.pg_am m WHERE m.amname = ${quoteLiteral(name)})`;

export async function readOperatorClasses(catalog: CatalogReader): Promise<Part[]> {
  const families = await has(catalog, 'opfamily');
  const members = await has(catalog, 'opmember');
  if (!families && !members) return [];
  const loose = members ? await readMembers(catalog) : [];
  return [
    ...(families ? await readFamilies(catalog) : []),
    ...((await has(catalog, 'opclass')) ? await readClasses(catalog, loose) : []),
    ...loose.map(({ part }) => part),
  ];
}

async function readFamilies(catalog: CatalogReader): Promise<Part[]> {
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'f.oid',
        schema: 'n.nspname',
        plain: 'f.opfname',
        name: qualifiedName('n.nspname', 'f.opfname'),
        plainMethod: 'm.amname',
        method: 'pg_catalog.quote_ident(m.amname)',
        owner: 'pg_catalog.pg_get_userbyid(f.opfowner)',
      },
    },
    `FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod
     WHERE ${catalog.inScope('f.opfnamespace')} AND ${catalog.notMember('pg_opfamily', 'f.oid')}`,
  );
  return rows.map((row): Part => {
    const name = `${row.name} USING ${row.method}`;
    return {
      key: keyOf('pg_opfamily', row.oid),
      kind: 'operator family',
      schema: row.schema,
      name,
      oid: familyOid(row.schema, row.plain, row.plainMethod),
      sql: [`CREATE OPERATOR FAMILY ${name}`],
      address: `OPERATOR FAMILY ${name}`,
      owner: row.owner,
    };
  });
}

const familyOid = (schema: string, name: string, method: string): string =>
  oidByName('pg_opfamily', 'opf', schema, name, ` AND o.opfmethod = ${methodOid(method)}`);

async function readClasses(catalog: CatalogReader, loose: readonly Member[]): Promise<Part[]> {
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'c.oid',
        schema: 'n.nspname',
        plain: 'c.opcname',
        name: qualifiedName('n.nspname', 'c.opcname'),
        plainMethod: 'm.amname',
        method: 'pg_catalog.quote_ident(m.amname)',
        isDefault: 'c.opcdefault',
        type: 'pg_catalog.format_type(c.opcintype, NULL)',
        family: opfamilyName('c.opcfamily'),
        familyOid: 'c.opcfamily',
        owner: 'pg_catalog.pg_get_userbyid(c.opcowner)',
      },
      maybe: {
        storage: 'CASE WHEN c.opckeytype <> 0 THEN pg_catalog.format_type(c.opckeytype, NULL) END',
        operators: 'o.items',
        functions: 'f.items',
      },
    },
    `FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod
     LEFT JOIN (${tightMembers('pg_amop', `pg_catalog.json_agg(pg_catalog.json_build_array(x.oid::text, ${OPERATOR}) ORDER BY x.amopstrategy, x.amoplefttype, x.amoprighttype)`)}) o ON o.class = c.oid
     LEFT JOIN (${tightMembers('pg_amproc', `pg_catalog.json_agg(pg_catalog.json_build_array(x.oid::text, ${FUNCTION}) ORDER BY x.amprocnum, x.amproclefttype, x.amprocrighttype)`)}) f ON f.class = c.oid
     WHERE ${catalog.inScope('c.opcnamespace')} AND ${catalog.notMember('pg_opclass', 'c.oid')}`,
  );
  return rows.map((row): Part => {
    const name = `${row.name} USING ${row.method}`;
    const operators = JSON.parse(row.operators ?? '[]') as [string, string][];
    const functions = JSON.parse(row.functions ?? '[]') as [string, string][];
    const items = [...operators, ...functions].map(([, sql]) => sql);
    // an empty list is a syntax error; to store the type as it is says nothing (DefineOpClass in opclasscmds.c)
    if (row.storage !== null || items.length === 0) items.unshift(`STORAGE ${row.storage ?? row.type}`);
    return {
      key: keyOf('pg_opclass', row.oid),
      also: [...operators.map(([oid]) => keyOf('pg_amop', oid)), ...functions.map(([oid]) => keyOf('pg_amproc', oid))],
      kind: 'operator class',
      schema: row.schema,
      name,
      oid: oidByName('pg_opclass', 'opc', row.schema, row.plain, ` AND o.opcmethod = ${methodOid(row.plainMethod)}`),
      sql: [
        `CREATE OPERATOR CLASS ${row.name}${row.isDefault === 't' ? ' DEFAULT' : ''} FOR TYPE ${row.type} USING ${row.method} FAMILY ${row.family} AS\n  ${items.join(',\n  ')}`,
      ],
      address: `OPERATOR CLASS ${name}`,
      owner: row.owner,
      // an index needs them too, and only knows the class
      requires: loose.filter(({ family }) => family === row.familyOid).map(({ part }) => part.key),
    };
  });
}

const OPERATOR = `'OPERATOR ' || x.amopstrategy || ' ' || x.amopopr::pg_catalog.regoperator::text || coalesce(' FOR ORDER BY ' || ${opfamilyName('nullif(x.amopsortfamily, 0)')}, '')`;
const FUNCTION = `'FUNCTION ' || x.amprocnum || ' (' || pg_catalog.format_type(x.amproclefttype, NULL) || ', ' || pg_catalog.format_type(x.amprocrighttype, NULL) || ') ' || x.amproc::pg_catalog.oid::pg_catalog.regprocedure::text`;

/** Members that came with a class say so in pg_depend, and are dropped with it. */
const tightMembers = (from: 'pg_amop' | 'pg_amproc', items: string): string =>
  `SELECT d.refobjid AS class, ${items} AS items FROM pg_catalog.pg_depend d JOIN pg_catalog.${from} x ON x.oid = d.objid
   WHERE d.classid = 'pg_catalog.${from}'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.deptype = 'i' AND d.objid >= 16384 GROUP BY d.refobjid`;

interface Member {
  /** OID of the family. */
  readonly family: string;
  readonly part: Part;
}

/**
 * Since 14 the access method decides what is loose (amadjustmembers), whatever statement brought it. Those of an
 * extension's family are not marked as its members: they are told by the family. A family that came with the server may
 * have members of the user's and of extensions: they are told by their operator or function.
 */
async function readMembers(catalog: CatalogReader): Promise<Member[]> {
  const query = (kind: 'amop' | 'amproc'): Promise<MemberRow[]> => {
    const operator = kind === 'amop';
    return select(
      catalog,
      {
        always: {
          oid: 'x.oid',
          family: 'f.oid',
          familySchema: 'n.nspname',
          familyPlain: 'f.opfname',
          familyName: qualifiedName('n.nspname', 'f.opfname'),
          plainMethod: 'm.amname',
          method: 'pg_catalog.quote_ident(m.amname)',
          left: `pg_catalog.format_type(x.${kind}lefttype, NULL)`,
          right: `pg_catalog.format_type(x.${kind}righttype, NULL)`,
          number: operator ? 'x.amopstrategy' : 'x.amprocnum',
          purpose: operator ? 'x.amoppurpose' : `''`,
          item: operator ? OPERATOR : FUNCTION,
        },
      },
      `FROM pg_catalog.pg_${kind} x JOIN pg_catalog.pg_opfamily f ON f.oid = x.${kind}family JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
       JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod ${operator ? 'JOIN pg_catalog.pg_operator o ON o.oid = x.amopopr' : 'JOIN pg_catalog.pg_proc o ON o.oid = x.amproc::pg_catalog.oid'}
       WHERE x.oid >= 16384 AND ${catalog.notMember('pg_opfamily', 'f.oid')}
       AND (${catalog.inScope('f.opfnamespace')} OR f.oid < 16384 AND ${catalog.inScope(operator ? 'o.oprnamespace' : 'o.pronamespace')} AND ${catalog.notMember(operator ? 'pg_operator' : 'pg_proc', 'o.oid')})
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_${kind}'::pg_catalog.regclass AND d.objid = x.oid
         AND d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.deptype = 'i')`,
    );
  };
  const member = (row: MemberRow, operator: boolean): Member => {
    const family = `${row.familyName} USING ${row.method}`;
    const prefix = operator ? 'amop' : 'amproc';
    const key: Key = keyOf(operator ? 'pg_amop' : 'pg_amproc', row.oid);
    const which = operator
      ? `o.amopstrategy = ${row.number} AND o.amoppurpose = ${quoteLiteral(row.purpose)}`
      : `o.amprocnum = ${row.number}`;
    return {
      family: row.family,
      part: {
        key,
        kind: 'operator family',
        schema: row.familySchema,
        name: `${operator ? 'operator' : 'function'} ${row.number} (${row.left}, ${row.right}) of ${family}`,
        of: keyOf('pg_opfamily', row.family),
        oid: `(SELECT o.oid FROM pg_catalog.pg_${prefix} o WHERE o.${prefix}family = ${familyOid(row.familySchema, row.familyPlain, row.plainMethod)} AND o.${prefix}lefttype = ${regtype(row.left)} AND o.${prefix}righttype = ${regtype(row.right)} AND ${which})`,
        sql: [`ALTER OPERATOR FAMILY ${family} ADD ${row.item}`],
      },
    };
  };
  return [
    ...(await query('amop')).map((row) => member(row, true)),
    ...(await query('amproc')).map((row) => member(row, false)),
  ];
}

interface MemberRow {
  readonly oid: string;
  readonly family: string;
  readonly familySchema: string;
  readonly familyPlain: string;
  readonly familyName: string;
  readonly plainMethod: string;
  readonly method: string;
  readonly left: string;
  readonly right: string;
  readonly number: string;
  readonly purpose: string;
  readonly item: string;
}
