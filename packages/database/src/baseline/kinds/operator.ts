/** Operators. */
import { quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { functionName, has, inParentheses, operatorName, select, settings } from './query.ts';

export async function readOperators(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'operator'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'o.oid',
        schema: 'n.nspname',
        unsigned: `pg_catalog.quote_ident(n.nspname) || '.' || o.oprname`,
        name: 'o.oid::pg_catalog.regoperator::text',
        owner: 'pg_catalog.pg_get_userbyid(o.oprowner)',
        hashes: 'o.oprcanhash',
        merges: 'o.oprcanmerge',
        named: `EXISTS (SELECT FROM pg_catalog.pg_operator b WHERE b.oprcode <> 0 AND o.oid IN (b.oprcom, b.oprnegate) AND ${catalog.inScope('b.oprnamespace')})`,
      },
      maybe: {
        function: functionName('o.oprcode::pg_catalog.oid'),
        left: 'CASE WHEN o.oprleft <> 0 THEN pg_catalog.format_type(o.oprleft, NULL) END',
        right: 'CASE WHEN o.oprright <> 0 THEN pg_catalog.format_type(o.oprright, NULL) END',
        commutator: operatorName('nullif(o.oprcom, 0)'),
        negator: operatorName('nullif(o.oprnegate, 0)'),
        restrict: functionName('o.oprrest::pg_catalog.oid'),
        join: functionName('o.oprjoin::pg_catalog.oid'),
      },
    },
    `FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
     WHERE ${catalog.inScope('o.oprnamespace')} AND ${catalog.notMember('pg_operator', 'o.oid')}`,
  );
  return rows.flatMap((row): Part[] => {
    if (row.function === null) {
      // it comes back when the operator is made that names it
      if (row.named !== 't') {
        catalog.leaveOut(
          'operator',
          row.name,
          'it has no function: it was only named as the commutator or negator of an operator that is gone',
        );
      }
      return [];
    }
    const lines = settings({
      FUNCTION: row.function,
      LEFTARG: row.left,
      RIGHTARG: row.right,
      COMMUTATOR: row.commutator,
      NEGATOR: row.negator,
      RESTRICT: row.restrict,
      JOIN: row.join,
    });
    if (row.hashes === 't') lines.push('HASHES');
    if (row.merges === 't') lines.push('MERGES');
    const oid = `pg_catalog.to_regoperator(${quoteLiteral(row.name)})`;
    return [
      {
        key: keyOf('pg_operator', row.oid),
        kind: 'operator',
        schema: row.schema,
        name: row.name,
        oid,
        // another operator that names it makes a shell of it
        missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_operator o WHERE o.oid = ${oid} AND o.oprcode <> 0)`,
        sql: [`CREATE OPERATOR ${row.unsigned} ${inParentheses(lines)}`],
        address: `OPERATOR ${row.unsigned} (${row.left ?? 'NONE'}, ${row.right ?? 'NONE'})`,
        owner: row.owner,
      },
    ];
  });
}
