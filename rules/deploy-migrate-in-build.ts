import type { DeployRule } from '@idempotify/core';
import { invocations, named, runsIn } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-migrate-in-build',
  category: 'deploy',
  severity: 'warning',
  presets: ['strict'],
  summary: 'Building the application runs the migrations',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'migrate' && call.action !== 'push' && call.action !== 'sql') continue;
      // a switch can keep it to builds for production
      if (call.conditional || !runsIn(call, (stage) => stage === 'build')) continue;
      report({
        at: call.at,
        message: `${named(call)} runs while the application is built: builds of previews and of branches change the database that they can reach, and when the build fails after it, the old version stays on the new schema.`,
        help: 'Run the migrations in a step of its own between build and start, or only where the build is for production: [ "$VERCEL_ENV" = production ] && ….',
      });
    }
  },
};
