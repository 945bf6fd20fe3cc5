/** docs/javascript.md: what it says of its examples is so. */
import fs from 'node:fs';
import path from 'node:path';
import { prepareRules, suppress, toolByName } from '@idempotify/core';
import { lintText, sqlIn } from '@idempotify/javascript';
import { knownNames, ruleSet } from '@idempotify/rules';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, execute, folder } from '../cli/harness.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = fs.readFileSync(path.join(root, 'docs/javascript.md'), 'utf8');
const pairs = [...text.matchAll(/<!-- (lint|read): (\S+) -->\n\n```\w+\n([^]*?)```\n\n```(\w+)\n([^]*?)```/g)].map(
  ([, what, name, source, , result]) => ({ what, name: name!, source: source!, result: result! }),
);
const configs = [...text.matchAll(/<!-- eslint -->\n\n```js\n([^]*?)```/g)].map(([, config]) => config!);
const tool = toolByName('sql')!;

it('every block is one of them', () => {
  expect(pairs.length * 2 + configs.length).toBe([...text.matchAll(/^```\w+$/gm)].length);
});

it.each(pairs.filter(({ what }) => what === 'read'))('$name is read as that', ({ name, source, result }) => {
  expect(sqlIn(source, name, tool)).toBe(result);
});

describe('lint', () => {
  const set = ruleSet('recommended');
  const active = new Set([...set.keys()].map(({ name }) => name));
  it.each(pairs.filter(({ what }) => what === 'lint'))('$name', ({ name, source, result }) => {
    const { findings, directives } = lintText({ path: name, text: source, tool, pgVersion: 14 }, prepareRules(set), {
      fixes: false,
    });
    const { findings: left, complaints } = suppress(findings, directives, source, knownNames, active, {
      unused: 'warning',
    });
    const told = [...left.filter(({ suppressed }) => !suppressed), ...complaints].sort((a, b) => a.start - b.start);
    expect(told.map(({ line, column, rule }) => `${line}:${column} ${rule}\n`).join('')).toBe(result);
  });
});

describe('eslint', () => {
  beforeAll(build);
  const migration = pairs[0]!;
  it.each(configs.map((config) => [config]))('%s', (config) => {
    const at = folder({
      'eslint.config.mjs': config,
      'package.json': '{ "dependencies": { "typeorm": "1" } }',
      [migration.name]: migration.source,
    });
    fs.mkdirSync(path.join(at, 'node_modules'));
    for (const [name, target] of [
      ['eslint-plugin-idempotify', 'packages/eslint-plugin'],
      ['eslint', 'node_modules/eslint'],
      ['typescript-eslint', 'node_modules/typescript-eslint'],
    ] as const)
      fs.symlinkSync(path.join(root, target), path.join(at, 'node_modules', name));
    const { stdout } = execute(at, process.execPath, ['node_modules/eslint/bin/eslint.js', 'src', '-f', 'json']);
    const [file] = JSON.parse(stdout) as { messages: { line: number; column: number; ruleId: string }[] }[];
    const told = file!.messages.map(
      ({ line, column, ruleId }) => `${line}:${column} ${ruleId.replace('idempotify/', '')}\n`,
    );
    expect(told.sort().join('')).toBe(migration.result);
  });
});
