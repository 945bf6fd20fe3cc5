/** The examples of the docs of a tool are what the rewriter makes of them. */
import fs from 'node:fs';
import { guardsOf, rewriteJavaScript } from '@idempotify/codemods/js';
import { toolByName } from '@idempotify/core';
import { expect, test } from 'vitest';
import { rewriteFixture } from './js-harness.ts';

/** What stands around an example: its first line, its indentation, its last line. */
const around: Record<string, readonly [string, string, string]> = {
  sequelize: ['module.exports = {\n  async up(queryInterface, Sequelize) {', '    ', '  },\n};\n'],
  'node-pg-migrate': ['exports.up = (pgm) => {', '  ', '};\nexports.down = (pgm) => {};\n'],
};

const examples = Object.keys(around).flatMap((tool) => {
  const text = fs.readFileSync(new URL(`../../docs/${tool}.md`, import.meta.url), 'utf8');
  const pairs = [...text.matchAll(/```js\n([\s\S]*?)```\n\nbecomes\n\n```js\n([\s\S]*?)```/g)];
  expect(pairs.length).toBeGreaterThan(2);
  expect(pairs.length * 2).toBe(text.split('```js').length - 1);
  return pairs.map((pair) => ({ tool, before: pair[1] ?? '', after: pair[2] ?? '' }));
});

test.each(examples)('$tool: $before', ({ tool, before, after }) => {
  const guards = guardsOf(tool);
  const known = toolByName(tool);
  const [first, indent, last] = around[tool] ?? ['', '', ''];
  if (!guards || !known) throw new Error(`there is no tool called ${tool}`);
  const text = `${first}\n${before.replace(/^(?=.)/gm, indent)}${last}`;
  const result = rewriteJavaScript(
    { path: '1_example.js', text },
    { guards, tool: known, options: { guard: 'shape', pgVersion: 14 }, history: () => undefined },
  );
  const inner = result.text.slice(first.length + 1, -last.length).replace(new RegExp(`^${indent}`, 'gm'), '');
  expect(inner).toBe(after);
  expect(result.statements.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
});

/**
 * An example that is a whole file: a block `js before` with its `js after`, or a block `js refused` with what is said of it in the quotation
 * behind it.
 */
interface Example {
  readonly tool: string;
  readonly extension: string;
  readonly input: string;
  readonly kind: 'after' | 'refused';
  readonly expected: string;
}

function examplesOf(tool: string): Example[] {
  const text = fs.readFileSync(new URL(`../../docs/${tool}.md`, import.meta.url), 'utf8');
  const blocks = /```(\w+) (before|refused)\n([^]*?)```\n\n(?:```\w+ after\n([^]*?)```|> (.*))/g;
  const found = [...text.matchAll(blocks)].map(([, extension = '', kind, input = '', after, quotation]): Example => {
    return kind === 'before'
      ? { tool, extension, input, kind: 'after', expected: after ?? '' }
      : { tool, extension, input, kind: 'refused', expected: quotation ?? '' };
  });
  expect(found).toHaveLength([...text.matchAll(/^```\w+ (?:before|refused)$/gm)].length);
  return found;
}

const files = ['knex', 'kysely', 'typeorm', 'mikro-orm'].flatMap(examplesOf);

test.each(files)('docs/$tool.md: $input', ({ tool, extension, input, kind, expected }) => {
  const fixture = { name: '', folder: '', extension, input, output: undefined, before: '', refused: [] };
  const { text, refused } = rewriteFixture(tool, fixture, undefined);
  if (kind === 'after') {
    expect(text).toBe(expected);
    expect(refused).toEqual([]);
  } else {
    expect(text).toBe(input);
    expect(refused.join('\n')).toContain(expected);
  }
});
