import { quoteIdent, type SqlRule } from '@idempotify/core';
import { lookupsOfBlock } from './lib/lookups.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-ignores-table',
  category: 'guard',
  severity: 'warning',
  presets: ['recommended', 'rerun'],
  summary:
    'A guard looks for a constraint, trigger, policy, column or enum value by its name alone, on any table or type',
  on: {
    DoStmt(statement, file, report) {
      for (const { of, name, narrowed, at, relation } of lookupsOfBlock(statement, file)) {
        if (of.within === 'schema' || narrowed) continue;
        report({
          at,
          message: `This finds ${of.what} called ${quoteIdent(name)} on any ${of.within}: ${relation} holds those of all ${of.within}s, and such a name is unique only within one. A namesake elsewhere makes the guard take the wrong way.`,
          help: `Say which ${of.within} is meant, for example with ${of.add}`,
        });
      }
    },
  },
};
