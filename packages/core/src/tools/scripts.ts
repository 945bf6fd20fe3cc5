/**
 * Tools whose migrations are written in JavaScript or TypeScript. Here stands what can be told from names and from single words of
 * their files; what stands in a migration is read by @idempotify/javascript.
 */
import { anyNumbered, dependsOn, sampleShare } from './folder.ts';
import { basename, byName, isScript, sortedBy } from './paths.ts';
import {
  knexBaseline,
  kyselyBaseline,
  mikroOrmBaseline,
  sequelizeBaseline,
  typeormBaseline,
} from './scripts-baseline.ts';
import type { Baselines, Ignored, Tool, Transactions } from './types.ts';

interface ScriptTool {
  readonly name: string;
  readonly title: string;
  readonly noTransaction?: string;
  /** npm packages of the tool. */
  readonly packages: readonly string[];
  /** What only its migrations say. */
  readonly mark: RegExp;
  readonly transactions: Transactions;
  readonly edited: string;
  /** The order in which the tool runs the files; by name unless it says otherwise. */
  readonly order?: (files: readonly string[]) => string[];
  readonly baseline: (select: Tool['select']) => Baselines;
}

const NOT_MIGRATIONS = /(?:^|\/)(?:index|.*\.(?:test|spec|stories))\.[cm]?[jt]sx?$|(?:^|\/)__tests__\//i;

function scriptTool({
  name,
  title,
  noTransaction,
  packages,
  mark,
  transactions,
  edited,
  order,
  baseline,
}: ScriptTool): Tool {
  const tool: Omit<Tool, 'baseline'> = {
    name,
    title,
    scripts: true,
    ...(noTransaction === undefined ? {} : { noTransaction }),
    detect(folder) {
      if (sampleShare(folder, mark, 'scripts') < 0.5) return 0;
      const known = packages.some((dependency) => dependsOn(folder, dependency));
      return (known ? 88 : 80) + (anyNumbered(folder, isScript) ? 4 : 0);
    },
    select(files) {
      const all = new Set(files);
      const up: string[] = [];
      const ignored: Ignored[] = [];
      for (const path of files) {
        if (!isScript(path)) ignored.push({ path, reason: `${title} runs no .sql file of its own accord` });
        else if (NOT_MIGRATIONS.test(path)) ignored.push({ path, reason: 'not a migration, by its name' });
        else if (/\.[cm]?js$/.test(path) && all.has(path.replace(/js$/, 'ts')))
          ignored.push({ path, reason: 'compiled from the TypeScript file beside it' });
        else up.push(path);
      }
      return { up: order ? order(up) : up.sort((a, b) => byName(basename(a), basename(b))), ignored };
    },
    sections: () => ({ up: [], problems: [] }),
    transactions: () => transactions,
    edited,
  };
  return { ...tool, baseline: baseline((files, folder) => tool.select(files, folder)) };
}

/** TypeORM sorts by the number behind the class' name, which its generator also puts in front of the file's. */
const byTimestamp = (files: readonly string[]): string[] =>
  sortedBy(
    files,
    (path) => Number(/\d{10,}/.exec(basename(path))?.[0] ?? Number.MAX_SAFE_INTEGER),
    (a, b) => a - b,
  );

export const typeorm = scriptTool({
  name: 'typeorm',
  title: 'TypeORM',
  noTransaction: '`transaction = false` in the class, with `--transaction each`',
  packages: ['typeorm'],
  mark: /\b(?:MigrationInterface|QueryRunner|queryRunner)\b/,
  transactions: {
    scope: 'all-pending',
    concurrently: 'no',
    note: 'TypeORM runs all pending migrations in one transaction unless --transaction says otherwise.',
  },
  edited: 'TypeORM keeps no checksum: an edited file that was applied is not noticed and not run again.',
  order: byTimestamp,
  baseline: typeormBaseline,
});

export const knex = scriptTool({
  name: 'knex',
  title: 'Knex',
  noTransaction: '`exports.config = { transaction: false }`',
  packages: ['knex', 'objection'],
  mark: /\bknex\b/i,
  transactions: {
    scope: 'all-pending',
    concurrently: 'no',
    note: 'Knex runs all pending migrations in one transaction unless one of them, or the knexfile, says otherwise.',
  },
  edited:
    'Knex keeps no checksum: an edited file that was applied is not noticed and not run again. Its name must not change.',
  baseline: knexBaseline,
});

export const sequelize = scriptTool({
  name: 'sequelize',
  title: 'Sequelize',
  packages: ['sequelize', 'sequelize-cli', '@sequelize/core', 'umzug'],
  mark: /\b(?:queryInterface|QueryInterface)\b/,
  transactions: {
    scope: 'statement',
    concurrently: 'yes',
    note: 'Sequelize uses no transaction of its own: every call is committed.',
  },
  edited: 'Sequelize keeps no checksum: an edited file that was applied is not noticed and not run again.',
  baseline: sequelizeBaseline,
});

export const mikroOrm = scriptTool({
  name: 'mikro-orm',
  title: 'MikroORM',
  noTransaction: '`isTransactional() { return false; }`, with `allOrNothing: false`',
  packages: ['@mikro-orm/migrations', '@mikro-orm/core'],
  mark: /@mikro-orm\/migrations|\bextends\s+(?:\w+\.)?Migration\b/,
  transactions: {
    scope: 'all-pending',
    concurrently: 'no',
    note: 'MikroORM runs all pending migrations in one transaction unless allOrNothing is false.',
  },
  edited: 'MikroORM keeps no checksum: an edited file that was applied is not noticed and not run again.',
  baseline: mikroOrmBaseline,
});

export const kysely = scriptTool({
  name: 'kysely',
  title: 'Kysely',
  packages: ['kysely'],
  mark: /\bKysely\b|['"]kysely['"]/,
  transactions: {
    scope: 'all-pending',
    concurrently: 'no',
    note: 'Kysely runs all pending migrations in one transaction unless it is told otherwise.',
  },
  edited: 'Kysely keeps no checksum: an edited file that was applied is not noticed and not run again.',
  baseline: kyselyBaseline,
});
