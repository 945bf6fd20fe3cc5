/** The hook that rewrites and lints what is about to be committed. Hooks belong to the repository, wherever the project lies in it. */
import fs from 'node:fs';
import path from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { isMap, isSeq, parseDocument } from 'yaml';
import { UsageError } from '../errors.ts';
import { packageVersion } from '../package.ts';
import { printable } from '../terminal.ts';
import type { Draft } from './draft.ts';
import type { LintStaged, Project } from './project.ts';
import { depend, formatting, fromTop, quoted, runner } from './runner.ts';

export const HOOKS = ['husky', 'lint-staged', 'pre-commit', 'git', 'none'] as const;
export type Hook = (typeof HOOKS)[number];

const HUSKY_VERSION = '^9.1.7';
/** What migrations are written in. */
const EXTENSIONS = 'sql,js,ts,mjs,mts,cjs,cts';

/** What the project has already; undefined where it has to be chosen. */
export function presentHook({ git, precommit, lintStaged, husky }: Project): Hook | undefined {
  if (!git) return undefined;
  if (precommit !== undefined) return 'pre-commit';
  if (lintStaged && lintStaged.kind !== 'module') return 'lint-staged';
  return husky === undefined ? undefined : 'husky';
}

/** @throws UsageError when the project has not what the hook needs */
export function setUpHook(draft: Draft, project: Project, hook: Hook): void {
  if (hook === 'none') return;
  if (!project.git) {
    throw new UsageError(
      `a hook needs a git repository, and ${printable(project.root)} is in none. Run git init first, or pass --hook none to set up everything else`,
    );
  }
  if (hook === 'husky') throughHusky(draft, project);
  else if (hook === 'lint-staged') throughLintStaged(draft, project);
  else if (hook === 'pre-commit') throughPrecommit(draft, project);
  else {
    const { hooks, root, common } = project.git;
    if (![root, common].some((folder) => hooks.startsWith(folder + path.sep))) {
      throw new UsageError(
        `git looks for hooks in ${printable(hooks)} (core.hooksPath), which other repositories may use, too. --hook husky or --hook pre-commit bring a place of their own, --hook none leaves hooks alone`,
      );
    }
    inHookFile(draft, project, path.join(hooks, 'pre-commit'), true);
    draft.note('The hook is one of this clone alone: git carries no hooks to others. husky and pre-commit do.');
  }
}

const SAYS = '# idempotify: rewrites staged migrations so that they can be run again, stages them, and lints them';

function throughHusky(draft: Draft, project: Project): void {
  const { husky, manifest } = project;
  const old = manifest?.keys['husky'];
  if (typeof old === 'object' && old !== null && 'hooks' in old) {
    draft.note(
      `${shown(project, manifest!.file)} holds hooks of husky 4 and stays as it is. Have its "pre-commit" run: ${both(project)}`,
    );
    return;
  }
  const folder = husky ?? path.join(project.git!.root, '.husky');
  if (husky === undefined) {
    if (!manifest) {
      throw new UsageError(
        'husky needs a package.json, and there is none in this folder. --hook git or --hook pre-commit need none',
      );
    }
    depend(draft, project, manifest, { husky: HUSKY_VERSION });
    prepare(draft, project);
  }
  inHookFile(draft, project, path.join(folder, 'pre-commit'), false);
}

/** `prepare` runs after every install and points git at `.husky`. */
function prepare(draft: Draft, project: Project): void {
  const { file, keys } = project.manifest!;
  const at = fromTop(project);
  // husky has to be run at the top of the repository
  const up = at === '' ? '' : `cd ${at.replace(/[^/]+/g, '..')} && `;
  const folder = at === '' ? '' : ` .husky`;
  const script = `${up}husky${folder}`;
  const scripts = keys['scripts'] as Record<string, unknown> | undefined;
  const present = scripts?.['prepare'];
  if (typeof present === 'string' && present.includes('husky')) return;
  const text = draft.read(file) ?? '{}';
  const value = typeof present === 'string' ? `${present} && (${script})` : script;
  const edits = modify(text, ['scripts', 'prepare'], value, { formattingOptions: formatting(text) });
  draft.write(file, applyEdits(text, edits), 'the script that puts the hooks of husky in place');
}

