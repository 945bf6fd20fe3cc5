/**
 * Fixtures and docs of deploy rules: files of a project that say themselves what is found in them.
 *
 *     # @case what it is about
 *     # @file package.json
 *     { "scripts": { "start": "prisma db push" } } # @finds
 *
 * `# @finds` at the end of a line, with a number unless it is one finding, is taken out before the file is read, so that formats
 * without comments have it, too.
 */
import fs from 'node:fs';
import path from 'node:path';
import { lintDeploy, type DeployRule, type Finding, type Rule } from '@idempotify/core';
import { deployFilesOf } from '../../packages/cli/src/deploy/index.ts';

export interface DeployCase {
  readonly title: string;
  /** 1-based line in the fixture. */
  readonly line: number;
  readonly files: readonly {
    readonly path: string;
    readonly text: string;
    readonly expected: ReadonlyMap<number, number>;
  }[];
}

const folder = path.join(import.meta.dirname, 'deploy');

export const deployFixtureNames = (): string[] => caseNames(folder);

export const readDeployFixture = (name: string): DeployCase[] => readCases(path.join(folder, `${name}.cases`));

/** The names of the fixtures in a folder. */
export const caseNames = (folder: string): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.cases'))
    .map((name) => name.slice(0, -'.cases'.length));

/** In JavaScript, the marks stand behind `//`. */
export function readCases(file: string): DeployCase[] {
  const parts = fs.readFileSync(file, 'utf8').split(/^(?:#|\/\/) @case /m);
  let line = (parts.shift() ?? '').split('\n').length;
  return parts.map((part) => {
    const [title = ''] = part.split('\n', 1);
    const files = part
      .split(/^(?:#|\/\/) @file /m)
      .slice(1)
      .map((piece) => {
        const end = piece.indexOf('\n');
        return { path: piece.slice(0, end).trim(), ...withoutMarks(piece.slice(end + 1)) };
      });
    const one = { title, line, files };
    line += part.split('\n').length - 1;
    return one;
  });
}

const MARK = /[ \t]*(?:#|\/\/) @finds(?:[ \t]+(\d+))?$/;

function withoutMarks(marked: string): { text: string; expected: ReadonlyMap<number, number> } {
  const expected = new Map<number, number>();
  const lines = marked.split('\n').map((line, index) => {
    const match = MARK.exec(line);
    if (!match) return line;
    expected.set(index + 1, Number(match[1] ?? 1));
    return line.slice(0, match.index);
  });
  return { text: lines.join('\n'), expected };
}

/** What one rule finds in files of one project, by file. */
export async function runDeploy(
  rule: DeployRule,
  texts: readonly { readonly path: string; readonly text: string }[],
): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const { files, problems } = await deployFilesOf(texts);
  if (problems.length > 0) throw new Error(problems.map(({ path: file, message }) => `${file} ${message}`).join('\n'));
  const set = new Map([[rule, { severity: rule.severity, options: {} }]]);
  return new Map(files.map((file) => [file.path, lintDeploy(file, set)]));
}

export interface DeployExample {
  readonly line: number;
  readonly expected: string;
  readonly section: string;
  readonly path: string;
  readonly text: string;
}

/** `<!-- example: reported path=package.json -->` and the block behind it. */
export function readDeployDoc(rule: Rule): {
  readonly sections: readonly string[];
  readonly examples: readonly DeployExample[];
} {
  const text = fs.readFileSync(path.join(import.meta.dirname, '../../rules/docs', `${rule.name}.md`), 'utf8');
  const lines = text.split('\n');
  const sections: string[] = [];
  const examples: DeployExample[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith('## ')) sections.push(line.slice(3));
    if (line.startsWith('```')) throw new Error(`line ${at + 1}: no <!-- example: … --> above this block`);
    if (!line.startsWith('<!-- example')) continue;
    const match = /^<!-- example: (reported|fine) path=(\S+) -->$/.exec(line);
    if (!match || !/^```\w+$/.test(lines[at + 2] ?? ''))
      throw new Error(`line ${at + 1}: not an example of a deploy file`);
    const end = lines.indexOf('```', at + 3);
    examples.push({
      line: at + 1,
      expected: match[1] ?? '',
      path: match[2] ?? '',
      section: sections.at(-1) ?? '',
      text: `${lines.slice(at + 3, end).join('\n')}\n`,
    });
    at = end;
  }
  return { sections, examples };
}
