/** Migrations in JavaScript and TypeScript under ESLint, with its own parser and with that of typescript-eslint. */
import fs from 'node:fs';
import path from 'node:path';
import { lintFileOf } from '../support/scripts.ts';
import { Linter, RuleTester as RuleTester10, type ESLint } from 'eslint';
import plugin from 'eslint-plugin-idempotify';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, execute, folder } from '../cli/harness.ts';

// other versions have the same class, and types of their own
const { RuleTester: RuleTester9 } = (await import('eslint-9')) as unknown as { RuleTester: typeof RuleTester10 };
const { RuleTester: RuleTester915 } = (await import('eslint-9.15')) as unknown as { RuleTester: typeof RuleTester10 };

const versions = [
  ['10', RuleTester10],
  ['9', RuleTester9],
  ['9.15', RuleTester915],
] as const;
const parsers = [
  ['espree', {}],
  ['typescript-eslint', { parser: tseslint.parser }],
] as const;

type Cases = Parameters<RuleTester10['run']>[2];

const up = (body: string): string => `import 'typeorm';\nexport class A1 {\n  async up(q) {\n    ${body}\n  }\n}\n`;

const CASES: Readonly<Record<string, Cases>> = {
  'rerun-drop': {
    valid: [
      up(`await q.query('DROP TABLE IF EXISTS a');`),
      up(`await other.query('DROP TABLE a');`),
      `export class A1 { async down(q) { await q.query('DROP TABLE a'); } }`,
      `export const sql = 'DROP TABLE a';`,
    ],
    invalid: [
      {
        code: up(`await q.query(\`/* 😀 */ DROP TABLE "é\\u0061";\`);`),
        output: up(`await q.query(\`/* 😀 */ DROP TABLE IF EXISTS "é\\u0061";\`);`),
        errors: [{ line: 4, column: 29, endLine: 4, endColumn: 49, message: /table "éa" does not exist/ }],
      },
      {
        code: up(`await q.query('DROP TABLE a');`).replaceAll('\n', '\r\n'),
        output: up(`await q.query('DROP TABLE IF EXISTS a');`).replaceAll('\n', '\r\n'),
        errors: [{ line: 4, column: 20, endLine: 4, endColumn: 32, message: /table "a" does not exist/ }],
      },
      {
        code: up(`await q.query(\`\r\n  DROP TABLE \${this.name}\`);`),
        output: up(`await q.query(\`\r\n  DROP TABLE IF EXISTS \${this.name}\`);`),
        errors: [{ line: 5, column: 3, message: /table "\$\{this\.name\}" does not exist/ }],
      },
    ],
  },
  'rerun-table': {
    valid: [up(`if (!(await q.hasTable('a'))) await q.createTable(new Table({ name: 'a', columns: [] }));`)],
    invalid: [
      // a call is left to the author
      {
        code: `exports.up = (knex) => knex.schema.createTable('a', (t) => t.increments());`,
        output: null,
        errors: [
          { line: 1, column: 24, endColumn: 75, message: /relation "a" already exists .* Put a test in front of/ },
        ],
      },
    ],
  },
  'index-too-many-columns': {
    valid: [up(`await q.query('CREATE INDEX i ON a (b, c)');`)],
    invalid: [
      {
        code: up(`await q.query('CREATE INDEX i ON a (b, c)');`),
        options: [{ max: 1 }],
        errors: [{ line: 4, message: /2 columns/ }],
      },
    ],
  },
  'partial-guard': {
    valid: [`exports.up = (knex) => knex.schema.createTable('a', (t) => { t.increments(); });`],
    invalid: [
      {
        code: `exports.up = (knex) => knex.schema.createTableIfNotExists('a', (t) => { t.string('b').unique(); });`,
        errors: [{ line: 1, message: /guards the CREATE TABLE only/ }],
      },
    ],
  },
  'syntax-error': {
    valid: [up('await q.query(`SELEC ${x}`);')],
    invalid: [
      {
        code: up(`await q.query('SELEC 1');`),
        errors: [{ line: 4, column: 20, endColumn: 25, message: /syntax error at or near "SELEC"/ }],
      },
    ],
  },
  'unused-disable': {
    valid: [up(`await q.query('SELECT 1'); // idempotify-disable-line rerun-drop -- another rule that does not run`)],
    invalid: [],
  },
  'bad-disable': {
    valid: [],
    invalid: [
      {
        code: up(`// idempotify-disable-next-statement\n await q.query('SELECT 1');`),
        errors: [{ line: 4, column: 5, endColumn: 41, message: /without saying why/ }],
      },
    ],
  },
};

