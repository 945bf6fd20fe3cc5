/** Collations and conversions. */
import { quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { functionName, has, oidByName, qualifiedName, select } from './query.ts';

/** A collation may exist once per encoding; the database sees those of its own and those that fit any. */
const encodings = (column: string): string =>
  `${column} IN (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding()))`;

const PROVIDER: Readonly<Record<string, string>> = { b: 'builtin', c: 'libc', i: 'icu' };

export async function readCollations(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'collation'))) return [];
  const { version } = catalog;
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'c.oid',
        schema: 'n.nspname',
        plain: 'c.collname',
        name: qualifiedName('n.nspname', 'c.collname'),
        owner: 'pg_catalog.pg_get_userbyid(c.collowner)',
        provider: 'c.collprovider',
        deterministic: 'c.collisdeterministic',
        anyEncoding: 'c.collencoding = -1',
      },
      maybe: {
        collate: 'c.collcollate',
        ctype: 'c.collctype',
        // up to 14 the locale of ICU stands in collcollate
        locale:
          version >= 170000
            ? 'c.colllocale'
            : version >= 150000
              ? 'c.colliculocale'
              : `CASE WHEN c.collprovider = 'i' THEN c.collcollate END`,
        rules: version >= 160000 ? 'c.collicurules' : 'NULL',
      },
    },
    `FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
     WHERE c.oid >= 16384 AND ${encodings('c.collencoding')} AND ${catalog.inScope('c.collnamespace')} AND ${catalog.notMember('pg_collation', 'c.oid')}`,
  );
  return rows.map((row): Part => {
    const copied = copyOf(row);
    const options = [`provider = ${PROVIDER[row.provider] ?? row.provider}`];
    if (row.deterministic === 'f') options.push('deterministic = false');
    if (row.provider !== 'c') options.push(`locale = ${quoteLiteral(row.locale ?? '')}`);
    else if (row.collate === row.ctype) options.push(`locale = ${quoteLiteral(row.collate ?? '')}`);
    else {
      options.push(`lc_collate = ${quoteLiteral(row.collate ?? '')}`, `lc_ctype = ${quoteLiteral(row.ctype ?? '')}`);
    }
    if (row.rules !== null) options.push(`rules = ${quoteLiteral(row.rules)}`);
    return {
      key: keyOf('pg_collation', row.oid),
      kind: 'collation',
      schema: row.schema,
      name: row.name,
      oid: oidByName('pg_collation', 'coll', row.schema, row.plain, ` AND ${encodings('o.collencoding')}`),
      sql: [`CREATE COLLATION ${row.name} ${copied === undefined ? `(${options.join(', ')})` : `FROM ${copied}`}`],
      address: `COLLATION ${row.name}`,
      owner: row.owner,
    };
  });
}

/** What can only be had as a copy: the encoding of a collation is no option of CREATE COLLATION (collationcmds.c). */
function copyOf(row: {
  readonly provider: string;
  readonly anyEncoding: string;
  readonly collate: string | null;
  readonly ctype: string | null;
  readonly locale: string | null;
}): string | undefined {
  if (row.provider === 'c' && row.anyEncoding === 't' && row.collate === row.ctype) {
    return row.collate === 'C' || row.collate === 'POSIX' ? `pg_catalog."${row.collate}"` : undefined;
  }
  return row.provider === 'b' && row.anyEncoding === 'f' && row.locale === 'C' ? 'pg_catalog.ucs_basic' : undefined;
}

export async function readConversions(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'conversion'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'c.oid',
        schema: 'n.nspname',
        plain: 'c.conname',
        name: qualifiedName('n.nspname', 'c.conname'),
        owner: 'pg_catalog.pg_get_userbyid(c.conowner)',
        source: 'pg_catalog.pg_encoding_to_char(c.conforencoding)',
        target: 'pg_catalog.pg_encoding_to_char(c.contoencoding)',
        function: functionName('c.conproc::pg_catalog.oid'),
        isDefault: 'c.condefault',
      },
    },
    `FROM pg_catalog.pg_conversion c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
     WHERE ${catalog.inScope('c.connamespace')} AND ${catalog.notMember('pg_conversion', 'c.oid')}`,
  );
  return rows.map((row): Part => ({
    key: keyOf('pg_conversion', row.oid),
    kind: 'conversion',
    schema: row.schema,
    name: row.name,
    oid: oidByName('pg_conversion', 'con', row.schema, row.plain),
    sql: [
      `CREATE ${row.isDefault === 't' ? 'DEFAULT ' : ''}CONVERSION ${row.name} FOR ${quoteLiteral(row.source)} TO ${quoteLiteral(row.target)} FROM ${row.function}`,
    ],
    address: `CONVERSION ${row.name}`,
    owner: row.owner,
  }));
}
