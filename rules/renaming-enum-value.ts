import { qualified, strings, type SqlRule } from '@idempotify/core';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'renaming-enum-value',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A value of an enum is renamed, and code that is still deployed writes the old one',
  on: {
    AlterEnumStmt(statement, file, report) {
      const { node } = statement;
      const type = qualified(strings(node.typeName));
      if (node.oldVal === undefined || file.isNew(type, statement)) return;
      report({
        at: statement,
        message: `Code that is still deployed fails when it writes '${node.oldVal}' or compares with it, and does not know '${node.newVal}' when it reads it. Texts in functions, defaults of applications and reports have the old value, too.`,
        help: 'Add the new value (ALTER TYPE … ADD VALUE), deploy code that understands both, change the rows, and only then stop using the old one. Or let the application show another word for it.',
      });
    },
  },
};
