/** The half of the plugin that is about migrations in JavaScript and TypeScript. */
import type { Preset, ScriptRule } from '@idempotify/core';
import { inPreset, rules } from '@idempotify/rules';
// the whole of utils takes ESLint half a second to load
import { RuleCreator } from '@typescript-eslint/utils/eslint-utils';
import type { RuleDefinition } from '@eslint/core';
import { docsUrl } from '../sql/docs.ts';
import { enrol } from './run.ts';

export const JAVASCRIPT = 'js/js';

const createRule = RuleCreator(docsUrl);

const ruleFor = (name: string, description: string, rule: ScriptRule | undefined): RuleDefinition =>
  createRule({
    name,
    meta: {
      type: 'problem',
      docs: { description },
      schema: [],
      messages: {},
      languages: [JAVASCRIPT],
    },
    defaultOptions: [],
    create: (context) => enrol(name, rule, {}, context),
  }) as unknown as RuleDefinition;

const isScriptRule = (rule: (typeof rules)[number]): rule is ScriptRule => rule.kind === 'script';

/** What there is only for these: SQL files have none of it, or ESLint tells it by itself. */
export const scriptRules: Readonly<Record<string, RuleDefinition>> = Object.fromEntries([
  ...rules.filter(isScriptRule).map((rule) => [rule.name, ruleFor(rule.name, rule.summary, rule)] as const),
  ['syntax-error', ruleFor('syntax-error', 'PostgreSQL can not read SQL in a migration', undefined)] as const,
]);

/** Which of them are on in a preset, by ESLint's names. */
export function scriptPreset(preset: Preset): Record<string, 'error' | 'warn'> {
  const out: Record<string, 'error' | 'warn'> = { 'idempotify/syntax-error': 'error' };
  for (const rule of rules.filter(isScriptRule))
    if (inPreset(rule, preset)) out[`idempotify/${rule.name}`] = rule.severity === 'error' ? 'error' : 'warn';
  return out;
}
