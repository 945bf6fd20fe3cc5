/** The real `eslint` of three versions, with its configs in CommonJS and in ESM, on a project of its own. */
import fs from 'node:fs';
import path from 'node:path';
import type { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, execute, folder, git } from '../cli/harness.ts';

beforeAll(build);

const root = path.resolve(import.meta.dirname, '../..');
const BOM = '\ufeff';

const FILES = {
  'migrations/0001_tables.sql': [
    '-- größer 😀',
    'CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY);',
    '/* ü */ DROP TABLE "ä"; -- idempotify-disable-line rerun-drop -- runs once',
    'CREATE TABLE b (id bigint PRIMARY KEY);',
  ].join('\n'),
  'migrations/0002_broken.sql': "CREATE TABLE IF NOT EXISTS c (id bigint);\n\nSELECT 'äöü😀', FROM x;\nDROP TABLE a;\n",
  'migrations/0003_windows.sql': `${BOM}-- Größe\r\nCREATE SCHEMA "größer"; -- ü\r\n\r\nCREATE EXTENSION citext;\r\n`,
  'migrations/0004_comments.sql': [
    '-- eslint-disable-next-line idempotify/ban-drop-table, idempotify/rerun-drop -- ä: gone since release 42',
    'DROP TABLE d;',
    'DROP TABLE e; -- eslint-disable-line idempotify/rerun-drop',
    '/* eslint-disable idempotify/rerun-drop, idempotify/ban-drop-table */',
    'DROP TABLE f;',
    '-- eslint-enable',
    'DROP TABLE g; /* eslint-disable-line idempotify/ban-drop-column, idempotify/rerun-drop */',
    '-- eslint-disable-next-line -- nothing is wrong here',
    'SELECT 1;',
    '-- squawk-ignore ban-drop-table, prefer-robust-stmts',
    'DROP TABLE h;',
    '-- idempotify-disable-next-statement ban-drop-table',
    'SELECT 2;',
    '-- idempotify-disable-next-statement ban-drop-table -- it was there once',
    'SELECT 3;',
  ].join('\n'),
  'migrations/0005_config.sql':
    '/* eslint idempotify/index-too-many-columns: ["error", { "max": 1 }] */\nCREATE INDEX IF NOT EXISTS i ON a (x, y);\n',
  'migrations/0006_history.sql': 'CREATE TABLE b (id bigint PRIMARY KEY);\n',
  'goose/0001_a.sql': '-- +goose Up\nCREATE SCHEMA IF NOT EXISTS s;\n-- +goose Down\nDROP TABLE whatever it is;\n',
  'goose/eslint.txt': 'no SQL',
};

const CONFIG = `[
  idempotify.configs.recommended,
  { files: ['**/*.sql'], rules: { 'idempotify/require-concurrent-index-creation': 'off' } },
]`;
const CONFIGS = {
  CommonJS: [
    'eslint.config.cjs',
    `const idempotify = require('eslint-plugin-idempotify');\nmodule.exports = ${CONFIG};\n`,
  ],
  ESM: ['eslint.config.mjs', `import idempotify from 'eslint-plugin-idempotify';\nexport default ${CONFIG};\n`],
} as const;

const EXPECTED = {
  'migrations/0001_tables.sql': ['3:9 ban-drop-table', '4:1 rerun-table fixable'],
  'migrations/0002_broken.sql': ['3:17 fatal'],
  'migrations/0003_windows.sql': ['2:1 rerun-schema fixable', '4:1 rerun-extension fixable'],
  'migrations/0004_comments.sql': [
    '3:1 ban-drop-table',
    '7:1 ban-drop-table',
    '7:15 unused directive fixable',
    '8:1 unused directive fixable',
    '12:1 bad-disable',
    '14:1 unused-disable',
  ],
  'migrations/0005_config.sql': ['2:1 index-too-many-columns', '2:33 used-after-dropped'],
  'migrations/0006_history.sql': ['1:1 rerun-table fixable', '1:14 created-twice'],
  'goose/0001_a.sql': [],
};

function project(eslint: string, config: keyof typeof CONFIGS): string {
  const [name, text] = CONFIGS[config];
  const at = folder({ ...FILES, [name]: text });
  fs.mkdirSync(path.join(at, 'node_modules'));
  fs.symlinkSync(path.join(root, 'packages/eslint-plugin'), path.join(at, 'node_modules/eslint-plugin-idempotify'));
  fs.symlinkSync(path.join(root, 'node_modules', eslint), path.join(at, 'node_modules/eslint'));
  return at;
}

