/** Migrations of TypeORM, rewritten, through TypeORM itself. */
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  imported,
  jsFixtures,
  ledger,
  openJsLab,
  provedFixture,
  type Call,
  type JsLab,
  type JsMigrator,
} from './js-harness.ts';

type MigrationClass = new () => MigrationInterface;

const typeorm: JsMigrator = {
  name: 'typeorm',
  pgFrom: 'typeorm',
  async run(_folder, url, files, call) {
    const classes: MigrationClass[] = [];
    for (const file of files) {
      const module = await imported(file);
      for (const value of typeof module === 'function' ? [module] : Object.values(module)) {
        if (typeof value === 'function') classes.push(value as MigrationClass);
      }
    }
    const apart = classes.some((one) => new one().transaction === false);
    const source = new DataSource({
      type: 'postgres',
      url,
      migrations: apart ? classes : classes.map((one) => watched(one, call)),
      migrationsTableName: ledger,
      migrationsTransactionMode: apart ? 'each' : 'all',
    });
    await source.initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
  },
};

/** The migration, with a query runner whose builder methods are calls. */
function watched(one: MigrationClass, call: Call): MigrationClass {
  const Watched = class extends one {
    override async up(queryRunner: QueryRunner): Promise<void> {
      const proxy = new Proxy(queryRunner, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          const method = value as (...args: unknown[]) => Promise<unknown>;
          const builds = /^(create|drop|add|rename|change|update)/.test(String(name)) && name !== 'createQueryBuilder';
          return (...args: unknown[]) => {
            const run = (): Promise<unknown> => method.apply(target, args);
            return builds ? call(run) : run();
          };
        },
      });
      await super.up(proxy);
    }
  };
  Object.defineProperty(Watched, 'name', { value: one.name });
  return Watched;
}

let lab: JsLab;
beforeAll(async () => {
  lab = await openJsLab(typeorm);
});
afterAll(() => lab.close());

test.each(jsFixtures('typeorm'))('$name', async (fixture) => {
  expect(await provedFixture(lab, fixture)).toEqual([]);
});
