import type { OptionValue, Rule } from '@idempotify/core';
import type { RuleContext, RuleVisitor } from '@eslint/core';
import { enrol } from './run.ts';

export { JAVASCRIPT, scriptPreset, scriptRules } from './rules.ts';

/** Where projects have their migrations. */
const FOLDERS = ['migrations', 'migration'];
const below = (endings: string): string[] => FOLDERS.map((folder) => `**/${folder}/**/*.${endings}`);

export const SCRIPT_FILES = { javascript: below('{js,cjs,mjs}'), typescript: below('{ts,cts,mts}') } as const;

/** A rule for several languages, in a file that is in JavaScript or TypeScript. */
export const enrolInScript = (
  name: string,
  rule: Rule | undefined,
  options: Readonly<Record<string, OptionValue>>,
  context: RuleContext,
): RuleVisitor => enrol(name, rule, options, context as unknown as Parameters<typeof enrol>[3]) as RuleVisitor;
