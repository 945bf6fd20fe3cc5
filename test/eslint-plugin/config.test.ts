/** What the plugin holds is what the linter holds. */
import { rules } from '@idempotify/rules';
import { PRESETS, inPreset } from '@idempotify/rules';
import type { Preset } from '@idempotify/core';
import plugin, * as exported from 'eslint-plugin-idempotify';
import { describe, expect, it } from 'vitest';
import { NO_RULES } from '../../packages/cli/src/lint/explain.ts';

const sqlRules = rules.filter(({ kind }) => kind === 'sql' || kind === 'history');
/** What ESLint tells by itself. */
const ESLINTS_OWN = ['syntax-error'];
const comments = Object.keys(NO_RULES).filter((name) => !ESLINTS_OWN.includes(name));

/** Rules about SQL: those about other languages say so. */
const ofSql = Object.entries(plugin.rules).filter(([, { meta }]) => meta?.languages?.includes('idempotify/sql'));

it('every rule of the linter that is about SQL is in it, and what it tells without being a rule', () => {
  expect(ofSql.map(([name]) => name).sort()).toEqual([...sqlRules.map(({ name }) => name), ...comments].sort());
});

it.each(PRESETS.map((preset) => [preset]))('the preset %s is that of the linter', (preset: Preset) => {
  const expected = Object.fromEntries(
    sqlRules
      .filter((rule) => inPreset(rule, preset))
      .map(({ name, severity }) => [`idempotify/${name}`, severity === 'error' ? 'error' : 'warn']),
  );
  expect(plugin.configs[preset]).toMatchObject({ files: ['**/*.sql'], language: 'idempotify/sql' });
  expect(plugin.configs[preset].rules).toEqual({
    ...expected,
    'idempotify/bad-disable': 'error',
    'idempotify/unused-disable': 'warn',
  });
  expect(plugin.configs[preset].plugins['idempotify']).toBe(plugin);
});

it('gives require() the same as import', () => {
  for (const key of ['meta', 'languages', 'rules', 'configs'] as const) expect(exported[key]).toBe(plugin[key]);
});

describe('a rule says of itself', () => {
  it.each(sqlRules.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
    const { meta } = plugin.rules[name]!;
    expect(meta?.docs?.description).toBe(rule.summary);
    expect(meta?.docs?.url).toMatch(new RegExp(`/@idempotify/rules@[^/]+/docs/${name}\\.md$`));
    expect(meta?.fixable).toBe(rule.kind === 'sql' && rule.fixable ? 'code' : undefined);
    const options = Object.entries(rule.options ?? {});
    if (options.length === 0) expect(meta?.schema).toEqual([]);
    else
      expect(meta?.schema).toMatchObject([
        {
          type: 'object',
          additionalProperties: false,
          properties: Object.fromEntries(options.map(([key]) => [key, {}])),
        },
      ]);
  });
});
