/** Migrations of node-pg-migrate, rewritten, through node-pg-migrate itself. */
import { runner } from 'node-pg-migrate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsFixtures, ledger, openJsLab, provedFixture, type JsLab, type JsMigrator } from './js-harness.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const nodePgMigrate: JsMigrator = {
  name: 'node-pg-migrate',
  pgFrom: 'node-pg-migrate',
  async run(folder, url) {
    await runner({
      databaseUrl: url,
      dir: folder,
      direction: 'up',
      migrationsTable: ledger,
      logger: silent,
    });
  },
};

let lab: JsLab;
beforeAll(async () => {
  lab = await openJsLab(nodePgMigrate);
});
afterAll(() => lab.close());

test.each(jsFixtures('node-pg-migrate'))('$name', async (fixture) => {
  expect(await provedFixture(lab, fixture)).toEqual([]);
});
