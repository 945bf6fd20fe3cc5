/** eslint-plugin-idempotify: everything that the plugin holds is put together here. */
import type { Language, RuleDefinition } from '@eslint/core';
import type { Preset } from '@idempotify/core';
import { PRESETS } from '@idempotify/rules';
import { version } from './sql/docs.ts';
import { SQL_FILES, sql, sqlPreset, sqlRules } from './sql/index.ts';

export type { SqlLanguageOptions } from './sql/index.ts';

export interface Config {
  name: string;
  files: string[];
  language: string;
  plugins: Record<string, Plugin>;
  rules: Record<string, 'error' | 'warn'>;
}

export interface Plugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly languages: Record<string, Language>;
  readonly rules: Record<string, RuleDefinition>;
  readonly configs: Record<Preset, Config>;
}

const plugin: Plugin = {
  meta: { name: 'eslint-plugin-idempotify', version, namespace: 'idempotify' },
  languages: { sql: sql },
  rules: { ...sqlRules },
  configs: {} as Record<Preset, Config>,
};

for (const preset of PRESETS)
  plugin.configs[preset] = {
    name: `idempotify/${preset}`,
    files: [...SQL_FILES.files],
    language: SQL_FILES.language,
    plugins: { idempotify: plugin },
    rules: sqlPreset(preset),
  };

export default plugin;
// for require(), which gives the module's exports: require('eslint-plugin-idempotify').configs
export const { meta, languages, rules, configs } = plugin;