for (const [version, RuleTester] of versions)
  for (const [name, languageOptions] of parsers) {
    const tester = RuleTester as unknown as Record<string, unknown>;
    Object.assign(tester, { describe, it, itOnly: it.only, afterAll });
    describe(`ESLint ${version} with ${name}`, () => {
      const of = new RuleTester({ languageOptions: { sourceType: 'module', ...languageOptions } });
      for (const [rule, cases] of Object.entries(CASES)) of.run(rule, plugin.rules[rule] as never, cases);
    });
  }

describe('the fixtures of the rewriter: the same as the linter of the command line, which has another parser', () => {
  const root = path.resolve(import.meta.dirname, '../codemods/js');
  const linter = new Linter();
  const config = (file: string): Linter.Config[] => [
    {
      files: ['**/*.{js,cjs,mjs,ts,cts,mts}'],
      plugins: { idempotify: plugin },
      languageOptions: {
        sourceType: /^exports|require\(/m.test(fs.readFileSync(file, 'utf8')) ? 'commonjs' : 'module',
        parser: tseslint.parser,
      },
      rules: Object.fromEntries(Object.keys(plugin.rules).map((rule) => [`idempotify/${rule}`, 'error'])),
    },
  ];
  for (const tool of fs.readdirSync(root))
    it(tool, () => {
      const files = fs
        .readdirSync(path.join(root, tool), { recursive: true, encoding: 'utf8' })
        .filter((name) => /[\\/]input\.\w+$/.test(name));
      expect(files.length).toBeGreaterThan(10);
      for (const name of files) {
        const file = path.join(root, tool, name);
        const text = fs.readFileSync(file, 'utf8');
        const own = lintFileOf(path.basename(file), text);
        const messages = linter.verify(text, config(file), path.basename(file));
        const byPlace = (a: string, b: string): number => (a < b ? -1 : 1);
        expect(
          messages
            .map(
              ({ line, column, endLine, endColumn, ruleId, fix }) =>
                `${line}:${column}-${endLine}:${endColumn} ${ruleId?.slice(11)}${fix ? ' fix' : ''}`,
            )
            .sort(byPlace),
          name,
        ).toEqual(
          own
            .map(
              ({ line, column, endLine, endColumn, rule, fix }) =>
                `${line}:${column}-${endLine}:${endColumn} ${rule}${fix ? ' fix' : ''}`,
            )
            .sort(byPlace),
        );
      }
    });
});

describe('types', () => {
  it('tell what the text does not, where the project has them', () => {
    const at = folder({
      'tsconfig.json': '{ "compilerOptions": { "strict": true, "types": [] }, "include": ["."] }',
      'runner.ts': `export interface QueryRunner { query(sql: string): Promise<void> }\nexport declare function connect(): QueryRunner;\nexport declare const log: { query(sql: string): void };\n`,
      'first.ts': `import 'typeorm';
import { connect, log } from './runner';
export class First1700000000000 {
  async up(): Promise<void> {
    const runner = connect();
    await runner.query('DROP TABLE a');
    log.query('DROP TABLE b');
    await connect().query('DROP TABLE c');
  }
}
`,
    });
    const file = path.join(at, 'first.ts');
    const lines = (parserOptions: object): number[] =>
      new Linter({ cwd: at })
        .verify(
          fs.readFileSync(file, 'utf8'),
          [
            {
              files: ['**/*.ts'],
              plugins: { idempotify: plugin },
              languageOptions: { parser: tseslint.parser, parserOptions },
              rules: { 'idempotify/ban-drop-table': 'error', 'idempotify/syntax-error': 'error' },
            },
          ],
          file,
        )
        .map(({ line, ruleId }) => (ruleId === 'idempotify/ban-drop-table' ? line : -1));
    expect(lines({ projectService: true, tsconfigRootDir: at })).toEqual([6, 8]);
    expect(lines({})).toEqual([]);
  });
});

describe('real runs', () => {
  beforeAll(build);
  const root = path.resolve(import.meta.dirname, '../..');
  const FILES = {
    'src/migrations/1700000000000-first.ts': `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class First1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // größer 😀
    await runner.query(\`CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY)\`);
    await runner.query('DROP TABLE "ü"'); // idempotify-disable-line ban-drop-table -- gone since release 42
    // eslint-disable-next-line idempotify/rerun-drop, idempotify/ban-drop-table -- not this one
    await runner.query('DROP TABLE b');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE a');
  }
}
`,
    'src/migrations/1700000000001-second.ts': `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Second1700000000001 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query('CREATE TABLE a (id bigint PRIMARY KEY)');
    await q.query('SELEC');
    // idempotify-disable-next-statement rerun-index -- nothing of that kind
    await q.query('SELECT 1');
  }
}
`,
    'src/setup.ts': `export const up = async (q: { query(sql: string): void }) => q.query('DROP TABLE x');\n`,
    'db/migrations/20240101000000_a.js': `exports.up = async (knex) => {
  await knex.schema.createTable('a', (table) => table.increments());
  await knex.raw("UPDATE b SET c = 1 WHERE d ? 'e'");
};
exports.down = (knex) => knex.schema.dropTable('a');
`,
    'eslint.config.mjs': `import idempotify from 'eslint-plugin-idempotify';
import tseslint from 'typescript-eslint';
export default [
  { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
  { files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' } },
  idempotify.configs.javascript,
  idempotify.configs.typescript,
  { settings: { idempotify: { pgVersion: 16 } } },
];
`,
    'package.json': '{ "private": true, "dependencies": { "typeorm": "1", "knex": "3" } }',
  };
  const EXPECTED = {
    'src/migrations/1700000000000-first.ts': ['7:25 rerun-drop fixable'],
    'src/migrations/1700000000001-second.ts': [
      '5:20 rerun-table fixable',
      '5:33 created-twice',
      '6:20 syntax-error',
      '7:5 unused-disable',
    ],
    'src/setup.ts': [],
    'db/migrations/20240101000000_a.js': ['2:9 rerun-table', '3:18 wrong-binding'],
  };
  it.each(['eslint', 'eslint-9', 'eslint-9.15'])('%s', (eslint) => {
    const at = folder(FILES);
    fs.mkdirSync(path.join(at, 'node_modules'));
    for (const [name, target] of [
      ['eslint-plugin-idempotify', 'packages/eslint-plugin'],
      ['eslint', `node_modules/${eslint}`],
      ['typescript-eslint', 'node_modules/typescript-eslint'],
    ] as const)
      fs.symlinkSync(path.join(root, target), path.join(at, 'node_modules', name));
    const run = (...args: string[]): Record<string, string[]> => {
      const { stdout, stderr } = execute(at, process.execPath, [
        'node_modules/eslint/bin/eslint.js',
        ...args,
        '-f',
        'json',
      ]);
      expect(stderr).toBe('');
      return Object.fromEntries(
        (JSON.parse(stdout) as ESLint.LintResult[]).map(({ filePath, messages }) => [
          path.relative(at, filePath).split(path.sep).join('/'),
          messages.map(
            ({ line, column, ruleId, fatal, fix }) =>
              `${line}:${column} ${fatal ? 'fatal' : ruleId?.replace('idempotify/', '')}${fix ? ' fixable' : ''}`,
          ),
        ]),
      );
    };
    expect(run('src', 'db')).toEqual(EXPECTED);
    run('src', '--fix');
    const fixed = fs.readFileSync(path.join(at, 'src/migrations/1700000000000-first.ts'), 'utf8');
    expect(fixed).toBe(
      FILES['src/migrations/1700000000000-first.ts'].replace('DROP TABLE "ü"', 'DROP TABLE IF EXISTS "ü"'),
    );
  });
});
