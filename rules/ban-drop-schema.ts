import { quoteIdent, truncateName, type Node, type SqlRule } from '@idempotify/core';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-drop-schema',
  category: 'data',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A schema is dropped, with CASCADE including all its tables',
  on: {
    DropStmt(statement, file, report) {
      const { node } = statement;
      if (node.removeType !== 'OBJECT_SCHEMA') return;
      for (const { String: object } of node.objects as Node[]) {
        const name = truncateName(object.sval);
        const isNew = file.facts.some(
          (fact) =>
            fact.cls === 'schema' &&
            fact.op === 'create' &&
            fact.name === name &&
            // mutant: no statement makes what it drops
            fact.start < statement.range.start,
        );
        if (isNew) continue;
        report({
          at: statement,
          message:
            node.behavior === 'DROP_CASCADE'
              ? `Dropping the schema ${quoteIdent(name)} with CASCADE deletes all tables in it with their rows, and whatever in other schemas depends on them, without saying which.`
              : `Dropping the schema ${quoteIdent(name)} takes its privileges along, and code that is still deployed fails as soon as it names the schema. (It fails itself unless the schema is empty.)`,
          help: 'First deploy code that no longer uses the schema; drop what is in it by name, keep a backup, and drop the empty schema without CASCADE.',
        });
      }
    },
  },
};
