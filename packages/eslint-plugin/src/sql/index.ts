/** The half of the plugin that is about SQL files. */
import type { Preset } from '@idempotify/core';
import { inPreset, rules } from '@idempotify/rules';
import type { RuleDefinition } from '@eslint/core';
import { commentRules } from './comments.ts';
import { LANGUAGE, eslintRule, isForEslint } from './rule.ts';

export { sql, type SqlLanguageOptions } from './language.ts';

export const sqlRules: Readonly<Record<string, RuleDefinition>> = Object.fromEntries([
  ...rules.filter(isForEslint).map((rule) => [rule.name, eslintRule(rule)] as const),
  ...Object.entries(commentRules),
]);

/** Which rules are on in a preset, by ESLint's names. */
export function sqlPreset(preset: Preset): Record<string, 'error' | 'warn'> {
  const out: Record<string, 'error' | 'warn'> = {};
  for (const rule of rules)
    if (isForEslint(rule) && inPreset(rule, preset))
      out[`idempotify/${rule.name}`] = rule.severity === 'error' ? 'error' : 'warn';
  return { ...out, 'idempotify/bad-disable': 'error', 'idempotify/unused-disable': 'warn' };
}

export const SQL_FILES = { files: ['**/*.sql'], language: LANGUAGE } as const;
