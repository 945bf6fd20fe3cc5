/** Migrations of Sequelize, rewritten, through Sequelize and what runs its migrations: Umzug, as sequelize-cli does it, and on its own. */
import { createRequire } from 'node:module';
import { Sequelize, type QueryInterface } from 'sequelize';
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

interface Runner {
  up(): Promise<unknown>;
}
/** sequelize-cli brings an Umzug of its own, which hands `queryInterface` and `Sequelize` to a migration. */
const cli = createRequire(createRequire(import.meta.url).resolve('sequelize-cli/package.json'));
const CliUmzug = cli('umzug') as new (options: object) => Runner;
/** Today's Umzug hands over one object; MikroORM brings it. */
const mikro = createRequire(createRequire(import.meta.url).resolve('@mikro-orm/migrations'));
const { Umzug, SequelizeStorage } = mikro('umzug') as {
  readonly Umzug: new (options: object) => Runner;
  readonly SequelizeStorage: new (options: object) => object;
};

type Up = (...args: readonly unknown[]) => unknown;

const sequelize: JsMigrator = {
  name: 'sequelize',
  pgFrom: 'sequelize',
  async run(folder, url, files, call) {
    const connection = new Sequelize(url, { dialect: 'postgres', logging: false });
    const context = watched(connection.getQueryInterface(), call);
    try {
      const storage = { sequelize: connection, modelName: ledger, tableName: ledger };
      const [file] = files;
      if (file === undefined) return;
      const { up } = (await imported(file)) as { readonly up: Up };
      if (/^\s*(?:async\s*)?(?:up\s*)?\(?\s*\{/.test(up.toString())) {
        await new Umzug({
          migrations: files.map((path) => ({ name: path, up: (params: unknown) => Promise.resolve(up(params)) })),
          context,
          storage: new SequelizeStorage(storage),
          logger: undefined,
        }).up();
      } else {
        await new CliUmzug({
          storage: 'sequelize',
          storageOptions: storage,
          logging: false,
          migrations: { params: [context, Sequelize], path: folder, pattern: /\.(cjs|js)$/ },
        }).up();
      }
    } finally {
      await connection.close();
    }
  },
};

/** The query interface, whose methods are calls where they get a transaction: that keeps together what they send. */
function watched(given: QueryInterface, call: Call): QueryInterface {
  return new Proxy(given, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => {
        const run = (): Promise<unknown> => method.apply(target, args);
        const inside = args.some((arg) => typeof arg === 'object' && arg !== null && 'transaction' in arg);
        return inside ? call(run) : run();
      };
    },
  });
}

let lab: JsLab;
beforeAll(async () => {
  lab = await openJsLab(sequelize);
});
afterAll(() => lab.close());

test.each(jsFixtures('sequelize'))('$name', async (fixture) => {
  expect(await provedFixture(lab, fixture)).toEqual([]);
});
