import { describe, expect, it } from 'vitest';
import { folderView } from '@idempotify/core';
import { tool } from './folders.ts';

const short = (name: string, text: string) => {
  const { scope, concurrently } = tool(name).transactions(text, '1_x.sql');
  return `${scope} ${concurrently}`;
};
const index = 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);';

describe('how a file is committed', () => {
  it.each([
    ['prisma', 'SELECT 1;', 'file alone'],
    ['drizzle', 'SELECT 1;', 'all-pending no'],
    ['drizzle-v1', 'SELECT 1;', 'all-pending no'],
    ['diesel', 'SELECT 1;', 'file no'],
    ['sqlx', 'SELECT 1;', 'file no'],
    ['sqlx', '-- no-transaction\nSELECT 1;', 'file alone'],
    ['sqlx', '\n-- no-transaction\nSELECT 1;', 'file no'],
    ['goose', '-- +goose Up\nSELECT 1;\n', 'file no'],
    ['goose', '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n', 'statement yes'],
    ['goose', '-- +goose Up\n-- +goose no transaction\nSELECT 1;\n', 'statement yes'],
    ['dbmate', '-- migrate:up\n-- migrate:down\n', 'file no'],
    ['dbmate', '-- migrate:up foo:bar transaction:false\n-- migrate:down\n', 'file alone'],
    ['dbmate', '-- migrate:up\n-- migrate:down transaction:false\n', 'file no'],
    ['dbmate', '-- migrate:up\n-- migrate:down\n-- migrate:up\n-- migrate:down\n', 'statement no'],
    ['golang-migrate', 'SELECT 1;', 'file alone'],
    ['node-pg-migrate', 'SELECT 1;', 'all-pending no'],
    ['supabase', 'SELECT 1;', 'file alone'],
    ['supabase', index, 'statement alone'],
    ['supabase', 'BEGIN; SELECT 1; COMMIT;', 'statement yes'],
    [
      'supabase',
      "SELECT 'BEGIN;'; -- COMMIT;\nSELECT $$;COMMIT;$$; CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;",
      'file alone',
    ],
    ['flyway', 'SELECT 1;', 'file no'],
    ['flyway', index, 'statement alone'],
    ['flyway', 'VACUUM t;', 'statement alone'],
    ['flyway', 'COMMENT ON TABLE t IS $$CREATE INDEX CONCURRENTLY$$;', 'file no'],
    ['refinery', 'SELECT 1;', 'file no'],
    ['graphile-migrate', 'SELECT 1;', 'file no'],
    ['graphile-migrate', '--! Previous: -\n--! Hash: x\n\n--! no-transaction\nSELECT 1;', 'file alone'],
    ['graphile-migrate', 'SELECT 1;\n--! no-transaction\n', 'file no'],
    ['postgres-migrations', 'SELECT 1;', 'file no'],
    ['postgres-migrations', '-- postgres-migrations disable-transaction\nSELECT 1;', 'file alone'],
    ['atlas', 'SELECT 1;', 'file no'],
    ['atlas', '-- atlas:txmode none\n\nSELECT 1;', 'statement yes'],
    // without the empty line it belongs to the statement
    ['atlas', '-- atlas:txmode none\nSELECT 1;', 'file no'],
    ['liquibase', '--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n', 'file no'],
    ['liquibase', '--liquibase formatted sql\n--changeset a:1 runInTransaction:false\nSELECT 1;\n', 'statement yes'],
    [
      'liquibase',
      '--liquibase formatted sql\n--changeset a:1 runInTransaction:false dbms:mysql\nSELECT 1;\n',
      'file no',
    ],
    ['sql', 'SELECT 1;', 'none alone'],
    ['sql', '-- postgres-migrations disable-transaction\nSELECT 1;', 'file alone'],
  ])('%s %j: %s', (name, text, expected) => {
    expect(short(name, text)).toBe(expected);
  });

  it('diesel: metadata.toml beside the file', () => {
    const view = (toml: string) =>
      folderView('/x', [], { read: () => toml, exists: (path) => path === '1_a/metadata.toml' });
    expect(tool('diesel').transactions('', '1_a/up.sql', view('# why\nrun_in_transaction = false\n'))).toMatchObject({
      scope: 'file',
      concurrently: 'alone',
    });
    expect(tool('diesel').transactions('', '1_a/up.sql', view('run_in_transaction = true\n'))).toMatchObject({
      concurrently: 'no',
    });
    expect(tool('diesel').transactions('', '2_b/up.sql', view('run_in_transaction = false\n'))).toMatchObject({
      concurrently: 'no',
    });
  });

  it("Flyway: the script's own settings", () => {
    const view = (settings: string) =>
      folderView('/x', [], { read: () => settings, exists: (path) => path === 'sub/V1__a.sql.conf' });
    expect(
      tool('flyway').transactions('SELECT 1;', 'sub/V1__a.sql', view('executeInTransaction=false\n')),
    ).toMatchObject({ scope: 'statement', concurrently: 'yes' });
    expect(tool('flyway').transactions(index, 'sub/V1__a.sql', view('executeInTransaction=true\n'))).toMatchObject({
      scope: 'file',
      concurrently: 'no',
    });
    expect(tool('flyway').transactions(index, 'V1__a.sql', view('executeInTransaction=true\n'))).toMatchObject({
      scope: 'statement',
    });
  });
});

