import { quoteIdent, type SqlRule } from '@idempotify/core';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'set-local-outside-transaction',
  category: 'transaction',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'SET LOCAL without a transaction sets nothing',
  on: {
    VariableSetStmt(statement, file, report) {
      // a DO block is a transaction
      if (!statement.node.is_local || statement.outer || statement.transaction !== undefined) return;
      const name = quoteIdent(statement.node.name as string);
      report({
        at: statement,
        message:
          file.transactions.scope === 'none'
            ? `Without a transaction, SET LOCAL ${name} sets nothing: psql, for one, commits each statement by itself, and PostgreSQL only warns.`
            : `${file.tool.title} commits each statement of this file by itself, so SET LOCAL ${name} sets nothing: PostgreSQL only warns.`,
        help: `Write SET ${name} … and RESET ${name} at the end, or put BEGIN and COMMIT around what belongs together.`,
      });
    },
  },
};
