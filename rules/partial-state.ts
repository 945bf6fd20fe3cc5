import type { LintFile, LintStatement, SqlRule } from '@idempotify/core';

/** Where the last part that commits together begins. */
function lastPart({ statements }: LintFile): LintStatement | undefined {
  const last = statements.at(-1);
  return statements.find(
    (one) => one === last || (one.transaction !== undefined && one.transaction === last?.transaction),
  );
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'partial-state',
  category: 'transaction',
  severity: 'warning',
  presets: ['strict', 'rerun'],
  summary: 'The file commits in parts, and its first part can not be run again',
  file(file, report) {
    const { transactions, tool } = file;
    // of an unknown runner there is nothing to say
    if (transactions.scope === 'none') return;
    const end = lastPart(file);
    for (const statement of file.statements) {
      if (statement === end) return;
      const verdict = file.rerun(statement);
      if (!verdict) continue;
      report({
        at: statement,
        message: `This is committed before the end of the file. If a later statement fails, ${tool.title} runs the file from its beginning again, and here that goes wrong: ${verdict.why}.`,
        help: 'Make the statement rerunnable (--fix writes a guard where it can), or put it into a migration of its own.',
      });
      return;
    }
  },
};
