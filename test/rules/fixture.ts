/**
 * Fixtures of rules: SQL that says itself what is found in it. A file holds cases:
 *
 *     -- @case what it is about | tool=prisma pg=14 path=0001_x/migration.sql max=20
 *     ALTER TABLE t DROP COLUMN c; -- @finds
 *     DROP TABLE a, b; -- @finds 2
 *
 * `@finds` stands at the end of a line on which findings of the rule begin, with their number unless it is one. Whatever is not
 * `tool`, `pg`, `path` or `broken` (some of it is no SQL, and that is meant) is an option of the rule. A case that holds
 * `-- @file NAME` lines is a history of several files; behind a name
 * may stand `| edited` (git knows another text of it) and `| finds` or `| finds 2` (for files that hold no comments); a name that ends
 * in `/` is a folder, to say what is found there.
 * A fixed form follows behind `-- @fixed`: what the case is once all fixes have been applied.
 */
import fs from 'node:fs';
import path from 'node:path';
import {
  PastMigrations,
  applyEdits,
  folderView,
  lintFile,
  lintHistory,
  placeFinding,
  prepareRules,
  replay,
  toolByName,
  type Finding,
  type FolderView,
  type OptionValue,
  type Rule,
  type Tool,
} from '@idempotify/core';

export interface FixtureFile {
  readonly path: string;
  readonly text: string;
  readonly edited?: boolean;
  /** How much is found in it on its first line, beside what its comments say. */
  readonly finds?: number;
}

export interface FixtureCase {
  readonly title: string;
  /** 1-based line in the fixture. */
  readonly line: number;
  readonly tool: string;
  readonly pg: number;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly files: readonly FixtureFile[];
  readonly fixed: string | undefined;
  /** Some of it is no SQL, and that is as it should be. */
  readonly broken?: boolean;
}

const folder = path.join(import.meta.dirname, 'fixtures');

export const fixtureNames = (): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.slice(0, -'.sql'.length));

export function readFixture(name: string): FixtureCase[] {
  return parseFixture(fs.readFileSync(path.join(folder, `${name}.sql`), 'utf8'));
}

export function parseFixture(text: string): FixtureCase[] {
  const cases: FixtureCase[] = [];
  const parts = text.split(/^-- @case /m);
  let line = (parts.shift() ?? '').split('\n').length;
  for (const part of parts) {
    const end = part.indexOf('\n');
    const [title = '', words = ''] = part.slice(0, end).split(' | ');
    const [body = '', rest] = part.slice(end + 1).split(/^-- @fixed\n/m);
    // the empty line in front of the next case belongs to neither
    const fixed = rest === undefined ? undefined : `${rest.trimEnd()}\n`;
    let tool = 'sql';
    let pg = 14;
    let file = '0001_case.sql';
    let broken = false;
    const options: Record<string, OptionValue> = {};
    for (const word of words.split(' ').filter(Boolean)) {
      const [key = '', value = ''] = word.split('=');
      if (key === 'tool') tool = value;
      else if (key === 'pg') pg = Number(value);
      else if (key === 'path') file = value;
      else if (key === 'broken') broken = true;
      else
        options[key] = /^\d+$/.test(value)
          ? Number(value)
          : value === 'true'
            ? true
            : value === 'false'
              ? false
              : value.includes(',')
                ? value.split(',')
                : value;
    }
    cases.push({ title, line, tool, pg, options, files: filesOf(body, file), fixed, broken });
    line += part.split('\n').length - 1;
  }
  return cases;
}

/** The files of a history, or the only file. @param path of the only file */
export function filesOf(body: string, path: string): FixtureCase['files'] {
  const pieces = body.split(/^-- @file /m);
  const first = pieces.shift() ?? '';
  if (pieces.length === 0) return [{ path, text: first }];
  return pieces.map((piece) => {
    const nameEnd = piece.indexOf('\n');
    const [name = '', ...words] = piece.slice(0, nameEnd).trim().split(' | ');
    const finds = words.map((word) => /^finds(?: (\d+))?$/.exec(word)).find(Boolean);
    return {
      path: name,
      text: piece.slice(nameEnd + 1),
      ...(words.includes('edited') ? { edited: true } : {}),
      ...(finds ? { finds: Number(finds[1] ?? 1) } : {}),
    };
  });
}

/** What is no folder. */
const onlyFiles = (files: FixtureCase['files']): FixtureCase['files'] =>
  files.filter((file) => !file.path.endsWith('/'));

