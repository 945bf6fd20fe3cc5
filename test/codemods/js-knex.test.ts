/** Migrations of Knex, rewritten, through Knex itself. */
import path from 'node:path';
import Knex, { type Knex as KnexTypes } from 'knex';
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

interface Builder {
  _sequence?: unknown[];
  _schema?: string;
}
interface Runner {
  run(): Promise<unknown>;
}
interface Client {
  runner(builder: Builder): Runner;
  schemaBuilder(): Builder;
}

/** Every call of a chain on `knex.schema` on its own, as one call of the API. */
function watch(client: Client, call: Call): () => void {
  const prototype = Object.getPrototypeOf(client) as Client;
  const own = Object.hasOwn(prototype, 'runner');
  const runner = prototype.runner;
  prototype.runner = function (builder) {
    const original = runner.call(this, builder);
    const links = builder._sequence;
    if (!links) return original;
    return {
      run: async () => {
        let result: unknown;
        for (const link of links) {
          const one = this.schemaBuilder();
          one._sequence = [link];
          if (builder._schema !== undefined) one._schema = builder._schema;
          result = await call(() => runner.call(this, one).run());
        }
        return result;
      },
    };
  };
  return () => {
    if (own) prototype.runner = runner;
    else delete (prototype as Partial<Client>).runner;
  };
}

const migrator: JsMigrator = {
  name: 'knex',
  pgFrom: 'knex',
  async run(_folder, url, files, call) {
    const modules = new Map<string, KnexTypes.Migration & { config?: { transaction?: boolean } }>();
    for (const file of files)
      modules.set(path.basename(file), (await imported(file)) as unknown as KnexTypes.Migration);
    const knex = Knex({ client: 'pg', connection: url, pool: { min: 0, max: 4 }, log: { warn() {}, deprecate() {} } });
    const apart = [...modules.values()].some(({ config }) => config?.transaction === false);
    const stop = apart ? undefined : watch(knex.client as Client, call);
    try {
      await knex.migrate.latest({
        tableName: ledger,
        migrationSource: {
          getMigrations: () => Promise.resolve([...modules.keys()]),
          getMigrationName: (name) => name as string,
          getMigration: (name) => Promise.resolve(modules.get(name as string) as KnexTypes.Migration),
        },
      });
    } finally {
      stop?.();
      await knex.destroy();
    }
  },
};

let lab: JsLab;
beforeAll(async () => {
  lab = await openJsLab(migrator);
});
afterAll(() => lab.close());

test.each(jsFixtures('knex'))('$name', async (fixture) => {
  expect((await provedFixture(lab, fixture)).join('\n')).toBe('');
});
