import type { DeployRule } from '@idempotify/core';
import { invocations, isProduction, named, readsFile } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-ignores-failure',
  category: 'deploy',
  severity: 'error',
  presets: ['recommended'],
  summary: 'A deploy goes on although its migrations have failed',
  check(file, report) {
    for (const call of invocations(file)) {
      const { fate, at, action, command } = call;
      // what resolves or makes migrations is another rule's concern
      if (command.stage === 'dev' || action === 'resolve' || action === 'dev' || fate.kind !== 'ignored') continue;
      // a backup that is put back, for one
      if (!readsFile(call) && !isProduction(command.stage)) continue;
      const lost = 'the new version is started on a database that lacks its changes, and nobody is told.';
      const { how } = fate;
      if (how === undefined)
        report({
          at,
          message: `When ${named(call)} fails, the next command runs all the same: ${lost}`,
          help: 'Join the two with &&, or begin the script with `set -e`, which ends it at the first failure (not in front of &&, and not in a condition).',
        });
      else if (how === '&')
        report({
          at,
          message: `${named(call)} runs in the background (&), so nothing waits for it or sees it fail: the new version may start before its changes are there.`,
          help: 'Take the & away, and start the application behind &&.',
        });
      else if (how.startsWith('| '))
        report({
          at,
          message: `A pipe ends as its last command does, so "${how}" hides the failure of ${named(call)}: ${lost}`,
          help: 'Use bash with `set -o pipefail`, or write to a file and show that.',
        });
      else
        report({
          at,
          message: `"${how}" hides the failure of ${named(call)}: ${lost}`,
          help: 'Take it away, so that the deploy stops; what a failed migration has left is then found out statement by statement, and corrected once, by hand.',
        });
    }
  },
};
