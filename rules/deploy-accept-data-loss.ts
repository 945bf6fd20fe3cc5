import type { DeployRule } from '@idempotify/core';
import { invocations, isProduction, named, runsIn } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-accept-data-loss',
  category: 'deploy',
  severity: 'error',
  presets: ['recommended'],
  summary: 'A deploy drops tables, columns or the whole database without asking',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'reset' || !runsIn(call, isProduction)) continue;
      report({
        at: call.at,
        message: `${named(call)} deletes tables or columns with their rows, and nobody is asked: one wrong deploy empties the database.`,
        help: 'Deploy with migrations that were reviewed (prisma migrate deploy, drizzle-kit migrate, …); keep what empties a database in scripts for development.',
      });
    }
  },
};
