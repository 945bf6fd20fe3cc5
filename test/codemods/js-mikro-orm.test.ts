/** Migrations of MikroORM, rewritten, through MikroORM itself. */
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsFixtures, ledger, openJsLab, provedFixture, type JsLab, type JsMigrator } from './js-harness.ts';

const mikroOrm: JsMigrator = {
  name: 'mikro-orm',
  // it has a `pg` of its own
  pgFrom: '@mikro-orm/postgresql',
  fileName: (source) => /\bMigration\d{14}\b/.exec(source)?.[0] ?? 'Migration20260101000000',
  async run(folder, url) {
    const orm = await MikroORM.init({
      entities: [],
      discovery: { warnWhenNoEntities: false },
      clientUrl: url,
      extensions: [Migrator],
      // what it says goes nowhere
      logger: () => {},
      migrations: { path: folder, glob: '*.js', tableName: ledger, allOrNothing: true },
    });
    try {
      await orm.getMigrator().up();
    } finally {
      await orm.close(true);
    }
  },
};

let lab: JsLab;
beforeAll(async () => {
  lab = await openJsLab(mikroOrm);
});
afterAll(() => lab.close());

test.each(jsFixtures('mikro-orm'))('$name', async (fixture) => {
  expect(await provedFixture(lab, fixture)).toEqual([]);
});
