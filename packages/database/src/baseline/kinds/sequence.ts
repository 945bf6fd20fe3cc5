/** Sequences, but for those behind identity columns (create-table.ts). */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { Relations } from '../relations.ts';
import { keyOf, type CatalogReader, type Part } from '../types.ts';

/** Sequences, and which column owns them: both can only be said when both are there. */
export async function readSequences(catalog: CatalogReader, reading: Promise<Relations>): Promise<Part[]> {
  const asking = catalog.rows(`
    SELECT c.oid, pg_catalog.format_type(s.seqtypid, NULL), d.refobjid, a.attname,
      s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
      LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.objsubid = 0
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE ${catalog.inScope('c.relnamespace')} AND d.deptype IS DISTINCT FROM 'i'`);
  const [rows, relations] = await Promise.all([asking, reading]);
  return rows.flatMap((row): Part[] => {
    const [oid, type, ownerOid, column, ...numbers] = row as string[];
    const sequence = relations.get(oid ?? '');
    if (!sequence) return [];
    const key = keyOf('pg_class', sequence.oid);
    const options = [type === 'bigint' ? '' : `AS ${type}`, sequenceOptions(type ?? 'bigint', numbers)].filter(
      (word) => word !== '',
    );
    const head = `CREATE ${sequence.persistence === 'u' ? 'UNLOGGED SEQUENCE' : 'SEQUENCE'} ${sequence.name}`;
    const parts: Part[] = [
      {
        key,
        kind: 'sequence',
        schema: sequence.schema,
        name: sequence.name,
        oid: sequence.regclass,
        sql: [[head, ...options].join(' ')],
        address: `SEQUENCE ${sequence.name}`,
        owner: sequence.owner,
        grants: { letter: 's', acl: sequence.acl },
        // said by the next part
        ignores: ownerOid == null ? [] : [keyOf('pg_class', ownerOid)],
      },
    ];
    const table = relations.get(ownerOid ?? '');
    if (table && column !== undefined) {
      const where = `FROM pg_catalog.pg_depend JOIN pg_catalog.pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
      WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objid = ${sequence.regclass} AND refclassid = classid
        AND refobjid = ${table.regclass} AND attname = ${quoteLiteral(column)} AND deptype = 'a'`;
      parts.push({
        key: `${key}/owned`,
        kind: 'owned sequence',
        schema: sequence.schema,
        name: `${sequence.name} by ${table.name}.${quoteIdent(column)}`,
        of: keyOf('pg_class', table.oid),
        oid: sequence.regclass,
        missing: `NOT EXISTS (SELECT ${where})`,
        sql: [`ALTER SEQUENCE ${sequence.name} OWNED BY ${table.name}.${quoteIdent(column)}`],
        requires: [key, keyOf('pg_class', table.oid)],
      });
    }
    return parts;
  });
}

const LIMITS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

/** What differs from what CREATE SEQUENCE would choose (init_params in src/backend/commands/sequence.c), without the type. */
export function sequenceOptions(type: string, numbers: readonly (string | undefined)[]): string {
  const [start = '1', increment = '1', min = '1', max = '1', cache = '1', cycle = 'f'] = numbers;
  const [lowest, highest] = LIMITS[type] ?? [0n, 0n];
  const up = !increment.startsWith('-');
  const usualMin = up ? '1' : String(lowest);
  const usualMax = up ? String(highest) : '-1';
  return [
    start === (up ? min : max) ? '' : `START WITH ${start}`,
    increment === '1' ? '' : `INCREMENT BY ${increment}`,
    min === usualMin ? '' : `MINVALUE ${min}`,
    max === usualMax ? '' : `MAXVALUE ${max}`,
    cache === '1' ? '' : `CACHE ${cache}`,
    cycle === 't' ? 'CYCLE' : '',
  ]
    .filter((word) => word !== '')
    .join(' ');
}
