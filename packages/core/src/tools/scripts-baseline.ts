/** The baseline in the tools whose migrations are JavaScript or TypeScript: the SQL as one template literal, sent as one string. */
import { createHash } from 'node:crypto';
import { quoteLiteral } from '../quote.ts';
import {
  anyOf,
  ended,
  existing,
  fileName,
  knownMigrations,
  mustBeFirst,
  mustBeOnly,
  noComplaint,
  numberBefore,
  slug,
  stamp,
  tableRef,
  templateText,
  throwDown,
  unknownRows,
  unorderedRows,
  withoutExtension,
} from './baseline.ts';
import { isScript } from './paths.ts';
import type { BaselineInput, BaselineLedger, Baselines, FolderView, LedgerInput, Tool } from './types.ts';

interface Language {
  readonly extension: string;
  readonly typescript: boolean;
  /** `import` and `export`; otherwise CommonJS. */
  readonly modules: boolean;
}

/** Written like the migration that was added last; without one, as the project's own files say. */
function languageOf(folder: FolderView, migrations: readonly string[], typescript: readonly string[]): Language {
  const last = migrations.filter(isScript).at(-1);
  if (last !== undefined) {
    const extension = last.slice(last.lastIndexOf('.'));
    const typed = extension.endsWith('ts');
    const modules = !/^\.c/.test(extension) && (typed || /^\s*(?:export|import)\s/m.test(folder.read(last)));
    return { extension, typescript: typed, modules };
  }
  if (typescript.some((name) => folder.parentHas(name))) return { extension: '.ts', typescript: true, modules: true };
  const modules = /"type"\s*:\s*"module"/.test(folder.parentRead('package.json') ?? '');
  return { extension: '.js', typescript: false, modules };
}

const comment =
  '/** The schema as it was before its migrations. Each statement is guarded: where an object is there already, nothing happens. */\n';

interface Written {
  readonly language: Language;
  /** The name of the class, in tools that have classes. */
  readonly name: string;
  /** The SQL, with a line break in front. */
  readonly plain: string;
  /** The same, escaped for a template literal. */
  readonly sql: string;
}

/** `up` and `down` as functions of a module. */
function functions({ typescript, modules }: Language, parameter: string, type: string, up: string): string {
  const given = typescript ? `${parameter}: ${type}` : parameter;
  const result = typescript ? ': Promise<void>' : '';
  const down = `  ${throwDown}\n`;
  return modules
    ? `export async function up(${given})${result} {\n${up}}\n\nexport async function down()${result} {\n${down}}\n`
    : `exports.up = async function (${given}) {\n${up}};\n\nexports.down = async function () {\n${down}};\n`;
}

interface ScriptBaseline {
  readonly tool: string;
  /** Files which say that the project is in TypeScript. */
  readonly typescript: readonly string[];
  readonly file: (number: string, name: string) => string;
  /** 13 digits of milliseconds, or 14 of a date. */
  readonly number: 'milliseconds' | 'date';
  readonly className?: (number: string, name: string) => string;
  readonly text: (written: Written) => string;
  /** The tool can't load ES modules from this file name. */
  readonly commonJs?: boolean;
  readonly notes?: (input: BaselineInput) => string[];
  readonly ledger: (input: LedgerInput, known: string[], marks: string[]) => Omit<BaselineLedger, 'tool' | 'notes'>;
  readonly ledgerNote: string;
}

function scriptBaseline(select: Tool['select'], tool: ScriptBaseline): Baselines {
  return {
    files(input) {
      const others = existing(select, input.folder);
      const name = slug(input.name, 'baseline');
      mustBeOnly(others, name);
      const fresh = tool.number === 'date' ? stamp(input.time) : String(input.time.getTime());
      const number = numberBefore(others, input.time, 0, fresh);
      let language = languageOf(input.folder, others, tool.typescript);
      if (others.length === 0 && tool.commonJs === true && language.modules && !language.typescript)
        language = { extension: '.cjs', typescript: false, modules: false };
      const migration = tool.file(number, name) + language.extension;
      mustBeFirst(select, input.folder, migration, tool.tool);
      const plain = `\n${ended(input.sql)}`;
      const text = tool.text({
        language,
        name: tool.className?.(number, name) ?? '',
        plain,
        sql: templateText(plain),
      });
      return { migration, files: [{ path: migration, text }], notes: tool.notes?.(input) ?? [] };
    },
    ledger(input) {
      const known = knownMigrations(select, input, tool.tool);
      const marks = input.migrations.map((file) => file.path);
      return { tool: tool.tool, notes: [tool.ledgerNote], ...tool.ledger(input, known, marks) };
    },
  };
}

