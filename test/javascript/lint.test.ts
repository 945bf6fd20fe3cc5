/** What the linter finds in migrations in JavaScript: where, what comments say about it, what it corrects, what later migrations learn. */
import { applyEdits, prepareRules, suppress, toolByName, type FileLint, type Finding } from '@idempotify/core';
import { lintText } from '@idempotify/javascript';
import { knownNames, ruleSet } from '@idempotify/rules';
import { describe, expect, it } from 'vitest';

const set = ruleSet('recommended', { 'require-lock-timeout': 'off', 'require-statement-timeout': 'off' });
const rules = prepareRules(set);
const active = new Set([...set.keys()].map(({ name }) => name));

const lint = (text: string, path = '1700000000000-a.ts', tool = 'sql'): FileLint =>
  lintText({ path, text, tool: toolByName(tool)!, pgVersion: 14 }, rules, { fixes: true });

/** Everything that is told, as `line:column rule what stands there`. */
function told(text: string, path?: string): string[] {
  const { findings, directives } = lint(text, path);
  const { findings: left, complaints } = suppress(findings, directives, text, knownNames, active, {
    unused: 'warning',
  });
  return [...left.filter(({ suppressed }) => !suppressed), ...complaints]
    .sort((a, b) => a.start - b.start)
    .map(({ line, column, rule, start, end }) => `${line}:${column} ${rule} ${text.slice(start, end)}`);
}

const typeorm = (body: string, { before = '', members = '' } = {}): string => `${before}import 'typeorm';
export class A1 {
${members}  async up(q) {
${body}
  }
}
`;

describe('places', () => {
  it.each([
    [
      'in a string behind other letters and escapes',
      `'SELECT \\'é😀\\'; DROP TABLE "a\\u0062";'`,
      ['4:32 rerun-drop DROP TABLE "a\\u0062"'],
    ],
    ['in a template with CRLF', '`SELECT 1;\r\n  DROP TABLE a;\r\n`', ['5:3 rerun-drop DROP TABLE a']],
    ['over literals in a row', `'DROP ' +\n  'TABLE a'`, [`4:16 rerun-drop DROP ' +\n  'TABLE a`]],
    ['of a statement with an expression', '`DROP TABLE ${a.b} CASCADE`', ['4:16 rerun-drop DROP TABLE ${a.b} CASCADE']],
  ])('%s', (_title, literal, expected) => {
    expect(told(typeorm(`await q.query(${literal});`)).filter((line) => line.includes('rerun-'))).toEqual(expected);
  });
  it('in a constant that only this call uses', () => {
    expect(told(typeorm(`await q.query(SQL);`, { before: `const SQL = 'TRUNCATE a';\n` }))).toContain(
      '1:14 ban-truncate TRUNCATE a',
    );
  });
  it('at the call where the SQL is spread over places', () => {
    const source = typeorm(`await q.query('TRUNCATE ' + name);`, { before: `const name = 'a';\n` });
    expect(told(source)).toContain(`5:7 ban-truncate q.query('TRUNCATE ' + name)`);
  });
  it('a call of a builder is told once of its kind', () => {
    const source = `exports.up = (knex) =>
  knex.schema.createTable('a', (t) => {
    t.increments();
    t.string('b').unique();
    t.string('c').index();
  });
`;
    const found = lint(source, 'a.js').findings.filter(({ rule }) => rule.startsWith('rerun-'));
    expect(found).toHaveLength(1);
    expect(source.slice(found[0]!.start, found[0]!.end)).toMatch(/^knex\.schema\.createTable\([^]*\}\)$/);
    expect(found[0]!.message).toContain('relation "a" already exists');
    expect(found[0]!.help).toBe(
      'Put a test in front of schema.createTable(…) that asks whether its work has been done, or let `idempotify rewrite` make it rerunnable.',
    );
    expect(found[0]!.fix).toBeUndefined();
  });
  it('names that are put in when it runs are told as they stand there', () => {
    const [found] = lint(typeorm('await q.query(`CREATE TABLE ${this.prefix}_a ()`);')).findings;
    expect(found!.message).toContain('relation "${this.prefix}_a" already exists');
  });
  it('SQL that can not be read, and a file that can not be', () => {
    expect(told(typeorm(`await q.query('SELEC 1');`))).toEqual(['4:16 syntax-error SELEC']);
    const broken = `import 'typeorm';\nexport class A { async up(q) { await q.query('a' } }\n`;
    const [found] = lint(broken).findings;
    expect(found).toMatchObject({ rule: 'syntax-error', line: 2, severity: 'error' });
    expect(found!.message).toMatch(/^The file can not be read as TypeScript: /);
    expect(lint(broken).statements).toBe(1);
  });
  it('a file that is no migration has nothing to tell', () => {
    expect(lint('export const a = `DROP TABLE x`;', 'helper.js')).toEqual({
      findings: [],
      directives: [],
      facts: [],
      statements: 1,
    });
  });
  it('a finding knows the statement that it stands in', () => {
    const source = typeorm(`await q.query('SELECT 1; ALTER TABLE a ADD b int NOT NULL');`);
    const found = lint(source).findings.find(({ rule }) => rule === 'adding-required-field')!;
    expect(source.slice(found.statement!.start, found.statement!.end)).toBe('ALTER TABLE a ADD b int NOT NULL');
  });
});

