/** `npm run new-rule`: what it writes compiles, and its fixture and its doc hold. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Rule } from '@idempotify/core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDoc } from './doc.ts';
import { expectedLines, foundLines, parseFixture, runCase } from './fixture.ts';

const root = path.join(import.meta.dirname, '../..');
const name = 'my-new-rule';
let scratch: string;
const read = (file: string): string => fs.readFileSync(path.join(scratch, file), 'utf8');
const ruleFile = (): string => path.join(scratch, `rules/${name}.ts`);

function newRule(): { status: number | null; stderr: string } {
  const script = path.join(root, 'scripts/new.mjs');
  return spawnSync(process.execPath, [script, 'rule', name, scratch], { encoding: 'utf8' });
}

beforeAll(() => {
  scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-new-rule-')));
  fs.writeFileSync(path.join(scratch, 'package.json'), '{ "type": "module" }');
  expect(newRule()).toMatchObject({ status: 0, stderr: '' });
  fs.cpSync(path.join(root, 'rules/lib'), path.join(scratch, 'rules/lib'), { recursive: true });
});
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

it('writes nothing over what is there', () => {
  expect(newRule()).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
});

it('compiles', () => {
  const base = ts.readConfigFile(path.join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, root);
  const program = ts.createProgram([ruleFile()], {
    ...options,
    composite: false,
    incremental: false,
    noEmit: true,
    typeRoots: [path.join(root, 'node_modules/@types')],
    paths: {
      '@idempotify/core': [path.join(root, 'packages/core/src/index.ts')],
      'libpg-query/*': [path.join(root, 'node_modules/libpg-query/*')],
    },
  });
  const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile(ruleFile()));
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

describe('the rule', () => {
  let rule: Rule;
  beforeAll(async () => {
    ({ rule } = (await import(ruleFile())) as { rule: Rule });
  });
  it('is named so', () => expect(rule.name).toBe(name));
  it('finds what its fixture says', () => {
    const cases = parseFixture(read(`test/rules/fixtures/${name}.sql`));
    expect(cases.length).toBeGreaterThan(1);
    for (const one of cases) {
      for (const file of one.files)
        expect([...foundLines(runCase(rule, one).get(file.path) ?? [])]).toEqual([...expectedLines(file)]);
    }
  });
  it('finds what its doc says', () => {
    const { title, generatedFor, examples } = parseDoc(read(`rules/docs/${name}.md`), rule);
    expect([title, generatedFor]).toEqual([name, name]);
    expect(examples.map(({ expected }) => expected)).toEqual(['reported', 'fine']);
    for (const example of examples) {
      const found = [...runCase(rule, example).values()].flat();
      expect(found.length > 0 ? 'reported' : 'fine').toBe(example.expected);
    }
  });
});
