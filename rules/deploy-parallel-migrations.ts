import type { DeployRule } from '@idempotify/core';
import { invocations, named, runsIn } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-parallel-migrations',
  category: 'deploy',
  severity: 'warning',
  presets: ['strict'],
  summary: 'Every instance of the application runs the migrations when it starts',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'migrate' && call.action !== 'push' && call.action !== 'sql') continue;
      // a switch can keep it to one instance
      if (call.conditional || !runsIn(call, (stage) => stage === 'start')) continue;
      // nothing behind it: a job that ends when the migrations are done
      const last = call.command.text.replace(/[\s;)}]+$/, '').length - 1;
      // a quotation mark may follow: sh -c "prisma migrate deploy"
      if (call.command.offsetOf(last) <= call.at.end) continue;
      report({
        at: call.at,
        message: `${named(call)} runs in every instance that starts: several at once wait for each other's lock until they time out, or run the same migration twice, and a slow migration has the instance killed by its health check in the middle.`,
        help: 'Run the migrations once per deploy, before the new instances start: preDeployCommand (Render, Railway), release_command (Fly), the release process (Heroku), a job of its own.',
      });
    }
  },
};