function both(project: Project): string {
  const call = runner(project);
  return `${call} rewrite --staged && ${call} lint --staged`;
}

/** @param own the file is git's and has to be a program of its own; husky's is read by a shell */
function inHookFile(draft: Draft, project: Project, file: string, own: boolean): void {
  const at = fromTop(project);
  const line = `${at === '' ? both(project) : `(cd ${quoted(at)} && ${both(project)})`} || exit 1`;
  const before = draft.read(file);
  if (before?.includes(line)) return;
  if (before === undefined) {
    draft.write(file, `${own ? '#!/bin/sh\n' : ''}${SAYS}\n${line}\n`, 'rewrites and lints before a commit', 0o755);
    return;
  }
  const shebang = /^#!.*/.exec(before)?.[0];
  if (shebang !== undefined && !/\b(?:ba|da|z|k|a)?sh\b/.test(shebang)) {
    draft.note(`${shown(project, file)} is no shell script and stays as it is. Have it run: ${both(project)}`);
    return;
  }
  const eol = before.includes('\r\n') ? '\r\n' : '\n';
  // in front of what is there: it may end the script
  const head = /^(?:#!.*\r?\n)?(?:(?:[ \t]*#.*|[ \t]*|\. .*husky\.sh"?[ \t]*)\r?\n)*/.exec(before)?.[0] ?? '';
  const at0 = head.length === before.length && !before.endsWith('\n') ? before.length : head.length;
  const joined = at0 > 0 && !before.slice(0, at0).endsWith('\n') ? eol : '';
  const text = `${before.slice(0, at0)}${joined}${SAYS}${eol}${line}${eol}${before.slice(at0)}`;
  draft.write(file, text, 'rewrites and lints before a commit');
  if (own && (fs.statSync(file).mode & 0o100) === 0)
    draft.note(`${shown(project, file)} is not executable, so that git does not run it: chmod +x it.`);
}

/** Gives the files to the commands, and takes care of what is not staged and of staging the result. */
function throughLintStaged(draft: Draft, project: Project): void {
  const { lintStaged, root } = project;
  if (!lintStaged) {
    throw new UsageError(
      'there is no config file of lint-staged. --hook husky and --hook git need none; or set up lint-staged first',
    );
  }
  const folder = path.dirname(lintStaged.file);
  const config = path.relative(folder, path.join(root, '.idempotifyrc.json')).split(path.sep).join('/');
  const option = folder === root ? '' : ` --config ${JSON.stringify(configOf(project, folder) ?? config)}`;
  const commands = [`idempotify rewrite${option}`, `idempotify lint${option}`];
  const patterns = project.migrations.map(({ path: at }) => {
    const relative = path.relative(folder, path.join(root, at)).split(path.sep).join('/');
    return `${relative === '' ? '' : `${relative}/`}**/*.{${EXTENSIONS}}`;
  });
  if (lintStaged.kind === 'module') {
    const entries = patterns.map((pattern) => `${JSON.stringify(pattern)}: ${JSON.stringify(commands)}`).join(', ');
    draft.note(
      `${shown(project, lintStaged.file)} is a program and stays as it is. Add to what it exports: ${entries}`,
    );
    return;
  }
  const text = draft.read(lintStaged.file) ?? '';
  const after = patterns.reduce((now, pattern) => withEntry(now, lintStaged, pattern, commands), text);
  draft.write(lintStaged.file, after, 'rewrites and lints staged migrations');
  if (!project.husky && !fs.existsSync(path.join(project.git!.hooks, 'pre-commit')))
    draft.note('No hook runs lint-staged yet. Have your pre-commit hook run: npx lint-staged');
}

function configOf({ config }: Project, folder: string): string | undefined {
  return config === undefined ? undefined : path.relative(folder, config).split(path.sep).join('/');
}

function withEntry(text: string, { kind, file }: LintStaged, pattern: string, commands: readonly string[]): string {
  if (kind === 'yaml') {
    const document = parseDocument(text);
    if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents)))
      throw new UsageError(`${printable(file)} does not parse as a map in YAML`);
    if (document.has(pattern)) return text;
    const entry = `${JSON.stringify(pattern)}:\n${commands.map((command) => `  - ${command}\n`).join('')}`;
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${entry}`;
  }
  const at = kind === 'package.json' ? ['lint-staged', pattern] : [pattern];
  if (text.includes(JSON.stringify(pattern))) return text;
  return applyEdits(text, modify(text, at, commands, { formattingOptions: formatting(text) }));
}

/** The framework installs what it runs itself, so that the hook works without package.json, too. */
function throughPrecommit(draft: Draft, project: Project): void {
  const file = project.precommit ?? path.join(project.git!.root, '.pre-commit-config.yaml');
  const at = fromTop(project);
  const config = at === '' ? [] : ['--config', configOf(project, project.git!.root) ?? `${at}/.idempotifyrc.json`];
  const pattern = project.migrations
    .map(({ path: folder }) => escaped(path.posix.join(at, folder)))
    .map((folder) => `${folder}/`)
    .join('|');
  const files = project.migrations.length === 1 ? `^${pattern}` : `^(${pattern})`;
  const hook = (command: string): string[] => [
    `- id: idempotify-${command}`,
    `  name: idempotify ${command}`,
    `  entry: idempotify ${command} --staged`,
    ...(config.length > 0 ? [`  args: ${JSON.stringify(config)}`] : []),
    '  language: node',
    `  additional_dependencies: ['idempotify@${packageVersion()}']`,
    `  files: '${files.replaceAll("'", "''")}'`,
    '  pass_filenames: false',
    '  require_serial: true',
  ];
  const entry = ['- repo: local', '  hooks:', ...[...hook('rewrite'), ...hook('lint')].map((line) => `    ${line}`)];
  const before = draft.read(file);
  if (before === undefined) {
    draft.write(file, `repos:\n${entry.map((line) => `  ${line}\n`).join('')}`, 'rewrites and lints before a commit');
  } else {
    if (before.includes('id: idempotify-')) return;
    draft.write(file, withRepo(before, entry, file), 'rewrites and lints before a commit');
  }
  if (!fs.existsSync(path.join(project.git!.hooks, 'pre-commit')))
    draft.note('Run pre-commit install once in every clone: it puts the hook in place.');
}

