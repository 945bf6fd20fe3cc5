/** `explain`: what a rule is about, from its doc, for the terminal. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Category, Rule } from '@idempotify/core';
import { rules, squawkNames } from '@idempotify/rules';
import { UsageError } from '../errors.ts';
import { type Colors, colorsFor, printable } from '../terminal.ts';
import { nearest } from './suggest.ts';

const CATEGORIES: Readonly<Record<Category, string>> = {
  rerun: 'Running a migration again',
  guard: 'Guards',
  transaction: 'Transactions',
  lock: 'Locks',
  data: 'Data and running applications',
  style: 'Style',
  history: 'The history of migrations',
  deploy: 'How migrations are run',
};

/** What is told without being a rule. */
export const NO_RULES: Readonly<Record<string, { readonly summary: string; readonly text: string }>> = {
  'syntax-error': {
    summary: 'PostgreSQL does not take the statement',
    text: "The linter reads migrations with PostgreSQL's own grammar. What that does not take, the server does not take either. The other statements of the file are checked all the same. It can not be disabled, only be a known finding (`--update-ignores`).",
  },
  'bad-disable': {
    summary: 'A comment disables a rule without a reason, or a rule that is not there',
    text: "A comment that disables something says why, behind two hyphens:\n\n```sql\n-- idempotify-disable-next-statement ban-drop-table -- unused since release 42\n```\n\nWithout a reason it has no effect. squawk's comments need none.",
  },
  'unused-disable': {
    summary: 'A comment disables something that is not found',
    text: 'It was written for something that has been changed since, or its rule is misspelt. Take it out. `--report-unused-disable off` tells nothing of them, `error` makes them errors.',
  },
};

const WIDEST = 100;

/** @returns the exit code. @throws UsageError for a rule that isn't there */
export function runExplain(name: string | undefined, color: boolean | undefined): number {
  const c = colorsFor(process.stdout, color);
  const columns = process.stdout.columns ?? Number(process.env['COLUMNS'] ?? WIDEST);
  const width = Math.max(40, Math.min(columns || WIDEST, WIDEST));
  process.stdout.write(
    name === undefined
      ? listText(width, c)
      : explained(name)
          .map((doc) => rendered(doc, width, c))
          .join('\n'),
  );
  return 0;
}

/** The docs as Markdown. squawk's names may stand for several rules. */
function explained(name: string): readonly string[] {
  const special = Object.hasOwn(NO_RULES, name) ? NO_RULES[name] : undefined;
  if (special) return [`# ${name}\n\n${special.summary}.\n\n${special.text}\n`];
  const names = rules.some((rule) => rule.name === name) ? [name] : squawkNames.get(name);
  if (!names) {
    const all = [...rules.map((rule) => rule.name), ...squawkNames.keys(), ...Object.keys(NO_RULES)];
    const meant = nearest(name, all) || '; idempotify explain lists all rules';
    throw new UsageError(`there is no rule "${printable(name)}"${meant}`);
  }
  const folder = path.dirname(createRequire(import.meta.url).resolve('@idempotify/rules/package.json'));
  return names.map((each) => fs.readFileSync(path.join(folder, 'docs', `${each}.md`), 'utf8'));
}

function listText(width: number, c: Colors): string {
  const out: string[] = [];
  const longest = Math.max(...rules.map(({ name }) => name.length));
  for (const [category, title] of Object.entries(CATEGORIES)) {
    const own = rules.filter((rule) => rule.category === category);
    if (own.length === 0) continue;
    out.push(c.bold(title));
    for (const rule of own) out.push(...listed(rule.name, summaryOf(rule), longest, width, c));
    out.push('');
  }
  out.push(c.bold('Always'));
  for (const [name, { summary }] of Object.entries(NO_RULES)) out.push(...listed(name, summary, longest, width, c));
  out.push('', 'idempotify explain RULE says more about a rule.');
  return `${out.join('\n')}\n`;
}

function summaryOf({ summary, severity, presets, fixable }: Rule): string {
  const marks = [severity, ...presets, ...(fixable ? ['--fix'] : [])];
  return `${summary} (${marks.join(', ')})`;
}

