import { quoteIdent, type SqlRule } from '@idempotify/core';
import { lookupsOfBlock } from './lib/lookups.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-ignores-schema',
  category: 'guard',
  severity: 'warning',
  presets: ['recommended', 'rerun'],
  summary: 'A guard looks for a type, table, index or function by its name alone, in any schema',
  on: {
    DoStmt(statement, file, report) {
      for (const { of, name, narrowed, at, relation } of lookupsOfBlock(statement, file)) {
        if (of.within !== 'schema' || narrowed) continue;
        report({
          at,
          message: `This finds ${of.what} called ${quoteIdent(name)} in any schema, because ${relation} holds those of all schemas. A namesake in another one makes the guard take the wrong way.`,
          help: `Say which schema is meant, for example with ${of.add}`,
        });
      }
    },
  },
};
