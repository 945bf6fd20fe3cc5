/** The transforms as jscodeshift runs them: each alone, on a file of its tool. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { build, execute, folder } from '../cli/harness.ts';

beforeAll(build);

const root = path.resolve(import.meta.dirname, '../..');

const sources: Readonly<Record<string, readonly [file: string, text: string, rewritten: RegExp]>> = {
  typeorm: [
    '1700000000000-a.ts',
    `import { MigrationInterface, QueryRunner } from 'typeorm';
export class A1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner) { await queryRunner.query('DROP TABLE a'); }
}
`,
    /DROP TABLE IF EXISTS a/,
  ],
  'mikro-orm': [
    'Migration20240101000000.ts',
    `import { Migration } from '@mikro-orm/migrations';
export class Migration20240101000000 extends Migration {
  override async up() { this.addSql('DROP TABLE a'); }
}
`,
    /DROP TABLE IF EXISTS a/,
  ],
  knex: [
    '20240101000000_a.js',
    "exports.up = async (knex) => {\n  await knex.schema.dropTable('a');\n};\n",
    /dropTableIfExists\('a'\)/,
  ],
  kysely: [
    '20240101_a.ts',
    "import { Kysely } from 'kysely';\nexport async function up(db: Kysely<any>) {\n  await db.schema.dropTable('a').execute();\n}\n",
    /dropTable\('a'\)\.ifExists\(\)/,
  ],
  sequelize: [
    '20240101000000-a.js',
    "module.exports = {\n  up: async (queryInterface) => {\n    await queryInterface.sequelize.query('DROP TABLE a');\n  },\n};\n",
    /DROP TABLE IF EXISTS a/,
  ],
  'node-pg-migrate': [
    '1700000000000_a.js',
    "exports.up = (pgm) => {\n  pgm.dropTable('a');\n};\n",
    /dropTable\('a', \{ ifExists: true \}\)/,
  ],
};

it.each(Object.entries(sources))('%s', (tool, [file, text, rewritten]) => {
  const at = folder({ [`migrations/${file}`]: text });
  const jscodeshift = path.join(root, 'node_modules/jscodeshift/bin/jscodeshift.js');
  const transform = path.join(root, 'codemods', tool);
  const run = (): string => {
    const { code, stdout, stderr } = execute(at, process.execPath, [
      jscodeshift,
      ...['-t', transform, '--extensions=js,ts', '--run-in-band', 'migrations'],
    ]);
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  };
  expect(run()).toMatch(/1 ok/);
  const after = fs.readFileSync(path.join(at, 'migrations', file), 'utf8');
  expect(after).toMatch(rewritten);
  // one of them shows how jscodeshift is told that nothing had to be done
  if (tool !== 'knex') return;
  expect(run()).toMatch(/1 unmodified/);
  expect(fs.readFileSync(path.join(at, 'migrations', file), 'utf8')).toBe(after);
});