/** At the end of `repos`, with the indentation that is there. Everything else stays to the byte. */
function withRepo(text: string, entry: readonly string[], file: string): string {
  const document = parseDocument(text);
  const repos = isMap(document.contents) ? document.get('repos', true) : undefined;
  const last = isSeq(repos) ? (repos.items.at(-1) as { range?: readonly number[] } | undefined) : undefined;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  let after: string | undefined;
  if (document.errors.length === 0 && isSeq(repos) && !repos.flow && last?.range) {
    const start = text.lastIndexOf('\n', last.range[0]! - 1) + 1;
    const indent = /^( *)- /.exec(text.slice(start))?.[1];
    const end = last.range[1]!;
    const at = end === text.length || text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1 || text.length;
    if (indent !== undefined) {
      const joined = text.slice(0, at).endsWith('\n') ? '' : eol;
      after = `${text.slice(0, at)}${joined}${entry.map((line) => `${indent}${line}${eol}`).join('')}${text.slice(at)}`;
    }
  }
  const wanted = after === undefined ? undefined : (parseDocument(after).toJS() as { repos?: unknown[] } | null);
  const was = document.errors.length > 0 ? undefined : (document.toJS() as { repos?: unknown[] } | null);
  if (after === undefined || wanted?.repos?.length !== (was?.repos?.length ?? 0) + 1) {
    throw new UsageError(
      `${printable(file)} can not be edited: its key "repos" is no list with an entry on each line. Add this to it:\n${entry.join('\n')}`,
    );
  }
  return after;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const shown = ({ root, git }: Project, file: string): string =>
  printable(path.relative(git && !file.startsWith(root) ? git.root : root, file));
