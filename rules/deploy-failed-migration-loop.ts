import type { DeployCommand, DeployFile, DeployRule, ReportFn } from '@idempotify/core';
import { invocations, named, rangeIn } from './lib/deploy.ts';

/** Tables in which tools record what they have run. */
const LEDGER =
  /\b(?:delete\s+from|truncate(?:\s+table)?|drop\s+table(?:\s+if\s+exists)?|update)\s+(?:only\s+)?(?:\\?["\w]+\\?"?\.)?\\?"?(_prisma_migrations|__drizzle_migrations|knex_migrations(?:_lock)?|SequelizeMeta|kysely_migration(?:_lock)?|pgmigrations|flyway_schema_history|databasechangelog(?:lock)?|goose_db_version|_sqlx_migrations|__diesel_schema_migrations|schema_migrations)\b/gi;

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-failed-migration-loop',
  category: 'deploy',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A deploy repeats a failed migration without end, or deletes the record of it',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'migrate' && call.action !== 'push') continue;
      if (call.command.stage === 'dev') continue;
      const endless = call.loops.some((loop) => loop.endless);
      if (!endless) continue;
      report({
        at: call.at,
        message: `${named(call)} is repeated until it succeeds. A migration that has failed fails again (and with Prisma blocks all others), so the deploy hangs instead of failing.`,
        help: 'Wait for the database, not for the migrations (until pg_isready; do sleep 1; done), and run them once behind that.',
      });
    }
    for (const command of file.commands) if (command.stage !== 'dev') ledgers(file, command, report);
  },
};

function ledgers(file: DeployFile, command: DeployCommand, report: ReportFn): void {
  const { text } = command;
  for (const match of text.matchAll(LEDGER)) {
    // a comment does nothing
    const line = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index);
    if (/(?:^|\s)#/.test(line)) continue;
    report({
      at: rangeIn(file, command, match.index, match.index + match[0].length),
      message: `This changes ${match[1] ?? ''}, in which the migration tool records what it has run: what failed by halves runs again from its start on every deploy, or counts as done.`,
      help: 'Take it out of the deploy. Find out what the failed migration has left, correct that once, by hand, and then mark the migration with the command of the tool.',
    });
  }
}