const exists = (table: string, column: string, name: string): string =>
  `EXISTS (SELECT FROM ${table} WHERE ${column} = ${quoteLiteral(name)})`;

/**
 * knex takes `?` for a parameter and `\?` for a question mark, and drops all backslashes in front of one
 * (positionBindings, lib/dialects/postgres/index.js, 3.3.0): a backslash before a question mark can't be said to raw().
 */
const beyondRaw = /\\\?/;

export const knexBaseline = (select: Tool['select']): Baselines =>
  scriptBaseline(select, {
    tool: 'Knex',
    typescript: ['knexfile.ts'],
    number: 'date',
    file: (number, name) => `${number}_${name}`,
    text: ({ language, plain, sql }) => {
      const up = beyondRaw.test(plain)
        ? '  // not raw(): it would eat the backslashes in front of question marks\n' +
          '  const connection = await knex.client.acquireConnection();\n' +
          `  try {\n    await connection.query(\`${sql}\`);\n  } finally {\n    await knex.client.releaseConnection(connection);\n  }\n`
        : `  await knex.raw(\`${templateText(plain.replaceAll('?', '\\?'))}\`);\n`;
      const head = language.typescript ? "import type { Knex } from 'knex';\n\n" : '';
      return head + comment + functions(language, 'knex', 'Knex', up);
    },
    ledgerNote: 'The table is knex_migrations (the default name), in the first schema of search_path.',
    ledger(input, known, marks) {
      const table = tableRef(input.schema, input.table ?? 'knex_migrations');
      const lock = tableRef(input.schema, `${input.table ?? 'knex_migrations'}_lock`);
      const names = marks.map(fileName);
      const batch = `(SELECT coalesce(max(batch), 0) + 1 FROM ${table} WHERE name NOT IN (${names.map(quoteLiteral).join(', ')}))`;
      return {
        table,
        // lib/migrations/migrate/table-creator.js, as its schema builder prints it
        create: [
          `CREATE TABLE ${table} ("id" serial primary key, "name" varchar(255), "batch" integer, "migration_time" timestamptz)`,
          `CREATE TABLE IF NOT EXISTS ${lock} ("index" serial primary key, "is_locked" integer)`,
          `INSERT INTO ${lock} ("is_locked") SELECT 0 WHERE NOT EXISTS (SELECT FROM ${lock})`,
        ],
        contradictions: unknownRows(table, 'name', known.map(fileName), 'Knex'),
        rows: names.map((name) => ({
          name,
          there: exists(table, 'name', name),
          insert: `INSERT INTO ${table} (name, batch, migration_time) VALUES (${quoteLiteral(name)}, ${batch}, pg_catalog.now())`,
        })),
      };
    },
  });

/** `baseline_of_2024` -> `BaselineOf2024`, which must not end in a digit: the timestamp follows. */
const pascal = (name: string): string => {
  const joined = name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return /^\d/.test(joined) ? `M${joined}` : joined;
};

