/** Triggers of tables and views. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { partitionsOf, type Relations } from '../relations.ts';
import { keyOf, type CatalogReader, type Key, type Part } from '../types.ts';
import { linkKey } from './inheritance.ts';

/** tgenabled, ev_enabled, evtenabled as it is written in ALTER. */
export const enabledWord = (letter: string | null): string =>
  letter === 'D' ? 'DISABLE' : letter === 'R' ? 'ENABLE REPLICA' : letter === 'A' ? 'ENABLE ALWAYS' : 'ENABLE';

/** It refuses every row of a table that is no hypertable (insert_blocker_trigger_add() in src/hypertable.c of TimescaleDB). */
const INSERT_BLOCKER = / EXECUTE (?:FUNCTION|PROCEDURE) _timescaledb_(?:functions|internal)\.insert_blocker\(\)$/;

/**
 * Triggers; those that a partition has from its parent only where they are switched on or off in another way.
 * (Up to 12 they can be told by tgisinternal and a dependency on the parent's.)
 */
export async function readTriggers(catalog: CatalogReader, reading: Promise<Relations>): Promise<Part[]> {
  const clone =
    catalog.version >= 130000
      ? 'NULLIF(t.tgparentid, 0)'
      : `(SELECT d.refobjid FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid = t.oid
          AND d.refclassid = d.classid AND d.deptype IN ('P', 'S', 'I') LIMIT 1)`;
  const asking = catalog.rows(`
    SELECT t.oid, t.tgrelid, t.tgname, CASE WHEN x.parent IS NULL THEN pg_catalog.pg_get_triggerdef(t.oid) END, t.tgenabled, x.parent, p.tgenabled, t.tgconstraint
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid CROSS JOIN LATERAL (SELECT ${clone}) x (parent)
      LEFT JOIN pg_catalog.pg_trigger p ON p.oid = x.parent
    WHERE (NOT t.tgisinternal OR (x.parent IS NOT NULL AND t.tgconstraint = 0)) AND (x.parent IS NULL OR t.tgenabled <> p.tgenabled)
      AND ${catalog.inScope('c.relnamespace')} AND ${catalog.notMember('pg_trigger', 't.oid')}`);
  const [rows, relations] = await Promise.all([asking, reading]);
  return rows.flatMap(([oid, relation, name, definition, enabled = null, parent, , constraint]): Part[] => {
    const table = relations.get(relation ?? '');
    if (!table || oid == null || name == null) return [];
    if (INSERT_BLOCKER.test(definition ?? '')) {
      const reason = 'TimescaleDB makes it with a hypertable: call create_hypertable() in a migration of your own';
      catalog.leaveOut('trigger', `${quoteIdent(name)} on ${table.name}`, reason);
      return [];
    }
    const where = `tgrelid = ${table.regclass} AND tgname = ${quoteLiteral(name)}`;
    const requires: Key[] = [
      keyOf('pg_class', table.oid),
      ...partitionsOf(table, relations).map((child) => linkKey(child.oid, table.oid)),
    ];
    if (parent != null)
      requires.push(keyOf('pg_trigger', parent), ...table.parents.map((above) => linkKey(table.oid, above)));
    return [
      {
        key: keyOf('pg_trigger', oid),
        ...(constraint == null || constraint === '0' ? {} : { also: [keyOf('pg_constraint', constraint)] }),
        kind: 'trigger',
        schema: table.schema,
        name: `${quoteIdent(name)} on ${table.name}`,
        of: keyOf('pg_class', table.oid),
        oid: `(SELECT oid FROM pg_catalog.pg_trigger WHERE ${where})`,
        missing: parent == null ? `NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE ${where})` : 'false',
        sql: definition == null ? [] : [definition],
        steps:
          enabled === 'O' && parent == null
            ? []
            : [
                {
                  needed: `EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE ${where} AND tgenabled <> '${enabled}')`,
                  sql: [
                    `ALTER TABLE ${table.kind === 'v' ? '' : 'ONLY '}${table.name} ${enabledWord(enabled)} TRIGGER ${quoteIdent(name)}`,
                  ],
                },
              ],
        address: `TRIGGER ${quoteIdent(name)} ON ${table.name}`,
        requires,
      },
    ];
  });
}