describe('tests in front of a call', () => {
  it('make a second run harmless, and nothing else', () => {
    const source =
      typeorm(`if (!(await q.hasColumn('a', 'b'))) {\n await q.addColumn('a', new TableColumn({ name: 'b', type: 'int' }));\n}
      if (await q.hasTable('c')) await q.dropTable('c');`);
    const rulesFound = lint(source).findings.map(({ rule }) => rule);
    expect(rulesFound.filter((rule) => rule.startsWith('rerun-'))).toEqual([]);
    expect(rulesFound).toContain('ban-drop-table');
  });
});

describe('comments that disable', () => {
  const drop = (comment: string, behind = ''): string =>
    typeorm(`    ${comment}\n    await q.query('DROP TABLE a');${behind}\n    await q.query('DROP TABLE b');`);
  const RULES = 'rerun-drop, ban-drop-table';
  it.each([
    ['the next statement', drop(`// idempotify-disable-next-statement ${RULES} -- why`)],
    ['in a block', drop(`/* idempotify-disable-next-statement ${RULES} -- why */`)],
    ['in a block of several lines', drop(`/**\n * idempotify-disable-next-statement ${RULES} -- why\n */`)],
    ['the line', drop('', ` // idempotify-disable-line ${RULES} -- why`)],
    ['a range', drop(`// idempotify-disable ${RULES} -- why`, `\n/* idempotify-enable ${RULES} */`)],
    [
      'in the SQL',
      typeorm(
        `await q.query(\`-- idempotify-disable-next-statement ${RULES} -- why\nDROP TABLE a;\`);\nawait q.query('DROP TABLE b');`,
      ),
    ],
  ])('%s', (_title, source) => {
    expect(
      told(source)
        .map((line) => line.slice(line.indexOf(' ') + 1))
        .sort(),
    ).toEqual(['ban-drop-table DROP TABLE b', 'rerun-drop DROP TABLE b']);
  });
  it.each([
    ['the file, from its top', `// idempotify-disable-file ${RULES} -- why\n${drop('')}`],
    [
      'the file, from its SQL',
      typeorm(
        `await q.query(\`-- idempotify-disable-file ${RULES} -- why\nDROP TABLE a;\`);\nawait q.query('DROP TABLE b');`,
      ),
    ],
    [
      'a statement with several calls',
      typeorm(
        `// idempotify-disable-next-statement ${RULES} -- why\nif (x) {\n await q.query('DROP TABLE a');\n await q.query('DROP TABLE b');\n}`,
      ),
    ],
    [
      'the call of SQL that stands elsewhere',
      typeorm(`// idempotify-disable-next-statement ${RULES} -- why\nawait q.query(SQL);`, {
        before: `const SQL = 'DROP TABLE a';\n`,
      }),
    ],
    [
      'the constant in which the SQL stands',
      typeorm(`await q.query(SQL);`, {
        before: `// idempotify-disable-next-statement ${RULES} -- why\nconst SQL = 'DROP TABLE a';\n`,
      }),
    ],
    [
      'a line in a statement',
      typeorm(`await q\n  // idempotify-disable-next-statement ${RULES} -- why\n  .query('DROP TABLE a');`),
    ],
  ])('%s', (_title, source) => {
    expect(told(source)).toEqual([]);
  });
  it('are told when they are about nothing, or say not why, where they stand', () => {
    expect(
      told(
        typeorm(
          `// idempotify-disable-next-statement rerun-drop -- why\nawait q.query('SELECT 1');\n// idempotify-disable-next-statement\nawait q.query('SELECT 2');`,
        ),
      ),
    ).toEqual([
      '4:1 unused-disable // idempotify-disable-next-statement rerun-drop -- why',
      '6:1 bad-disable // idempotify-disable-next-statement',
    ]);
    const [complaint] = suppress(
      [],
      lint(drop('// idempotify-disable-next-statement')).directives,
      drop('// idempotify-disable-next-statement'),
      knownNames,
      active,
      { unused: 'off' },
    ).complaints;
    expect(complaint!.help).toContain('// idempotify-disable-next-statement RULE -- why');
    expect(
      told(
        typeorm(`await q.query(\`SELECT 1;\n  -- idempotify-disable-next-statement rerun-drop -- why\nSELECT 2\`);`),
      ),
    ).toEqual(['5:3 unused-disable -- idempotify-disable-next-statement rerun-drop -- why']);
  });
  it('keep corrections away', () => {
    const fixes = lint(drop(`// idempotify-disable-next-statement rerun-drop -- why`)).findings.flatMap(
      ({ fix, rule }) => (fix && rule === 'rerun-drop' ? fix : []),
    );
    expect(fixes).toHaveLength(1);
  });
});