function listed(name: string, text: string, longest: number, width: number, c: Colors): string[] {
  const indent = ' '.repeat(longest + 4);
  const lines = wrapped(text, width - indent.length < 30 ? 30 : width - indent.length);
  return lines.map((line, index) => (index === 0 ? `  ${c.cyan(name.padEnd(longest))}  ${line}` : indent + line));
}

/** Markdown as text: what the docs of rules use of it. */
export function rendered(markdown: string, width: number, c: Colors): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let table: string[][] = [];
  let fenced = false;
  const styled = (line: string): string => inline(line, c);
  const blank = (): void => {
    if (out.length > 0 && out[out.length - 1] !== '') out.push('');
  };
  const flush = (): void => {
    if (paragraph.length > 0) {
      const text = paragraph.join(' ');
      const item = /^(\s*)(?:[-*]|(\d+\.))\s+([\s\S]*)$/.exec(text);
      if (item) {
        const head = `${item[1] ?? ''}${item[2] ?? '-'} `;
        const hanging = ' '.repeat(head.length);
        out.push(
          ...wrapped(links(item[3] ?? ''), width - head.length).map(
            (line, index) => (index === 0 ? head : hanging) + styled(line),
          ),
        );
      } else out.push(...wrapped(links(text), width).map(styled));
      paragraph = [];
    }
    if (table.length > 0) {
      out.push(...tableLines(table, width, c));
      table = [];
    }
  };
  for (const line of markdown.replaceAll('\r\n', '\n').split('\n')) {
    if (line.startsWith('```')) {
      flush();
      fenced = !fenced;
    } else if (fenced) out.push(line === '' ? '' : `    ${c.dim(line)}`);
    else if (/^\s*<!--.*-->\s*$/.test(line)) continue;
    else if (line.trim() === '') {
      flush();
      blank();
    } else if (line.startsWith('#')) {
      flush();
      out.push(c.bold(line.replace(/^#+\s*/, '')));
    } else if (line.startsWith('|')) {
      const cells = line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => links(cell.replaceAll('\\|', '|')).trim());
      if (!cells.every((cell) => /^:?-+:?$/.test(cell))) table.push(cells);
    } else {
      if (/^\s*(?:[-*]|\d+\.)\s/.test(line)) flush();
      paragraph.push(paragraph.length === 0 ? line.trimEnd() : line.trim());
    }
  }
  flush();
  while (out[out.length - 1] === '') out.pop();
  return `${out.join('\n')}\n`;
}

/** A table with one row reads better as a list of its columns. */
function tableLines(rows: readonly string[][], width: number, c: Colors): string[] {
  const [head = [], ...body] = rows;
  const plain = (cell: string): string => cell.replaceAll('`', '');
  if (body.length === 1) {
    const longest = Math.max(...head.map((cell) => plain(cell).length));
    return head.map(
      (cell, index) => `  ${c.dim(`${plain(cell)}:`.padEnd(longest + 1))} ${plain(body[0]?.[index] ?? '')}`,
    );
  }
  const widths = head.map((_, index) => Math.max(...rows.map((row) => plain(row[index] ?? '').length)));
  return rows.flatMap((row, index) => {
    const fixed = row.slice(0, -1).map((cell, column) => plain(cell).padEnd(widths[column] ?? 0));
    const lead = `  ${[...fixed, ''].join('  ')}`;
    const last = wrapped(plain(row[row.length - 1] ?? ''), Math.max(30, width - lead.length));
    const lines = last.map((line, at) => (at === 0 ? lead : ' '.repeat(lead.length)) + line);
    return index === 0 ? lines.map((line) => c.dim(line)) : lines;
  });
}

const links = (text: string): string =>
  text.replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_all, shown: string, to: string) =>
    /^https?:/.test(to) ? `${shown} (${to})` : shown,
  );

/** Without colours the marks stay: they tell names from words. */
const inline = (text: string, c: Colors): string =>
  c.isColorSupported
    ? text
        .replace(/`([^`]+)`/g, (_all, code: string) => c.cyan(code))
        .replace(/\*\*([^*]+)\*\*/g, (_all, strong: string) => c.bold(strong))
    : text.replace(/\*\*([^*]+)\*\*/g, '$1');

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  // what stands in backticks is not cut
  for (const word of text.trim().match(/(?:`[^`]*`|[^\s`])+/g) ?? []) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
