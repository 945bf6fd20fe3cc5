/** Migrations of TypeORM, rewritten, through TypeORM itself. */
import { parseJavaScript, readMigration, typeorm as typeormTool } from '@idempotify/javascript';
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

/** The schema that it is connected to stands in front of some names. */
const normal = (sql: string): string =>
  sql
    .replaceAll('"public".', '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1')
    .replace(/;$/, '')
    .trim();

// what is said of its calls is what they send, names included
test.each([
  '09_create_tables',
  '10_add_columns',
  '11_keys_and_indexes',
  '20_schemas_and_views',
  '23_column_with_a_key_of_its_own',
])('%s: the SQL of its calls', async (name) => {
  const fixture = jsFixtures('typeorm').find((each) => each.name === name);
  const parsed = parseJavaScript(fixture?.input ?? '', '1.ts');
  if (!fixture || parsed.kind !== 'program') throw new Error(`there is no ${name}`);
  const sent = await lab.sent(fixture.input, fixture.extension, fixture.before);
  // comments on columns are sent in the same query as their table
  const texts = sent.flatMap(({ text }) =>
    text.split('; COMMENT').map((part, at) => normal(at > 0 ? `COMMENT${part}` : part)),
  );
  const steps = readMigration(parsed.program, fixture.input, typeormTool)?.steps ?? [];
  const told = steps
    .filter(({ kind }) => kind === 'builder')
    .flatMap(({ parts }) => parts.map(({ sql }) => normal(sql.text)));
  expect(told.length).toBeGreaterThan(3);
  expect(told.filter((sql) => !texts.includes(sql))).toEqual([]);
});