export const typeormBaseline = (select: Tool['select']): Baselines =>
  scriptBaseline(select, {
    tool: 'TypeORM',
    typescript: ['tsconfig.json', 'data-source.ts'],
    number: 'milliseconds',
    file: (number, name) => `${number}-${pascal(name)}`,
    className: (number, name) => `${pascal(name)}${number}`,
    text: ({ language, name, sql }) => {
      const { typescript, modules } = language;
      const runner = typescript ? 'queryRunner: QueryRunner' : 'queryRunner';
      const result = typescript ? ': Promise<void>' : '';
      const access = typescript ? 'public ' : '';
      return (
        (typescript ? "import type { MigrationInterface, QueryRunner } from 'typeorm';\n\n" : '') +
        comment +
        (modules ? `export class ${name}` : `module.exports = class ${name}`) +
        `${typescript ? ' implements MigrationInterface' : ''} {\n  name = '${name}';\n\n` +
        `  ${access}async up(${runner})${result} {\n    await queryRunner.query(\`${sql}\`);\n  }\n\n` +
        `  ${access}async down()${result} {\n    ${throwDown}\n  }\n}${modules ? '' : ';'}\n`
      );
    },
    ledgerNote: 'The table is migrations (the default name), in the first schema of search_path.',
    ledger(input, _known, marks) {
      const table = tableRef(input.schema, input.table ?? 'migrations');
      const rows = marks.map((path) => {
        const name = typeormName(input, path);
        // MigrationExecutor.getMigrations: the last 13 characters of the class' name
        return { name, timestamp: /\d{13}$/.exec(name)?.[0] ?? '0' };
      });
      return {
        table,
        // MigrationExecutor.createMigrationsTableIfNotExist; the name of the key is DefaultNamingStrategy's
        create: [
          `CREATE TABLE ${table} ("id" SERIAL NOT NULL, "timestamp" bigint NOT NULL, "name" character varying NOT NULL, CONSTRAINT ${typeormKey(input.table ?? 'migrations')} PRIMARY KEY ("id"))`,
        ],
        contradictions: noComplaint,
        rows: rows.map(({ name, timestamp }) => ({
          name,
          there: exists(table, 'name', name),
          insert: `INSERT INTO ${table} ("timestamp", "name") VALUES (${timestamp}, ${quoteLiteral(name)})`,
        })),
      };
    },
  });

