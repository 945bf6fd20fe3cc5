/** Migrations in JavaScript and TypeScript through the linter of the command line. */
import { prepareRules, toolByName, suppress, type Finding } from '@idempotify/core';
import { lintText } from '@idempotify/javascript';
import { knownNames, rules } from '@idempotify/rules';

const all = prepareRules(new Map(rules.map((rule) => [rule, { severity: 'error', options: {} }])));
const active = new Set(rules.map(({ name }) => name));

/** What all rules find in a file that lies alone. */
export function lintFileOf(path: string, text: string): readonly Finding[] {
  const tool = toolByName('sql')!;
  const { findings, directives } = lintText({ path, text, tool, pgVersion: 14 }, all, { fixes: true });
  const { findings: left, complaints } = suppress(findings, directives, text, knownNames, active, { unused: 'error' });
  return [...left.filter(({ suppressed }) => !suppressed), ...complaints];
}