function viewOf(files: FixtureCase['files']): FolderView {
  const texts = new Map(onlyFiles(files).map((file) => [file.path, file.text]));
  return folderView('/project/migrations', [...texts.keys()], {
    read(relative) {
      const text = texts.get(relative);
      if (text === undefined) throw new Error(`${relative}: no such file`);
      return text;
    },
    exists: (relative) => [...texts.keys()].some((name) => name === relative || name.startsWith(`${relative}/`)),
  });
}

/** What the tool runs of a history, in its order. A file that stands alone is run whatever its name. */
export function upFiles(tool: Tool, files: FixtureCase['files']): FixtureCase['files'] {
  if (files.length === 1) return files;
  const { up } = tool.select(
    onlyFiles(files).map((file) => file.path),
    viewOf(files),
  );
  return up.flatMap((name) => files.filter((file) => file.path === name));
}

/** What one rule finds in a case, by file. @param fixes whether fixes are wanted, too */
export function runCase(rule: Rule, one: FixtureCase, fixes = true): ReadonlyMap<string, readonly Finding[]> {
  const tool = toolByName(one.tool);
  if (!tool) throw new Error(`no tool ${one.tool}`);
  const set = new Map([[rule, { severity: rule.severity, options: one.options }]]);
  const prepared = prepareRules(set);
  const texts = new Map(onlyFiles(one.files).map((file) => [file.path, file.text]));
  const view = viewOf(one.files);
  const sql = one.files.filter((file) => file.path.endsWith('.sql'));
  const findings = new Map<string, Finding[]>(one.files.map((file) => [file.path, []]));
  const past = new PastMigrations(one.pg, tool);
  const functions = new PastMigrations(one.pg, tool, 'functions');
  const inOrder = upFiles(tool, one.files);
  const earlier = (file: FixtureCase['files'][number]): { path: string; read: () => string }[] =>
    inOrder
      .slice(0, Math.max(0, inOrder.indexOf(file)))
      .map(({ path: name, text }) => ({ path: name, read: () => text }));
  const results = new Map(
    sql.map((file) => [
      file.path,
      lintFile(
        {
          ...file,
          tool,
          pgVersion: one.pg,
          folder: view,
          history: () => past.upTo(earlier(file)),
          functions: () => functions.upTo(earlier(file)),
          past: () => earlier(file),
        },
        prepared,
        { fixes },
      ),
    ]),
  );
  for (const [name, result] of results)
    findings.get(name)?.push(...result.findings.filter((finding) => !(one.broken && finding.rule === 'syntax-error')));
  const selection = tool.select([...texts.keys()], view);
  const up = one.files.length > 1 || rule.kind === 'history' ? selection.up : one.files.map((file) => file.path);
  const facts = up.map((name) => results.get(name)?.facts ?? []);
  let replayed: ReturnType<typeof replay> | undefined;
  for (const found of lintHistory(
    {
      root: '/project/migrations',
      tool,
      pgVersion: one.pg,
      files: up.map((name, index) => ({
        path: name,
        facts: facts[index] ?? [],
        statements: results.get(name)?.statements ?? 0,
        text: () => texts.get(name) ?? '',
      })),
      ignored: selection.ignored,
      folder: view,
      get replay() {
        return (replayed ??= replay(facts));
      },
      edited: new Set(one.files.filter(({ edited }) => edited).map((file) => file.path)),
      now: Date.UTC(2026, 10, 21),
    },
    set,
  )) {
    const where = 'path' in found.where ? found.where.path : (up[found.where.file] ?? '');
    const name = one.files.some((file) => file.path === `${where}/`) ? `${where}/` : where;
    const list = findings.get(name) ?? [];
    findings.set(name, list);
    list.push(placeFinding(found, texts.get(name) ?? ''));
  }
  return findings;
}

/** Lines (1-based in the file) on which something has to be found, and how often. */
export function expectedLines({ text, finds }: FixtureFile): Map<number, number> {
  const out = new Map<number, number>(finds === undefined ? [] : [[1, finds]]);
  text.split('\n').forEach((content, index) => {
    const match = /--\s*@finds(?:\s+(\d+))?\s*$/.exec(content);
    if (match) out.set(index + 1, (out.get(index + 1) ?? 0) + Number(match[1] ?? 1));
  });
  return out;
}

export function foundLines(findings: readonly Finding[]): Map<number, number> {
  const out = new Map<number, number>();
  for (const { line } of findings) out.set(line, (out.get(line) ?? 0) + 1);
  return out;
}

/** All fixes of a case applied to its only file. */
export function fixCase(rule: Rule, one: FixtureCase): string | undefined {
  const [file] = one.files;
  if (!file || one.files.length > 1) return undefined;
  const edits = (runCase(rule, one).get(file.path) ?? []).flatMap((finding) => finding.fix ?? []);
  return edits.length === 0 ? undefined : applyEdits(file.text, edits);
}
