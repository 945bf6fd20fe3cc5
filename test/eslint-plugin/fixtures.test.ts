/** Every fixture of every rule through ESLint: what is found has to be what the linter's engine finds, fixes included. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PG_VERSIONS, applyEdits, toolByName, type Finding, type Rule, type Tool } from '@idempotify/core';
import { rules } from '@idempotify/rules';
import { Linter } from 'eslint';
import plugin from 'eslint-plugin-idempotify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readFixture, runCase, type FixtureCase } from '../rules/fixture.ts';

let home: string;
let count = 0;
beforeAll(() => {
  home = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'idempotify-eslint-'));
  // some rules look at the clock
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21), toFake: ['Date'] });
});
afterAll(() => {
  vi.useRealTimers();
  fs.rmSync(home, { recursive: true, force: true });
});

/** Names that each tool runs: a file of another name is none of its migrations, and ESLint is told nothing about it. */
const NAMES: Readonly<Record<string, string>> = {
  prisma: '20240101000000_case/migration.sql',
  'drizzle-v1': '20240101000000_case/migration.sql',
  diesel: '2024-01-01-000000_case/up.sql',
  supabase: '20240101000000_case.sql',
  flyway: 'V1__case.sql',
  'golang-migrate': '0001_case.up.sql',
  'graphile-migrate': 'committed/000001-case.sql',
  refinery: 'V1__case.sql',
};

function nameFor(tool: Tool, name: string): string {
  return tool.select([name]).up.includes(name) ? name : (NAMES[tool.name] ?? name);
}

/** The case in files of its own. @returns the folder */
function lay(one: FixtureCase): string {
  const folder = path.join(home, String(++count), 'project/migrations');
  const write = (name: string, text: string): void => {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (!name.endsWith('/')) fs.writeFileSync(file, text);
  };
  const edited = one.files.filter((file) => file.edited);
  for (const file of one.files) write(file.path, file.edited ? `${file.text}\n-- as it was` : file.text);
  if (edited.length > 0) {
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
        stdio: 'ignore',
      });
    git('init');
    git('add', '-A');
    git('commit', '-m', 'all');
    for (const file of edited) write(file.path, file.text);
  }
  return folder;
}

const linter = new Linter({ configType: 'flat', cwd: '/' });

function lintWith(rule: Rule, one: FixtureCase, folder: string, file: string, text: string): Linter.LintMessage[] {
  const options = Object.keys(one.options).length === 0 ? [] : [one.options];
  const config = {
    files: ['**/*.sql'],
    plugins: { idempotify: plugin },
    language: 'idempotify/sql',
    languageOptions: { tool: one.tool, pgVersion: one.pg },
    rules: { [`idempotify/${rule.name}`]: ['error', ...options] },
  };
  return linter.verify(text, [config] as unknown as Linter.Config[], { filename: path.join(folder, file) });
}

const place = ({ line, column, endLine, endColumn, message, help, fix }: Finding, text: string): unknown => ({
  line,
  column,
  endLine,
  endColumn,
  message: `${message} ${help}`,
  ...(fix ? { fixed: applyEdits(text, fix) } : {}),
});

const withFix = (message: Linter.LintMessage, text: string): unknown => {
  const { line, column, endLine, endColumn } = message;
  // what is about more than one statement is a suggestion
  const fix = message.fix ?? message.suggestions?.[0]?.fix;
  const fixed = fix && text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]);
  return { line, column, endLine, endColumn, message: message.message, ...(fix ? { fixed } : {}) };
};

for (const rule of rules.filter(({ kind }) => kind === 'sql' || kind === 'history')) {
  describe(rule.name, () => {
    for (const original of readFixture(rule.name)) {
      // the command takes no other versions either
      if (original.pg < PG_VERSIONS.oldest || original.pg > PG_VERSIONS.newest) continue;
      it(`${original.title} (line ${original.line})`, () => {
        const tool = toolByName(original.tool) as Tool;
        const [only] = original.files;
        const one =
          only && original.files.length === 1 && rule.kind !== 'history'
            ? { ...original, files: [{ ...only, path: nameFor(tool, only.path) }] }
            : original;
        const folder = lay(one);
        const expected = runCase(rule, one);
        for (const file of one.files) {
          if (!file.path.endsWith('.sql')) continue;
          const { text } = file;
          const found = expected.get(file.path) ?? [];
          const messages = lintWith(rule, one, folder, file.path, text);
          const broken = messages.filter(({ fatal }) => fatal);
          // what does not parse is all that ESLint can tell
          if (broken.length > 0) {
            expect(one.broken).toBe(true);
            continue;
          }
          expect(
            messages.map((message) => withFix(message, text)),
            file.path,
          ).toEqual(found.map((finding) => place(finding, text)));
        }
      });
    }
  });
}
