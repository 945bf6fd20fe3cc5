/** Every example in the docs of rules: what the rule finds in it, and that PostgreSQL runs it. */
import { knownNames, rules } from '@idempotify/rules';
import { parseSql, readDirectives, suppress, toolByName, type Finding, type Rule, type Tool } from '@idempotify/core';
import { modeOf, scriptOf, sentAs, type Server } from '@idempotify/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reusedLab } from '../support/lab.ts';
import { testServers } from '../support/servers.ts';
import { docNames, parseDoc, readDoc, type Example } from './doc.ts';
import { deployFixtureNames } from './deploy-fixture.ts';
import { fixtureNames, runCase, upFiles } from './fixture.ts';
import { scriptFixtureNames } from './script-fixture.ts';

const names = rules.map(({ name }) => name);

it('every rule has a doc and a fixture, and there are no others', () => {
  const sorted = [...names].sort();
  expect(docNames().sort()).toEqual(sorted);
  expect([...fixtureNames(), ...deployFixtureNames(), ...scriptFixtureNames()].sort()).toEqual(sorted);
});

describe('an example says in known words what is expected', () => {
  const rule = { name: 'x', options: { max: { default: 1, description: '' } } } as unknown as Rule;
  const block = (words: string): string =>
    `## Reported\n\n<!-- example: ${words} -->\n\n\`\`\`sql\nSELECT 1;\n\`\`\`\n`;
  it('reads them', () => {
    const { examples, sections } = parseDoc(
      block('reported pg=16 error max=3 before="CREATE TABLE \\"A b\\" ()"'),
      rule,
    );
    expect(sections).toEqual(['Reported']);
    expect(examples).toMatchObject([
      {
        expected: 'reported',
        section: 'Reported',
        tool: 'sql',
        pg: 16,
        run: 'error',
        options: { max: 3 },
        before: 'CREATE TABLE "A b" ()',
        files: [{ path: '0001_case.sql', text: 'SELECT 1;\n' }],
      },
    ]);
  });
  it.each([
    ['reported quick', 'the word "quick" is not known'],
    ['reported min=3', '"min" is neither'],
    ['reported fine', 'say reported or fine'],
    ['pg=16', 'say reported or fine'],
    ['fine pg=new', 'pg is not a number'],
    ['fine before="a', "can't be read"],
    ['fine pg=15 pg=16', 'pg stands twice'],
    ['fine error norun', 'exclude each other'],
  ])('%s', (words, why) => {
    expect(() => parseDoc(block(words), rule)).toThrow(why);
  });
  it.each([
    ['a block without such a line', '```sql\nSELECT 1;\n```\n', 'no <!-- example'],
    ['such a line without a block', '<!-- example: fine -->\n\nText\n', 'no block of SQL follows'],
    ['such a line at the end', '<!-- example: fine -->\n', 'no block of SQL follows'],
    ['a block without an end', '<!-- example: fine -->\n```sql\nSELECT 1;\n', 'has no end'],
    ['on two lines', '<!-- example: fine\n-->\n', 'on one line'],
  ])('%s', (_title, text, why) => {
    expect(() => parseDoc(text, rule)).toThrow(why);
  });
});

/** What is left of the rule's findings once the comments in the example have had their say. */
function findingsIn(rule: Rule, example: Example): Finding[] {
  const tool = toolOf(example);
  const out: Finding[] = [];
  for (const [path, findings] of runCase(rule, example)) {
    const text = example.files.find((file) => file.path === path)?.text ?? '';
    const { statements } = parseSql(text, { ranges: tool.sections(text, path).up });
    const directives = readDirectives(text, statements);
    const left = suppress(findings, directives, text, knownNames, new Set([rule.name]), { unused: 'error' });
    out.push(...left.findings.filter(({ suppressed }) => !suppressed), ...left.complaints);
  }
  return out;
}

function toolOf(example: Example): Tool {
  const tool = toolByName(example.tool);
  if (!tool) throw new Error(`no tool ${example.tool}`);
  return tool;
}

let server: Server;
beforeAll(async () => {
  server = await testServers[0]!.start({
    extensions: ['btree_gist', 'citext', 'hstore', 'ltree', 'pg_trgm', 'pgcrypto', 'unaccent', 'uuid-ossp'],
  });
});
afterAll(() => server.close());

/** Runs an example as its tool would. @returns what PostgreSQL says about it */
async function errorOf(example: Example): Promise<string | undefined> {
  const tool = toolOf(example);
  const texts = upFiles(tool, example.files).flatMap(({ text, path }) =>
    sentAs(scriptOf(text, path, tool), modeOf(tool.transactions(text, path))),
  );
  const lab = reusedLab(server, example.before === '' ? [] : [example.before]);
  const { failure } = await lab.run([{ texts }]);
  return failure?.error.message;
}

for (const rule of rules.filter(({ kind }) => kind === 'sql' || kind === 'history')) {
  describe(rule.name, () => {
    const doc = readDoc(rule);
    const under = (section: string): string[] =>
      doc.examples.filter((example) => example.section === section).map(({ expected }) => expected);

    it('has a doc with all its parts', () => {
      expect(doc.title).toBe(rule.name);
      expect(doc.generatedFor).toBe(rule.name);
      expect(doc.sections).toEqual(expect.arrayContaining(['Reported', 'Not reported', 'What to do instead']));
      expect(new Set(under('Reported'))).toEqual(new Set(['reported']));
      expect(under('Not reported')).not.toContain('reported');
      expect(doc.examples.map(({ expected }) => expected)).toContain('fine');
    });

    for (const example of doc.examples) {
      it(`line ${example.line}: ${example.title}`, async () => {
        const found = findingsIn(rule, example);
        const others = found.filter((finding) => finding.rule !== rule.name);
        expect(others.map((finding) => `${finding.line}: ${finding.message}`)).toEqual([]);
        expect(found.length > 0 ? 'reported' : 'fine').toBe(example.expected);
        if (example.run === 'norun') return;
        const error = await errorOf(example);
        if (example.run === 'error') expect(error).toBeDefined();
        else expect(error).toBeUndefined();
      });
    }
  });
}
