import type { DeployRule } from '@idempotify/core';
import { invocations, isProduction, named, runsIn } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-dev-command',
  category: 'deploy',
  severity: 'error',
  presets: ['recommended'],
  summary: 'A deploy runs a migration command for development',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'dev' || !runsIn(call, isProduction)) continue;
      report({
        at: call.at,
        message: `${named(call)} is for development: it makes new migrations out of differences that it finds, asks for a reset of the database where it sees drift, and stops where nobody can answer.`,
        help: 'Use the command that only runs what is there: prisma migrate deploy, graphile-migrate migrate.',
      });
    }
  },
};
