import type { SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'renaming-schema',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A schema is renamed, and code that is still deployed asks for the old name',
  on: {
    RenameStmt(statement, file, report) {
      const { node } = statement;
      if (node.renameType !== 'OBJECT_SCHEMA') return;
      const isNew = file.facts.some(
        ({ op, cls, name, end }) =>
          // mutant: no statement ends where the next one begins
          op === 'create' && cls === 'schema' && name === node.subname && end <= statement.range.start,
      );
      if (isNew) return;
      report({
        at: statement,
        message: `Everything in the schema ${printedName({ schema: undefined, name: node.subname })} gets another name at once: code that is still deployed, functions and every search_path with the old name find nothing any more.`,
        help: 'Make a schema with the new name, move one object after the other, and leave a view of the old name behind until nothing asks for it.',
      });
    },
  },
};
