/** Migrations of Kysely, rewritten, through Kysely itself. */
import path from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imported, jsFixtures, ledger, openJsLab, provedFixture, type JsLab, type JsMigrator } from './js-harness.ts';

const migrator: JsMigrator = {
  name: 'kysely',
  pgFrom: 'pg',
  async run(_folder, url, files) {
    const migrations: Record<string, Migration> = {};
    for (const file of files) migrations[path.parse(file).name] = (await imported(file)) as unknown as Migration;
    const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 4 }) }) });
    try {
      const { error } = await new Migrator({
        db,
        provider: { getMigrations: () => Promise.resolve(migrations) },
        migrationTableName: ledger,
        migrationLockTableName: `${ledger}_lock`,
      }).migrateToLatest();
      if (error !== undefined) throw error as Error;
    } finally {
      await db.destroy();
    }
  },
};

let lab: JsLab;
beforeAll(async () => {
  lab = await openJsLab(migrator);
});
afterAll(() => lab.close());

test.each(jsFixtures('kysely'))('$name', async (fixture) => {
  expect((await provedFixture(lab, fixture)).join('\n')).toBe('');
});