const eslintIn = (at: string, ...args: string[]): ReturnType<typeof execute> =>
  execute(at, process.execPath, ['node_modules/eslint/bin/eslint.js', ...args]);

const shown = ({ line, column, ruleId, fatal, fix }: ESLint.LintResult['messages'][number]): string =>
  `${line}:${column} ${fatal ? 'fatal' : (ruleId?.replace('idempotify/', '') ?? 'unused directive')}${fix ? ' fixable' : ''}`;

function results(stdout: string, at: string): Record<string, string[]> {
  const found = JSON.parse(stdout) as ESLint.LintResult[];
  return Object.fromEntries(
    found.map(({ filePath, messages }) => [path.relative(at, filePath).split(path.sep).join('/'), messages.map(shown)]),
  );
}

describe.each(['eslint', 'eslint-9', 'eslint-9.15'])('%s', (eslint) => {
  it.each(['CommonJS', 'ESM'] as const)('finds the same with a config in %s', (config) => {
    const at = project(eslint, config);
    const { code, stdout, stderr } = eslintIn(at, '.', '-f', 'json', '--ignore-pattern', 'eslint.config.*');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(results(stdout, at)).toEqual(EXPECTED);
    const messages = (JSON.parse(stdout) as ESLint.LintResult[]).flatMap((result) => result.messages);
    expect(messages.find(({ fatal }) => fatal)?.message).toBe('Parsing error: syntax error at or near "FROM"');
    expect(messages.find(({ ruleId }) => ruleId === 'idempotify/created-twice')?.message).toContain('0001_tables.sql');
  });

  it('--fix leaves BOM, CRLF and everything else as it is', () => {
    const at = project(eslint, 'ESM');
    const { stderr } = eslintIn(at, 'migrations/0003_windows.sql', 'migrations/0004_comments.sql', '--fix');
    expect(stderr).toBe('');
    expect(fs.readFileSync(path.join(at, 'migrations/0003_windows.sql'), 'utf8')).toBe(
      `${BOM}-- Größe\r\nCREATE SCHEMA IF NOT EXISTS "größer"; -- ü\r\n\r\nCREATE EXTENSION IF NOT EXISTS citext;\r\n`,
    );
    const comments = fs.readFileSync(path.join(at, 'migrations/0004_comments.sql'), 'utf8');
    // unused directives go, used ones stay
    expect(comments).toContain('DROP TABLE g; /* eslint-disable-line idempotify/rerun-drop */\n');
    expect(comments).not.toContain('nothing is wrong here');
  });
});

it('a migration that was edited after it had been committed', () => {
  const at = project('eslint', 'ESM');
  git(at, 'init');
  git(at, 'add', 'migrations');
  git(at, 'commit', '-m', 'all');
  fs.appendFileSync(path.join(at, 'migrations/0005_config.sql'), '-- more\n');
  const { stdout } = eslintIn(at, 'migrations', '-f', 'json');
  expect(results(stdout, at)['migrations/0005_config.sql']).toContain('1:1 edited-migration');
  expect(results(stdout, at)['migrations/0006_history.sql']).not.toContain('1:1 edited-migration');
});

it('wrong options are told with what is right', () => {
  const at = project('eslint', 'ESM');
  const complaint = (options: string): string => {
    fs.writeFileSync(
      path.join(at, 'eslint.config.mjs'),
      `import idempotify from 'eslint-plugin-idempotify';\nexport default [{ ...idempotify.configs.strict, ${options} }];\n`,
    );
    const { code, stderr } = eslintIn(at, 'goose');
    expect(code).toBe(2);
    return stderr;
  };
  expect(complaint('languageOptions: { pgVersion: 9 }')).toContain('"pgVersion" must be a whole number from 12 to 18');
  expect(complaint("languageOptions: { tool: 'rails' }")).toContain('"tool" must be one of prisma, drizzle');
  expect(complaint('languageOptions: { pgversion: 16 }')).toContain(
    'There is no "pgversion": there are "pgVersion" and "tool"',
  );
  expect(complaint('settings: { idempotify: { pgVersion: 19 } }')).toContain(
    '"settings.idempotify.pgVersion" must be a whole number',
  );
  expect(complaint("rules: { 'idempotify/index-too-many-columns': ['error', { most: 1 }] }")).toContain('most');
});
