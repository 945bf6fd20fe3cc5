import {
  quoteIdent,
  quoteLiteral,
  rangeVar,
  truncateName,
  type LintFile,
  type LintStatement,
  type SqlRule,
} from '@idempotify/core';
import { printedName } from './lib/names.ts';

/** Has the file dropped the index before, or looked whether it is valid? */
function isCleared(name: string, { range }: LintStatement, file: LintFile): boolean {
  // mutant: the statement itself drops nothing
  const before = file.facts.filter(({ start }) => start < range.start);
  return (
    before.some((fact) => fact.op === 'drop' && fact.kind === 'index' && fact.name === name) ||
    /\bindisvalid\b/i.test(file.text.slice(0, range.start))
  );
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-invalid-index',
  category: 'guard',
  severity: 'warning',
  presets: ['recommended', 'rerun', 'squawk'],
  summary: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS passes over the INVALID index of a run that failed',
  on: {
    IndexStmt(statement, file, report) {
      const { node } = statement;
      if (!node.concurrent || !node.if_not_exists) return;
      const name = truncateName(node.idxname as string);
      if (isCleared(name, statement, file)) return;
      const index = { schema: rangeVar(node.relation).schema, name };
      const literal = quoteLiteral(printedName(index));
      report({
        at: statement,
        message: `When building ${quoteIdent(name)} fails or is cancelled, an INVALID index of that name stays behind. IF NOT EXISTS finds it on the next run and skips the statement: the migration counts as applied, and no query ever uses the index.`,
        help: `Drop an invalid leftover first: DO $$ BEGIN IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(${literal}) AND NOT indisvalid) THEN DROP INDEX ${printedName(index)}; END IF; END $$;${file.transactions.concurrently === 'alone' ? ' Where a file is sent as one string, this has to stand in a migration of its own.' : ''}`,
      });
    },
  },
};
