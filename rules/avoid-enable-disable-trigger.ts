import type { SqlRule } from '@idempotify/core';
import { oldTableActions } from './lib/alter.ts';
import { printedName } from './lib/names.ts';

/** ENABLE and DISABLE TRIGGER in all their forms. */
const TRIGGER = /^AT_(?:En|Dis)able\w*Trig/;

export const rule: SqlRule = {
  kind: 'sql',
  name: 'avoid-enable-disable-trigger',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A trigger is switched on or off for everybody',
  on: {
    AlterTableStmt(statement, file, report) {
      for (const { table, subtype, at } of oldTableActions(statement, file)) {
        if (!TRIGGER.test(subtype)) continue;
        report({
          at,
          message: `This is so for everybody who writes to ${printedName(table)}, not only for the migration: what other sessions write meanwhile goes past the trigger or meets it unawares. And it waits for all writers, and later writes wait behind it (SHARE ROW EXCLUSIVE).`,
          help: "To go past triggers in one transaction only, SET LOCAL session_replication_role = 'replica' (superusers and those who were granted it), or let the trigger's function ask for a setting of your own.",
        });
      }
    },
  },
};
