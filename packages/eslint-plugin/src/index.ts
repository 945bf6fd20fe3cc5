/** eslint-plugin-idempotify: everything that the plugin holds is put together here. */
import type { Language, RuleDefinition } from '@eslint/core';
import type { Preset } from '@idempotify/core';
import { PRESETS } from '@idempotify/rules';
import { version } from './sql/docs.ts';
import { SCRIPT_FILES, scriptPreset, scriptRules } from './javascript/index.ts';
import { SQL_FILES, sql, sqlPreset, sqlRules } from './sql/index.ts';

export type { Settings } from './settings.ts';
export type { SqlLanguageOptions } from './sql/index.ts';

export interface Config {
  name: string;
  files: string[];
  /** For SQL files; JavaScript and TypeScript stay what they are. */
  language?: string;
  plugins: Record<string, Plugin>;
  rules: Record<string, 'error' | 'warn'>;
}

/** For migrations in JavaScript, and for those in TypeScript, whose parser the project has to set. */
type ScriptConfig = 'javascript' | 'typescript' | 'strict-javascript' | 'strict-typescript';

export interface Plugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly languages: Record<string, Language>;
  readonly rules: Record<string, RuleDefinition>;
  readonly configs: Record<Preset | ScriptConfig, Config>;
}

const plugin: Plugin = {
  meta: { name: 'eslint-plugin-idempotify', version, namespace: 'idempotify' },
  languages: { sql: sql },
  rules: { ...sqlRules, ...scriptRules },
  configs: {} as Plugin['configs'],
};

for (const preset of PRESETS)
  plugin.configs[preset] = {
    name: `idempotify/${preset}`,
    files: [...SQL_FILES.files],
    language: SQL_FILES.language,
    plugins: { idempotify: plugin },
    rules: sqlPreset(preset),
  };

for (const language of ['javascript', 'typescript'] as const)
  for (const [name, preset] of [
    [language, 'recommended'],
    [`strict-${language}`, 'strict'],
  ] as const)
    plugin.configs[name] = {
      name: `idempotify/${name}`,
      files: [...SCRIPT_FILES[language]],
      plugins: { idempotify: plugin },
      rules: { ...sqlPreset(preset), ...scriptPreset(preset) },
    };

export default plugin;
// for require(), which gives the module's exports: require('eslint-plugin-idempotify').configs
export const { meta, languages, rules, configs } = plugin;
