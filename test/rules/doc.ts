/**
 * Docs of rules: every block of SQL in them says in the line above it what is found in it, and that is tried out.
 *
 *     <!-- example: reported tool=prisma pg=16 before="CREATE TABLE orders (id int)" -->
 *
 * - `reported` or `fine`: whether the rule finds something; what a comment in the example disables counts as not found.
 * - `tool`, `pg`, `path`: as in fixtures, and with the same defaults.
 * - `before`: what is there already, run before the example. A quote in it is written `\"`.
 * - `error`: PostgreSQL refuses it. Without the word, it runs.
 * - `norun`: it needs what the server of the tests does not have.
 * - everything else is an option of the rule.
 *
 * A block that holds `-- @file NAME` lines is a history of several files.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { OptionValue, Rule } from '@idempotify/core';
import { filesOf, type FixtureCase } from './fixture.ts';

export interface Example extends FixtureCase {
  readonly expected: 'reported' | 'fine';
  /** The heading that it stands under. */
  readonly section: string;
  readonly before: string;
  readonly run: 'works' | 'error' | 'norun';
}

export interface Doc {
  readonly title: string;
  /** Name in the comment that the generated lines stand behind. */
  readonly generatedFor: string | undefined;
  /** Headings of the second level. */
  readonly sections: readonly string[];
  readonly examples: readonly Example[];
}

const folder = path.join(import.meta.dirname, '../../rules/docs');

export const docNames = (): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length));

export const readDoc = (rule: Rule): Doc =>
  parseDoc(fs.readFileSync(path.join(folder, `${rule.name}.md`), 'utf8'), rule);

/** @throws Error when a block of SQL or the line above it is not as described */
export function parseDoc(text: string, rule: Rule): Doc {
  const lines = text.split('\n');
  const sections: string[] = [];
  const examples: Example[] = [];
  let title = '';
  let comment: { words: string; line: number } | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const fence = /^(\s*)(`{3,}|~{3,})(\w*)/.exec(line);
    if (fence) {
      const end = lines.findIndex((other, index) => index > at && other.trim() === fence[2]);
      if (end < 0) throw new Error(`line ${at + 1}: this block has no end`);
      if (fence[3]?.toLowerCase() === 'sql') {
        if (!comment) throw new Error(`line ${at + 1}: no <!-- example: … --> above this block`);
        const body = lines.slice(at + 1, end).map((each) => each.slice(fence[1]?.length ?? 0));
        examples.push(exampleOf(comment, `${body.join('\n')}\n`, sections.at(-1) ?? '', rule));
        comment = undefined;
      }
      at = end;
    } else {
      const example = /^\s*<!-- example:(.*)-->\s*$/.exec(line);
      if (comment && line.trim() !== '')
        throw new Error(`line ${comment.line}: no block of SQL follows this <!-- example: … -->`);
      if (example) comment = { words: example[1] ?? '', line: at + 1 };
      else if (line.includes('example:') && line.includes('<!--'))
        throw new Error(`line ${at + 1}: not of the form <!-- example: … --> on one line`);
      if (line.startsWith('# ')) title = line.slice('# '.length).trim();
      if (line.startsWith('## ')) sections.push(line.slice('## '.length).trim());
    }
  }
  if (comment) throw new Error(`line ${comment.line}: no block of SQL follows this <!-- example: … -->`);
  return {
    title,
    sections,
    examples,
    generatedFor: /^<!-- rule: (\S+) -->\n+(?:[^]*\n)?<!-- \/rule -->$/m.exec(text)?.[1],
  };
}

const WORD = /\s*(?:([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))|([\w-]+))(?=\s|$)/y;

function exampleOf(comment: { words: string; line: number }, text: string, section: string, rule: Rule): Example {
  const fail = (why: string): never => {
    throw new Error(`line ${comment.line}: ${why} in the <!-- example: … -->`);
  };
  const words = comment.words.trimEnd();
  const flags = new Set<string>();
  const values = new Map<string, string>();
  WORD.lastIndex = 0;
  while (WORD.lastIndex < words.length) {
    const from = WORD.lastIndex;
    const match = WORD.exec(words);
    if (!match) {
      fail(`${JSON.stringify(words.slice(from).trim())} can't be read`);
      break;
    }
    const [, key, quoted, bare, flag] = match;
    const name = key ?? flag ?? '';
    if (flags.has(name) || values.has(name)) fail(`${name} stands twice`);
    if (flag !== undefined) flags.add(flag);
    else values.set(name, quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  const take = (key: string, otherwise: string): string => {
    const value = values.get(key) ?? otherwise;
    values.delete(key);
    return value;
  };
  const expected = (['reported', 'fine'] as const).filter((word) => flags.delete(word));
  const [first] = expected;
  if (expected.length !== 1 || first === undefined) throw new Error(`line ${comment.line}: say reported or fine`);
  const ways = (['error', 'norun'] as const).filter((word) => flags.delete(word));
  if (ways.length > 1) fail('error and norun exclude each other');
  const base = {
    tool: take('tool', 'sql'),
    pg: Number(take('pg', '14')),
    files: filesOf(text, take('path', '0001_case.sql')),
    before: take('before', ''),
    broken: flags.delete('broken'),
  };
  if (!Number.isInteger(base.pg)) fail('pg is not a number');
  const options: Record<string, OptionValue> = {};
  for (const [name, value] of values) {
    const spec = rule.options?.[name];
    if (!spec) fail(`"${name}" is neither a word of examples nor an option of ${rule.name}`);
    else options[name] = optionFrom(value, spec.default);
  }
  for (const flag of flags) fail(`the word "${flag}" is not known`);
  return {
    ...base,
    title: `${first} under "${section}"`,
    line: comment.line,
    options,
    fixed: undefined,
    expected: first,
    section,
    run: ways[0] ?? 'works',
  };
}

function optionFrom(value: string, like: OptionValue): OptionValue {
  if (typeof like === 'number') return Number(value);
  if (typeof like === 'boolean') return value === 'true';
  return typeof like === 'string' ? value : value.split(',');
}
