/** Enum, composite, range and base types, and shells of types. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { storageName } from '../relations.ts';
import { keyOf, type CatalogReader, type Column, type Part } from '../types.ts';
import {
  collationName,
  functionName,
  has,
  inParentheses,
  list,
  opclassName,
  qualifiedName,
  select,
  settings,
  typeOid,
} from './query.ts';

const always = {
  oid: 't.oid',
  schema: 'n.nspname',
  plain: 't.typname',
  name: qualifiedName('n.nspname', 't.typname'),
  owner: 'pg_catalog.pg_get_userbyid(t.typowner)',
};
const maybe = { acl: 't.typacl', array: 'nullif(t.typarray, 0)' };
const from = (catalog: CatalogReader, joins: string, condition: string): string =>
  `FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace ${joins} WHERE ${condition} AND ${catalog.inScope('t.typnamespace')} AND ${catalog.notMember('pg_type', 't.oid')}`;

interface Row {
  readonly oid: string;
  readonly schema: string;
  readonly plain: string;
  readonly name: string;
  readonly owner: string;
  readonly acl: string | null;
  readonly array: string | null;
}

const part = (row: Row, sql: string, also: readonly (string | null)[] = []): Part => ({
  key: keyOf('pg_type', row.oid),
  also: [row.array, ...also].flatMap((oid) => (oid === null ? [] : [keyOf('pg_type', oid)])),
  kind: 'type',
  schema: row.schema,
  name: row.name,
  oid: typeOid(row.schema, row.plain),
  // over a shell CREATE TYPE fills it
  missing: `NOT EXISTS ${typeOid(row.schema, row.plain, ' AND o.typisdefined')}`,
  sql: [sql],
  address: `TYPE ${row.name}`,
  owner: row.owner,
  grants: { letter: 'T', acl: row.acl },
});

/** The key of the shell that stands for a type until the functions are there that it is made of. */
export const shellKey = (type: string): string => `${keyOf('pg_type', type)}/shell`;

const shell = (row: Row): Part => ({
  key: shellKey(row.oid),
  kind: 'shell type',
  schema: row.schema,
  name: row.name,
  oid: typeOid(row.schema, row.plain),
  sql: [`CREATE TYPE ${row.name}`],
});

export async function readTypes(catalog: CatalogReader): Promise<Part[]> {
  return [
    ...(await readEnums(catalog)),
    ...(await readComposites(catalog)),
    ...(await readRanges(catalog)),
    ...(await readBaseTypes(catalog)),
  ];
}

async function readEnums(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'enum'))) return [];
  const rows = await select(
    catalog,
    { always, maybe: { ...maybe, labels: 'e.labels' } },
    from(
      catalog,
      `LEFT JOIN (SELECT enumtypid, pg_catalog.json_agg(enumlabel ORDER BY enumsortorder) AS labels FROM pg_catalog.pg_enum GROUP BY enumtypid) e ON e.enumtypid = t.oid`,
      `t.typtype = 'e'`,
    ),
  );
  return rows.map((row) => {
    const labels = JSON.parse(row.labels ?? '[]') as string[];
    return part(row, `CREATE TYPE ${row.name} AS ENUM (${labels.map(quoteLiteral).join(', ')})`);
  });
}

async function readComposites(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'composite'))) return [];
  const rows = await select(
    catalog,
    { always: { ...always, relation: 't.typrelid' }, maybe: { ...maybe, attributes: 'a.attributes' } },
    from(
      catalog,
      `JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
       LEFT JOIN (SELECT a.attrelid, pg_catalog.json_agg(pg_catalog.json_build_array(a.attnum::text, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
         CASE WHEN a.attcollation <> y.typcollation THEN ${collationName('a.attcollation')} END) ORDER BY a.attnum) AS attributes
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class r ON r.oid = a.attrelid AND r.relkind = 'c' JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
         WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid) a ON a.attrelid = t.typrelid`,
      `t.typtype = 'c'`,
    ),
  );
  return rows.map((row) => {
    const attributes = list(row.attributes).map(([attnum = '', name = '', type, collation]) => ({
      attnum: attnum ?? '',
      name: name ?? '',
      sql: `${quoteIdent(name ?? '')} ${type}${collation == null ? '' : ` COLLATE ${collation}`}`,
    }));
    const columns = attributes.map(({ attnum, name }): Column => ({ number: attnum, name }));
    const body = attributes.length === 0 ? '()' : inParentheses(attributes.map(({ sql }) => sql));
    const made = part(row, `CREATE TYPE ${row.name} AS ${body}`);
    return { ...made, also: [...(made.also ?? []), keyOf('pg_class', row.relation)], columns };
  });
}

