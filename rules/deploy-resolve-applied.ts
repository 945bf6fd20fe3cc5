import type { DeployRule } from '@idempotify/core';
import { invocations, isProduction, named, runsIn } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-resolve-applied',
  category: 'deploy',
  severity: 'error',
  presets: ['recommended'],
  summary: 'A deploy marks migrations as applied or rolled back without looking at the database',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'resolve') continue;
      // whatever is there is marked; a single one outside of deploys may be what somebody runs by hand, once
      const loop = call.loops.length > 0;
      const blind = loop || call.rescue;
      if (blind ? call.command.stage === 'dev' : call.conditional || !runsIn(call, isProduction)) continue;
      report({
        at: call.at,
        message: `${named(call)} only changes what is recorded${loop ? ', for every migration in a loop' : ''}: what was never run counts as applied (or the other way round) from then on, and later migrations build on tables and columns that are not there.`,
        help: 'Let the deploy fail. Compare the database with the migration, statement by statement, and mark that one migration by hand, once.',
      });
    }
  },
};
