import type { RuleSetting } from '@idempotify/rules';
import { UsageError } from '../errors.ts';
import { printable } from '../terminal.ts';

/** `name=severity`, as the command line has it. @throws UsageError */
export function ruleArgument(given: string): readonly [string, RuleSetting] {
  const at = given.indexOf('=');
  const [name, setting] = [given.slice(0, at), given.slice(at + 1)];
  if (at < 1 || (setting !== 'off' && setting !== 'warning' && setting !== 'error'))
    throw new UsageError(
      `--rule ${printable(given)}: must be a rule's name and a severity: NAME=off, NAME=warning or NAME=error`,
    );
  return [name, setting];
}
