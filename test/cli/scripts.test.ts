/** Migrations in JavaScript and TypeScript on the command line: found, rewritten in place, never lost; what no tool claims is left alone. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, folder, repository, run, tree } from './harness.ts';

beforeAll(build);

const migration = (sql: string, name = 'A1700000000000'): string =>
  `import { MigrationInterface, QueryRunner } from 'typeorm';

export class ${name} implements MigrationInterface {
    // what it is for: ü
    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(${sql});
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query('DROP TABLE "a"');
    }
}
`;

describe('migrations in TypeScript', () => {
  it('are found by what stands in them, in a project with other scripts', () => {
    const at = folder({
      'package.json': '{ "dependencies": { "typeorm": "1.1.1" } }',
      'src/migrations/1700000000000-A.ts': migration('`DROP TABLE "b"`'),
      'src/migrations/1700000000001-B.ts': migration('`SELECT 1`', 'B1700000000001'),
      'src/1_page.ts': 'export const up = 1;',
      'src/migrations/index.ts': "export * from './1700000000000-A';",
      'sql/001_a.sql': 'DROP TABLE c;\n',
    });
    const before = tree(at);
    const { code, stdout } = run(at, ['.', '--no-config']);
    expect(stdout).toMatch(/TypeORM, 2 migrations in src\/migrations/);
    expect(stdout).toMatch(/rewritten src\/migrations\/1700000000000-A\.ts \(1 native\)/);
    expect(code).toBe(0);
    expect(tree(at)).toEqual({
      ...before,
      'src/migrations/1700000000000-A.ts': before['src/migrations/1700000000000-A.ts']!.replace(
        'DROP TABLE "b"',
        'DROP TABLE IF EXISTS "b"',
      ),
      'sql/001_a.sql': 'DROP TABLE IF EXISTS c;\n',
    });
    expect(run(at, ['.', '--no-config', '--check']).code).toBe(0);
  });

  it('keep a BOM, CRLF and every other byte', () => {
    const text = `\ufeff${migration('\'ALTER TABLE "ü" ADD COLUMN "x\\\\y" text\'')}`.replaceAll('\n', '\r\n');
    const at = folder({ 'migrations/1700000000000-A.ts': text });
    expect(run(at, ['migrations', '--no-config', '--guard', 'name']).code).toBe(0);
    const after = fs.readFileSync(path.join(at, 'migrations/1700000000000-A.ts'), 'utf8');
    expect(after).toBe(text.replace('ADD COLUMN', 'ADD COLUMN IF NOT EXISTS'));
  });

  it('take what earlier ones have made into account', () => {
    const at = folder({
      'migrations/1-a.ts': migration("'CREATE TABLE t (id int PRIMARY KEY, old int)'", 'A1700000000001'),
      'migrations/2-b.ts': migration("'UPDATE t SET id = id + 1'", 'B1700000000002'),
    });
    const { code, stdout } = run(at, ['migrations', '--no-config']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/refused migrations\/2-b\.ts:6:15 UPDATE/);
  });

  it('are left alone where something is sent that nobody can know', () => {
    const text = migration("'DROP TABLE a');\n        await queryRunner.query(readFileSync('x.sql', 'utf8')");
    const at = folder({ 'migrations/1700000000000-A.ts': text });
    const { code, stdout } = run(at, ['migrations', '--no-config']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/it is not known what is sent/);
    expect(fs.readFileSync(path.join(at, 'migrations/1700000000000-A.ts'), 'utf8')).toBe(text);
  });

  it('that do not parse are told with their place, and the others are rewritten', () => {
    const at = folder({
      'migrations/1700000000000-A.ts': migration("'DROP TABLE a'"),
      'migrations/1700000000001-B.ts': 'import { QueryRunner } from "typeorm";\nexport class {{{',
    });
    const { code, stdout, stderr } = run(at, ['migrations', '--no-config']);
    expect(stdout + stderr).toMatch(/1700000000001-B\.ts:2:\d+/);
    expect(code).not.toBe(0);
    expect(fs.readFileSync(path.join(at, 'migrations/1700000000000-A.ts'), 'utf8')).toContain('DROP TABLE IF EXISTS a');
  });

  it('come through standard input', () => {
    const { code, stdout } = run(
      folder(),
      ['--stdin', '--stdin-filepath', 'migrations/1700000000000-A.ts', '--tool', 'typeorm', '--no-config'],
      {
        input: migration("'DROP TABLE a'"),
      },
    );
    expect(stdout).toBe(migration("'DROP TABLE IF EXISTS a'"));
    expect(code).toBe(0);
  });

  it('count as applied once they are committed', () => {
    const at = repository({ 'migrations/1700000000000-A.ts': migration("'DROP TABLE a'") });
    expect(run(at, ['migrations', '--no-config']).stdout).toMatch(/1 already committed, left alone/);
  });

  it('a script that is no migration is told, when it is named', () => {
    const at = folder({ 'a.ts': 'export {};', 'empty/readme.ts': 'export {};' });
    const { code, stdout, stderr } = run(at, ['a.ts', '--no-config', '--json']);
    expect(stdout + stderr).toMatch(/nothing shows that it is a migration/);
    expect(code).toBe(0);
    expect(run(at, ['empty']).stderr).toMatch(/no script that looks like a migration of TypeORM, Knex/);
  });
});

describe('verify', () => {
  it('says that it can not run them, and proves nothing of them', () => {
    const at = folder({ 'migrations/1700000000000-A.ts': migration("'DROP TABLE a'") });
    const { code, stdout, stderr } = run(at, ['verify', 'migrations', '--no-config']);
    expect(stdout + stderr).toMatch(
      /verify runs SQL: 1 migration in JavaScript or TypeScript is left out, since only TypeORM itself can run it/,
    );
    expect(stdout).not.toMatch(/proven/);
    expect(code).toBe(2);
  });
});

describe('the README', () => {
  it('shows what is really written', () => {
    const readme = fs.readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8');
    const [before = '', after = ''] = [...readme.matchAll(/```ts\n([\s\S]*?)\n```/g)].map(([, code]) => code!);
    const wrapped = (code: string): string =>
      `import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

export class A1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
${code.replace(/^/gm, '    ')}
  }
}
`;
    const at = folder({ 'migrations/1700000000000-A.ts': wrapped(before) });
    expect(run(at, ['migrations', '--no-config']).code).toBe(0);
    expect(fs.readFileSync(path.join(at, 'migrations/1700000000000-A.ts'), 'utf8')).toBe(wrapped(after));
  });
});
