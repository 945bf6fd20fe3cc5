/** The examples of the docs of a tool are what the rewriter makes of them. */
import fs from 'node:fs';
import { guardsOf, rewriteJavaScript } from '@idempotify/codemods/js';
import { toolByName } from '@idempotify/core';
import { expect, test } from 'vitest';

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