async function readRanges(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'range'))) return [];
  const multirange = catalog.version >= 140000;
  const rows = await select(
    catalog,
    {
      always: { ...always, subtype: 'pg_catalog.format_type(r.rngsubtype, NULL)' },
      maybe: {
        ...maybe,
        opclass: `CASE WHEN NOT (SELECT d.opcdefault FROM pg_catalog.pg_opclass d WHERE d.oid = r.rngsubopc) THEN ${opclassName('r.rngsubopc')} END`,
        collation: `(SELECT CASE WHEN r.rngcollation <> s.typcollation THEN ${collationName('r.rngcollation')} END FROM pg_catalog.pg_type s WHERE s.oid = r.rngsubtype)`,
        canonical: functionName('r.rngcanonical::pg_catalog.oid'),
        difference: functionName('r.rngsubdiff::pg_catalog.oid'),
        multirange: multirange ? 'm.oid' : 'NULL',
        multirangeArray: multirange ? 'nullif(m.typarray, 0)' : 'NULL',
        multirangeSchema: multirange ? 'mn.nspname' : 'NULL',
        multirangePlain: multirange ? 'm.typname' : 'NULL',
        multirangeName: multirange ? qualifiedName('mn.nspname', 'm.typname') : 'NULL',
        multirangeComment: multirange
          ? `(SELECT 'yes' FROM pg_catalog.pg_description d WHERE d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objoid = m.oid AND d.objsubid = 0)`
          : 'NULL',
      },
    },
    from(
      catalog,
      `JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid ${
        multirange
          ? 'LEFT JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid LEFT JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace'
          : ''
      }`,
      `t.typtype = 'r'`,
    ),
  );
  return rows.flatMap((row): Part[] => {
    const usual = row.multirangeSchema === row.schema && row.multirangePlain === usualMultirange(row.plain);
    const sql = `CREATE TYPE ${row.name} AS RANGE ${inParentheses(
      settings({
        SUBTYPE: row.subtype,
        SUBTYPE_OPCLASS: row.opclass,
        COLLATION: row.collation,
        CANONICAL: row.canonical,
        SUBTYPE_DIFF: row.difference,
        // 13 and older have none: where it is the name that they would get anyway, it is not said
        MULTIRANGE_TYPE_NAME: usual ? null : row.multirangeName,
      }),
    )}`;
    const commented = row.multirangeComment !== null;
    const parts = [part(row, sql, commented ? [] : [row.multirange, row.multirangeArray])];
    if (row.canonical !== null) parts.unshift(shell(row));
    // it comes with the range, but a comment on it is its own
    if (commented && row.multirange !== null && row.multirangeName !== null) {
      parts.push({
        key: keyOf('pg_type', row.multirange),
        also: row.multirangeArray === null ? [] : [keyOf('pg_type', row.multirangeArray)],
        kind: 'type',
        schema: row.multirangeSchema ?? row.schema,
        name: row.multirangeName,
        of: keyOf('pg_type', row.oid),
        oid: typeOid(row.multirangeSchema ?? row.schema, row.multirangePlain ?? ''),
        missing: 'false',
        sql: [],
        address: `TYPE ${row.multirangeName}`,
        requires: [keyOf('pg_type', row.oid)],
      });
    }
    return parts;
  });
}

/** makeMultirangeTypeName() in typecmds.c; undefined where it would cut a character in two. */
function usualMultirange(range: string): string | undefined {
  const clipped = (text: string, bytes: number): string =>
    Buffer.from(text)
      .subarray(0, bytes)
      .toString()
      .replace(/\uFFFD$/, '');
  if (range.includes('range')) return clipped(range.replace('range', 'multirange'), 63);
  const start = clipped(range, 52);
  return Buffer.byteLength(start) === Math.min(52, Buffer.byteLength(range)) ? `${start}_multirange` : undefined;
}

const ALIGNMENT: Readonly<Record<string, string>> = { c: 'char', s: 'int2', i: 'int4', d: 'double' };

async function readBaseTypes(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'base'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        ...always,
        defined: 't.typisdefined',
        length: 't.typlen',
        byValue: 't.typbyval',
        category: 't.typcategory',
        preferred: 't.typispreferred',
        delimiter: 't.typdelim',
        alignment: 't.typalign',
        storage: 't.typstorage',
        collatable: 't.typcollation <> 0',
      },
      maybe: {
        ...maybe,
        input: functionName('t.typinput::pg_catalog.oid'),
        output: functionName('t.typoutput::pg_catalog.oid'),
        receive: functionName('t.typreceive::pg_catalog.oid'),
        send: functionName('t.typsend::pg_catalog.oid'),
        modifierIn: functionName('t.typmodin::pg_catalog.oid'),
        modifierOut: functionName('t.typmodout::pg_catalog.oid'),
        analyze: functionName('t.typanalyze::pg_catalog.oid'),
        // the one that comes with ELEMENT by itself, which 13 and older don't know by name
        subscript:
          catalog.version >= 140000
            ? `CASE WHEN t.typelem = 0 OR t.typsubscript <> 'pg_catalog.raw_array_subscript_handler'::pg_catalog.regproc THEN ${functionName('t.typsubscript::pg_catalog.oid')} END`
            : 'NULL',
        element: 'CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END',
        usual: 't.typdefault',
      },
    },
    from(
      catalog,
      '',
      `t.typtype IN ('b', 'p') AND t.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)`,
    ),
  );
  return rows.flatMap((row): Part[] => {
    if (row.defined !== 't') {
      // neither a comment nor a grant is possible on it
      return [{ ...shell(row), key: keyOf('pg_type', row.oid), address: `TYPE ${row.name}`, owner: row.owner }];
    }
    const lines = settings({
      INTERNALLENGTH: row.length === '-1' ? 'variable' : row.length,
      INPUT: row.input,
      OUTPUT: row.output,
      RECEIVE: row.receive,
      SEND: row.send,
      TYPMOD_IN: row.modifierIn,
      TYPMOD_OUT: row.modifierOut,
      ANALYZE: row.analyze,
      SUBSCRIPT: row.subscript,
      ELEMENT: row.element,
      CATEGORY: row.category !== 'U' && quoteLiteral(row.category),
      PREFERRED: row.preferred === 't' && 'true',
      DELIMITER: row.delimiter !== ',' && quoteLiteral(row.delimiter),
      ALIGNMENT: ALIGNMENT[row.alignment],
      STORAGE: storageName(row.storage).toLowerCase(),
      DEFAULT: row.usual !== null && quoteLiteral(row.usual),
      COLLATABLE: row.collatable === 't' && 'true',
      PASSEDBYVALUE: row.byValue === 't' && 'true',
    });
    return [
      shell(row),
      { ...part(row, `CREATE TYPE ${row.name} ${inParentheses(lines)}`), requires: [shellKey(row.oid)] },
    ];
  });
}
