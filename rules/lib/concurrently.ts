/** How statements that can't run in a transaction (CONCURRENTLY) are run with the tool of a file. */
import type { LintFile } from '@idempotify/core';

/**
 * @param what 'It', 'CREATE INDEX CONCURRENTLY', …: what can't run in a transaction
 * @param guard what lets the migration pass where somebody has run it by hand before: 'IF NOT EXISTS'
 * @returns sentences
 */
export function outsideTransaction(what: string, guard: string | undefined, file: LintFile): string {
  const { tool, transactions } = file;
  switch (transactions.concurrently) {
    case 'yes':
      return `${what} can't run in a transaction: keep it outside of BEGIN … COMMIT.`;
    case 'alone':
      return `${what} can't run in a transaction: let it be the only statement of its file, since several statements sent together are one.`;
    case 'no':
      return tool.noTransaction === undefined
        ? `${what} can't run in a transaction, and ${tool.title} has no way to run a file without one: run it by hand before the deploy${guard === undefined ? '' : `, and keep the statement with ${guard} in the migration for all other databases`}.`
        : `${what} can't run in a transaction: give it a file of its own that ${tool.title} runs without one (${tool.noTransaction}).`;
  }
}
