/** What lies around a file, in a process that runs for days. */
import fs from 'node:fs';
import path from 'node:path';
import { Linter } from 'eslint';
import plugin from 'eslint-plugin-idempotify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { folder, write } from '../cli/harness.ts';

const linter = new Linter({ configType: 'flat', cwd: '/' });
const CONFIG = [plugin.configs.recommended] as unknown as Linter.Config[];

let now = Date.UTC(2026, 10, 21);
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const later = (): void => {
  now += 60_000;
  vi.setSystemTime(now);
};

/** The rules that find something in the file, as it lies on the disk or as it stands in the editor. */
function lint(at: string, name: string, text?: string): string[] {
  const file = path.join(at, name);
  const messages = linter.verify(text ?? fs.readFileSync(file, 'utf8'), CONFIG, { filename: file });
  return messages.map(({ ruleId, message }) => ruleId?.replace('idempotify/', '') ?? message);
}

const MAKE = 'CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY);\n';
const USE = 'ALTER TABLE a ADD COLUMN IF NOT EXISTS b bigint;\n';

it('a migration that has changed on the disk is read again', () => {
  const at = folder({ 'migrations/1.sql': MAKE, 'migrations/2.sql': USE });
  expect(lint(at, 'migrations/2.sql')).toEqual([]);
  write(at, { 'migrations/1.sql': `${MAKE}DROP TABLE IF EXISTS a;\n` });
  later();
  expect(lint(at, 'migrations/2.sql')).toEqual(['used-after-dropped']);
  write(at, { 'migrations/1.sql': MAKE });
  later();
  expect(lint(at, 'migrations/2.sql')).toEqual([]);
});

it('new and deleted migrations are noticed', () => {
  const at = folder({ 'migrations/1.sql': MAKE, 'migrations/3.sql': USE });
  expect(lint(at, 'migrations/3.sql')).toEqual([]);
  write(at, { 'migrations/2.sql': 'DROP TABLE IF EXISTS a;\n' });
  later();
  expect(lint(at, 'migrations/3.sql')).toEqual(['used-after-dropped']);
  fs.rmSync(path.join(at, 'migrations/2.sql'));
  later();
  expect(lint(at, 'migrations/3.sql')).toEqual([]);
});

it('what stands in the editor counts, and not what was saved', () => {
  const at = folder({ 'migrations/1.sql': MAKE, 'migrations/2.sql': USE });
  const again = 'CREATE TABLE a (id bigint PRIMARY KEY);\n';
  expect(lint(at, 'migrations/2.sql', again)).toContain('created-twice');
  expect(lint(at, 'migrations/2.sql')).toEqual([]);
  expect(lint(at, 'migrations/3.sql', again)).toContain('created-twice');
});

it('a byte order mark moves nothing', () => {
  const at = folder({
    'migrations/1.sql': MAKE,
    'migrations/2.sql': `\ufeffCREATE TABLE a (id bigint PRIMARY KEY);\n`,
  });
  const file = path.join(at, 'migrations/2.sql');
  const messages = linter.verify(fs.readFileSync(file, 'utf8'), CONFIG, { filename: file });
  expect(messages.map(({ ruleId, column }) => `${column} ${ruleId}`)).toEqual([
    '1 idempotify/rerun-table',
    '14 idempotify/created-twice',
  ]);
});

it('the tool is told by the folder', () => {
  const at = folder({
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'prisma/migrations/20240101000000_a/migration.sql':
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b);\nSELECT 1;\n',
    'goose/1_a.sql': '-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE a;\n',
    'diesel/2024-01-01-000000_a/up.sql': 'SELECT 1;\n',
    'diesel/2024-01-01-000000_a/down.sql': 'DROP TABLE a, nonsense here;\n',
  });
  expect(lint(at, 'prisma/migrations/20240101000000_a/migration.sql')).toContain(
    'ban-concurrent-index-creation-in-transaction',
  );
  expect(lint(at, 'goose/1_a.sql')).toEqual([]);
  // the tool runs it backwards, if at all
  expect(lint(at, 'diesel/2024-01-01-000000_a/down.sql')).toEqual([]);
});

it('a text without a file, and SQL in another file, stand alone', () => {
  const text = 'CREATE SCHEMA s;\n';
  const found = (filename: string): string[] =>
    linter.verify(text, CONFIG, { filename }).map(({ ruleId }) => String(ruleId));
  expect(found('nowhere.sql')).toEqual(['idempotify/rerun-schema']);
  expect(found('/no/such/folder/001.sql')).toEqual(['idempotify/rerun-schema']);
});

it('settings name the tool and the version, unless languageOptions do', () => {
  const at = folder({ 'migrations/1.sql': 'ALTER TABLE a ALTER b SET NOT NULL;\n-- +goose Down\nDROP TABLE a;\n' });
  const found = (settings: object, languageOptions: object = {}): string[] => {
    const config = [...CONFIG, { files: ['**/*.sql'], settings: { idempotify: settings }, languageOptions }];
    const filename = path.join(at, 'migrations/1.sql');
    return linter
      .verify(fs.readFileSync(filename, 'utf8'), config as unknown as Linter.Config[], { filename })
      .map(({ ruleId }) => String(ruleId).replace('idempotify/', ''));
  };
  expect(found({})).toContain('ban-drop-table');
  expect(found({ tool: 'goose' })).toEqual([]);
  expect(found({ tool: 'goose' }, { tool: 'sql' })).toContain('ban-drop-table');
  expect(found({}, { tool: 'prisma' })).toEqual([]);
});

it('comments in what the tool never runs are no business of the rules about comments', () => {
  const at = folder({
    'migrations/1_a.up.sql': 'SELECT 1;\n',
    'migrations/1_a.down.sql': '-- squawk-ignore ban-drop-table\nDROP TABLE a;\n',
  });
  expect(lint(at, 'migrations/1_a.down.sql')).toEqual([]);
});