/** `name = '…'` in the class, or the class' own name. */
function typeormName(input: LedgerInput, path: string): string {
  const text = input.migrations.find((file) => file.path === path)?.text ?? '';
  const given = /\bname\s*(?::\s*string\s*)?=\s*(['"`])([^'"`]+)\1/.exec(text)?.[2];
  const name = given ?? /\bclass\s+(\w+)/.exec(text)?.[1];
  return name ?? withoutExtension(fileName(path)).replace(/^(\d+)-(.*)$/, '$2$1');
}

export const sequelizeBaseline = (select: Tool['select']): Baselines =>
  scriptBaseline(select, {
    tool: 'Sequelize',
    typescript: [],
    number: 'date',
    commonJs: true,
    file: (number, name) => `${number}-${name.replaceAll('_', '-')}`,
    text: ({ language, sql }) => {
      const up = `await queryInterface.sequelize.query(\`${sql}\`);`;
      if (language.modules) {
        const head = language.typescript ? "import type { QueryInterface } from 'sequelize';\n\n" : '';
        return head + comment + functions(language, 'queryInterface', 'QueryInterface', `  ${up}\n`);
      }
      return `'use strict';\n\n${comment}module.exports = {\n  async up(queryInterface) {\n    ${up}\n  },\n\n  async down() {\n    ${throwDown}\n  },\n};\n`;
    },
    ledgerNote: 'Table "SequelizeMeta" (the default name) in the first schema of search_path.',
    ledger(input, _known, marks) {
      const table = tableRef(input.schema, input.table ?? 'SequelizeMeta');
      return {
        table,
        // umzug 2, lib/storages/SequelizeStorage.js, as Model.sync() prints it
        create: [`CREATE TABLE ${table} ("name" VARCHAR(255) NOT NULL UNIQUE, PRIMARY KEY ("name"))`],
        contradictions: noComplaint,
        rows: marks.map(fileName).map((name) => ({
          name,
          there: exists(table, 'name', name),
          insert: `INSERT INTO ${table} ("name") VALUES (${quoteLiteral(name)})`,
        })),
      };
    },
  });

export const mikroOrmBaseline = (select: Tool['select']): Baselines =>
  scriptBaseline(select, {
    tool: 'MikroORM',
    typescript: ['mikro-orm.config.ts'],
    number: 'date',
    file: (number, name) => `Migration${number}_${name}`,
    className: (number, name) => `Migration${number}_${name}`,
    text: ({ language, name, sql }) => {
      const { typescript, modules } = language;
      const result = typescript ? ': Promise<void>' : '';
      const own = typescript ? 'override ' : '';
      return (
        (modules
          ? "import { Migration } from '@mikro-orm/migrations';\n\n"
          : "'use strict';\nconst { Migration } = require('@mikro-orm/migrations');\n\n") +
        comment +
        `${modules ? 'export ' : ''}class ${name} extends Migration {\n` +
        `  ${own}async up()${result} {\n    this.addSql(\`${sql}\`);\n  }\n\n` +
        `  ${own}async down()${result} {\n    ${throwDown}\n  }\n}\n` +
        (modules ? '' : `exports.${name} = ${name};\n`)
      );
    },
    notes: () => [
      'MikroORM compares its entities with .snapshot-<database>.json beside the migrations: where there is none yet, run `mikro-orm migration:create` on a database that has the baseline, so that it looks there.',
    ],
    ledgerNote: 'The table is mikro_orm_migrations (the default name), in the schema public.',
    ledger(input, _known, marks) {
      const table = tableRef(input.schema ?? 'public', input.table ?? 'mikro_orm_migrations');
      return {
        table,
        // @mikro-orm/migrations, MigrationStorage.ensureTable
        create: [
          `CREATE TABLE ${table} ("id" serial primary key, "name" varchar(255), "executed_at" timestamptz default CURRENT_TIMESTAMP)`,
        ],
        contradictions: noComplaint,
        rows: marks
          .map((path) => fileName(path).replace(/\.[jt]s$/, ''))
          .map((name) => ({
            name,
            there: exists(table, 'name', name),
            insert: `INSERT INTO ${table} ("name") VALUES (${quoteLiteral(name)})`,
          })),
      };
    },
  });

export const kyselyBaseline = (select: Tool['select']): Baselines =>
  scriptBaseline(select, {
    tool: 'Kysely',
    typescript: ['kysely.config.ts', 'tsconfig.json'],
    number: 'milliseconds',
    file: (number, name) => `${number}_${name}`,
    text: ({ language, sql }) => {
      const imported = language.typescript ? 'type Kysely, sql' : 'sql';
      const head = language.modules
        ? `import { ${imported} } from 'kysely';\n\n`
        : "const { sql } = require('kysely');\n\n";
      // sql.raw: in a tagged template, a backslash would have to be doubled once more, depending on who reads it
      return (
        head + comment + functions(language, 'db', 'Kysely<unknown>', `  await sql.raw(\`${sql}\`).execute(db);\n`)
      );
    },
    ledgerNote: 'The table is kysely_migration (the default name), in the first schema of search_path.',
    ledger(input, known, marks) {
      const table = tableRef(input.schema, input.table ?? 'kysely_migration');
      const lock = tableRef(input.schema, `${input.table ?? 'kysely_migration'}_lock`);
      const name = (path: string): string => withoutExtension(fileName(path));
      const all = known.map(name);
      const names = marks.map(name);
      return {
        table,
        // dist/migration/migrator.js, #ensureMigrationTableExists and its neighbours
        create: [
          `CREATE TABLE ${table} ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null)`,
          `CREATE TABLE IF NOT EXISTS ${lock} ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null)`,
          `INSERT INTO ${lock} ("id", "is_locked") SELECT 'migration_lock', 0 WHERE NOT EXISTS (SELECT FROM ${lock} WHERE "id" = 'migration_lock')`,
        ],
        // dist/dialect/postgres/postgres-adapter.js, LOCK_ID
        lock: '3853314791062309107',
        contradictions: anyOf(
          unknownRows(table, 'name', all, 'Kysely'),
          unorderedRows(table, 'name', all, names, 'Kysely'),
        ),
        rows: names.map((each, at) => ({
          name: each,
          there: exists(table, 'name', each),
          // Kysely orders by this text, so no two may be the same
          insert: `INSERT INTO ${table} ("name", "timestamp") VALUES (${quoteLiteral(each)}, pg_catalog.to_char((pg_catalog.now() AT TIME ZONE 'UTC') + interval '${at} milliseconds', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`,
        })),
      };
    },
  });

/** DefaultNamingStrategy.primaryKeyName: PK_ and the start of a SHA-1 of table and column. */
const typeormKey = (table: string): string =>
  `"PK_${createHash('sha1').update(`${table}_id`).digest('hex').slice(0, 27)}"`;