describe('corrections', () => {
  const corrected = (source: string, path?: string): string => {
    const fixes = lint(source, path).findings.flatMap(({ fix = [] }: Finding) => fix);
    return applyEdits(source, fixes);
  };
  it('are written into the literal', () => {
    expect(corrected(typeorm(`await q.query('DROP TABLE "a"'); await q.query("DROP TABLE \\"b\\"");`))).toContain(
      `await q.query('DROP TABLE IF EXISTS "a"'); await q.query("DROP TABLE IF EXISTS \\"b\\"");`,
    );
  });
  it('make a template of a string where they take several lines', () => {
    expect(corrected(typeorm(`await q.query('CREATE TABLE a (id int)');`))).toMatch(
      /await q\.query\(`DO \$idempotify\$\n[^]*END \$idempotify\$;`\);/,
    );
  });
  it('are left to the author where values are sent apart', () => {
    const source = typeorm(`await q.query('CREATE TABLE a (id int)', []);`);
    expect(corrected(source)).toBe(source);
  });
  it('and where names are only known when it runs', () => {
    const source = typeorm('await q.query(`CREATE TABLE ${x} (id int)`);');
    expect(corrected(source)).toBe(source);
  });
  it('wait where a call that stays would silently do its work again', () => {
    const source = typeorm(`await q.query('CREATE TABLE a (id int)'); await helper(q); await q.query(sql);`);
    expect(corrected(source)).toBe(source);
  });
  it('keep a BOM and CRLF', () => {
    const source = `\ufeff${typeorm(`await q.query('DROP TABLE é');`).replaceAll('\n', '\r\n')}`;
    expect(corrected(source)).toBe(source.replace('DROP TABLE', 'DROP TABLE IF EXISTS'));
  });
});

describe('what later migrations learn', () => {
  const facts = (source: string, path?: string): string[] =>
    lint(source, path).facts.map(
      ({ op, kind, name, lenient, maybe }) =>
        `${op} ${kind} ${name}${lenient ? ' lenient' : ''}${maybe ? ' maybe' : ''}`,
    );
  it('in the order in which it happens, in places of the file', () => {
    const source = typeorm(`await last(q);\nawait q.query('CREATE TABLE b ()');`, {
      before: `const last = (q) => q.query('CREATE TABLE a ()');\n`,
    });
    expect(facts(source)).toEqual(['create table a', 'create table b']);
    expect(lint(source).facts.map(({ start, end }) => source.slice(start, end))).toEqual(['a ()', 'b ()']);
  });
  it('with what is not sure', () => {
    const source = typeorm(`if (x) await q.query('CREATE TABLE a ()');
if (!(await q.hasTable('b'))) await q.createTable(new Table({ name: 'b', columns: [{ name: 'id', type: 'int' }] }));
for (const t of ts) await q.query(\`CREATE TABLE \${t} ()\`);
await q.query(sql);`);
    expect(facts(source)).toEqual([
      'create table a maybe',
      'create table b lenient',
      'create column id lenient',
      'alter anything  maybe',
    ]);
  });
});
