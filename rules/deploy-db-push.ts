import type { DeployRule } from '@idempotify/core';
import { invocations, isProduction, named, runsIn } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-db-push',
  category: 'deploy',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'A deploy changes the schema without migrations',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'push' || !runsIn(call, isProduction)) continue;
      report({
        at: call.at,
        message: `${named(call)} makes the database what the models say, at once: nobody has reviewed the statements, a renamed column is dropped and made anew, and the migrations in the folder are not what the database went through.`,
        help: 'Run the migrations instead (prisma migrate deploy, drizzle-kit migrate, …). A database that was made by pushing gets a baseline first.',
      });
    }
  },
};
