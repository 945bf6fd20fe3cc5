import type { DeployRule } from '@idempotify/core';
import { invocations, isProduction, named, readsFile, runsIn } from './lib/deploy.ts';

export const rule: DeployRule = {
  kind: 'deploy',
  name: 'deploy-psql-continues',
  category: 'deploy',
  severity: 'warning',
  presets: ['recommended'],
  summary: 'psql goes on after an error in a file, and reports success',
  check(file, report) {
    for (const call of invocations(file)) {
      if (call.action !== 'sql' || !runsIn(call, (stage) => stage !== 'dev')) continue;
      // what a pipe brings may be anything, a backup for one: that counts only where something is deployed
      if (!readsFile(call) && !runsIn(call, isProduction)) continue;
      if (
        stopsOnError(call.args, call.command.text) ||
        /\\set\s+ON_ERROR_STOP\s+(?:1|on|true|yes)\b/i.test(call.input ?? '')
      )
        continue;
      report({
        at: call.at,
        message: `${named(call)} goes on with the next statement after an error and ends with status 0, so a file that was run by halves counts as run.`,
        help: 'Add -v ON_ERROR_STOP=1, and -1 (--single-transaction), which undoes the whole file then.',
      });
    }
  },
};

/** `-v NAME=VALUE`, `-vNAME=VALUE`, `--set=NAME=VALUE`, `--variable NAME=VALUE`, or a variable of the script that says so. */
const stopsOnError = (args: readonly string[], script: string): boolean =>
  args.some((arg) => {
    const variable = /^\$\{?(\w+)/.exec(arg)?.[1];
    return variable === undefined
      ? /^(?:-\w*v|--set=|--variable=)?ON_ERROR_STOP=(?:1|on|true|yes)$/i.test(arg)
      : new RegExp(`\\b${variable}\\+?=.*ON_ERROR_STOP=(?:1|on|true|yes)\\b`, 'i').test(script);
  });
