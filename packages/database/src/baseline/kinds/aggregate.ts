/** Aggregates: pg_get_functiondef() refuses them. */
import { quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { functionOid } from './function.ts';
import { functionName, has, inParentheses, operatorName, qualifiedName, select, settings } from './query.ts';

const MODIFIES: Readonly<Record<string, string>> = { r: 'READ_ONLY', s: 'SHAREABLE', w: 'READ_WRITE' };
const PARALLEL: Readonly<Record<string, string>> = { s: 'SAFE', r: 'RESTRICTED' };

export async function readAggregates(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'aggregate'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 'p.oid',
        schema: 'n.nspname',
        name: 'p.oid::pg_catalog.regprocedure::text',
        unsigned: qualifiedName('n.nspname', 'p.proname'),
        arguments: 'pg_catalog.pg_get_function_arguments(p.oid)',
        identity: 'pg_catalog.pg_get_function_identity_arguments(p.oid)',
        owner: 'pg_catalog.pg_get_userbyid(p.proowner)',
        parallel: 'p.proparallel',
        kind: 'a.aggkind',
        transition: functionName('a.aggtransfn::pg_catalog.oid'),
        state: 'pg_catalog.format_type(a.aggtranstype, NULL)',
        space: 'a.aggtransspace',
        finalExtra: 'a.aggfinalextra',
        finalModifies: 'a.aggfinalmodify',
        movingSpace: 'a.aggmtransspace',
        movingFinalExtra: 'a.aggmfinalextra',
        movingFinalModifies: 'a.aggmfinalmodify',
      },
      maybe: {
        acl: 'p.proacl',
        final: functionName('a.aggfinalfn::pg_catalog.oid'),
        combine: functionName('a.aggcombinefn::pg_catalog.oid'),
        serialize: functionName('a.aggserialfn::pg_catalog.oid'),
        deserialize: functionName('a.aggdeserialfn::pg_catalog.oid'),
        initial: 'a.agginitval',
        movingTransition: functionName('a.aggmtransfn::pg_catalog.oid'),
        movingInverse: functionName('a.aggminvtransfn::pg_catalog.oid'),
        movingState: 'CASE WHEN a.aggmtranstype <> 0 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END',
        movingFinal: functionName('a.aggmfinalfn::pg_catalog.oid'),
        movingInitial: 'a.aggminitval',
        sort: operatorName('nullif(a.aggsortop, 0)'),
      },
    },
    `FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid::pg_catalog.oid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE ${catalog.inScope('p.pronamespace')} AND ${catalog.notMember('pg_proc', 'p.oid')}`,
  );
  return rows.map((row): Part => {
    // what CREATE AGGREGATE assumes: READ_ONLY, but READ_WRITE for ordered sets (AggregateCreate in pg_aggregate.c)
    const usual = row.kind === 'n' ? 'r' : 'w';
    const lines = settings({
      SFUNC: row.transition,
      STYPE: row.state,
      SSPACE: row.space !== '0' && row.space,
      FINALFUNC: row.final,
    });
    if (row.finalExtra === 't') lines.push('FINALFUNC_EXTRA');
    lines.push(
      ...settings({
        FINALFUNC_MODIFY: row.finalModifies !== usual && MODIFIES[row.finalModifies],
        COMBINEFUNC: row.combine,
        SERIALFUNC: row.serialize,
        DESERIALFUNC: row.deserialize,
        INITCOND: row.initial !== null && quoteLiteral(row.initial),
        MSFUNC: row.movingTransition,
        MINVFUNC: row.movingInverse,
        MSTYPE: row.movingState,
        MSSPACE: row.movingSpace !== '0' && row.movingSpace,
        MFINALFUNC: row.movingFinal,
      }),
    );
    if (row.movingFinalExtra === 't') lines.push('MFINALFUNC_EXTRA');
    lines.push(
      ...settings({
        MFINALFUNC_MODIFY: row.movingFinalModifies !== usual && MODIFIES[row.movingFinalModifies],
        MINITCOND: row.movingInitial !== null && quoteLiteral(row.movingInitial),
        SORTOP: row.sort,
        PARALLEL: PARALLEL[row.parallel],
      }),
    );
    if (row.kind === 'h') lines.push('HYPOTHETICAL');
    return {
      key: keyOf('pg_proc', row.oid),
      kind: 'aggregate',
      schema: row.schema,
      name: row.name,
      oid: functionOid(row.name),
      sql: [`CREATE AGGREGATE ${row.unsigned}(${row.arguments || '*'}) ${inParentheses(lines)}`],
      address: `AGGREGATE ${row.unsigned}(${row.identity || '*'})`,
      owner: row.owner,
      grants: { letter: 'f', acl: row.acl, address: `FUNCTION ${row.name}` },
    };
  });
}
