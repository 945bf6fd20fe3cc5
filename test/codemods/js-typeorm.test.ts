/** Migrations of TypeORM, rewritten, through TypeORM itself. */
import { DataSource, type MigrationInterface } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imported, jsFixtures, ledger, openJsLab, type JsLab, type JsMigrator } from './js-harness.ts';

const typeorm: JsMigrator = {
  name: 'typeorm',
  pgFrom: 'typeorm',
  async run(_folder, url, files) {
    const migrations: (new () => MigrationInterface)[] = [];
    for (const file of files) {
      for (const value of Object.values(await imported(file))) {
        if (typeof value === 'function') migrations.push(value as new () => MigrationInterface);
      }
    }
    const source = new DataSource({ type: 'postgres', url, migrations, migrationsTableName: ledger });
    await source.initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
  },
};

let lab: JsLab;
beforeAll(async () => {
  lab = await openJsLab(typeorm);
});
afterAll(() => lab.close());

// until there is a rewriter: every original runs
test.each(jsFixtures('typeorm'))('$name', async ({ input, extension, before }) => {
  const proof = { original: input, rewritten: input, extension, before, refused: true };
  expect(await lab.prove(proof)).toEqual([]);
});
