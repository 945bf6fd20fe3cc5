/** Rules, but for those that make a view one. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { Relations } from '../relations.ts';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { enabledWord } from './trigger.ts';

export async function readRules(catalog: CatalogReader, reading: Promise<Relations>): Promise<Part[]> {
  const asking = catalog.rows(`
    SELECT r.oid, r.ev_class, r.rulename, pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    WHERE r.rulename <> '_RETURN' AND ${catalog.inScope('c.relnamespace')} AND ${catalog.notMember('pg_rewrite', 'r.oid')}`);
  const [rows, relations] = await Promise.all([asking, reading]);
  return rows.flatMap(([oid, relation, name, definition, enabled]): Part[] => {
    const table = relations.get(relation ?? '');
    if (!table || oid == null || name == null || definition == null) return [];
    const where = `ev_class = ${table.regclass} AND rulename = ${quoteLiteral(name)}`;
    const sql = definition.trim().replace(/;$/, '');
    return [
      {
        key: keyOf('pg_rewrite', oid),
        kind: 'rule',
        schema: table.schema,
        name: `${quoteIdent(name)} on ${table.name}`,
        of: keyOf('pg_class', table.oid),
        oid: `(SELECT oid FROM pg_catalog.pg_rewrite WHERE ${where})`,
        missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite WHERE ${where})`,
        sql: [sql],
        // up to 13 PL/pgSQL takes the `;` between two actions for the end of the statement
        execute: sql.includes(';'),
        steps:
          enabled === 'O'
            ? []
            : [
                {
                  needed: `EXISTS (SELECT FROM pg_catalog.pg_rewrite WHERE ${where} AND ev_enabled <> '${enabled}')`,
                  sql: [`ALTER TABLE ${table.name} ${enabledWord(enabled ?? null)} RULE ${quoteIdent(name)}`],
                },
              ],
        address: `RULE ${quoteIdent(name)} ON ${table.name}`,
        requires: [keyOf('pg_class', table.oid)],
      },
    ];
  });
}