describe('Prisma, by its version', () => {
  const scope = (text: string, parents: Readonly<Record<string, string>>) => {
    const folder = folderView('/app/prisma/migrations', ['1_x/migration.sql'], {
      read: (name) => parents[name.replaceAll('../', '')] ?? '',
      exists: (name) => name.startsWith('../../') && !name.startsWith('../../../') && name.slice(6) in parents,
    });
    const { scope: found, concurrently } = tool('prisma').transactions(text, '1_x/migration.sql', folder);
    return `${found} ${concurrently}`;
  };
  const two = 'SELECT 1;\nSELECT 2;\n';
  const installed = (version: string) => ({
    'node_modules/prisma/package.json': `{"name":"prisma","version":"${version}"}`,
  });
  const wanted = (range: string) => ({
    'package.json': `{"prisma":{"seed":"x"},"devDependencies":{"prisma":"${range}"}}`,
  });
  it.each([
    ['an unknown version', two, {}, 'file alone'],
    ['6.19', two, installed('6.19.3'), 'file alone'],
    ['7.3', two, installed('7.3.0'), 'file alone'],
    ['7.4', two, installed('7.4.0'), 'statement alone'],
    ['7.10', two, installed('7.10.1'), 'statement alone'],
    ['8', two, installed('8.4.0'), 'file alone'],
    ['one statement', '-- SELECT 1;\nSELECT 2;\n', installed('7.4.0'), 'file alone'],
    ['what is asked for', two, wanted('^7.5.0'), 'statement alone'],
    ['what is asked for, before', two, wanted('~6.5.0'), 'file alone'],
    ['what is installed counts', two, { ...wanted('^7.5.0'), ...installed('6.1.0') }, 'file alone'],
  ])('%s', (_title, text, parents, expected) => {
    expect(scope(text, parents)).toBe(expected);
  });
});

describe('warnings', () => {
  it('Prisma sends a byte order mark', () => {
    expect(tool('prisma').warnings?.('\uFEFFSELECT 1;')).toHaveLength(1);
    expect(tool('prisma').warnings?.('SELECT 1;')).toEqual([]);
  });
  it('Graphile Migrate does not accept CRLF in committed files', () => {
    expect(tool('graphile-migrate').warnings?.('--! Hash: x\r\n\r\nSELECT 1;\r\n')).toHaveLength(1);
    expect(tool('graphile-migrate').warnings?.('SELECT 1;\r\n')).toEqual([]);
  });
});
