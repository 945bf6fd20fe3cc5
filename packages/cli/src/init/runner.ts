/** How idempotify is called from hooks and CI files of a project. */
import path from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { packageVersion } from '../package.ts';
import type { Draft } from './draft.ts';
import type { Manifest, Project } from './project.ts';

const INSTALLED = {
  npm: 'npx --no-install',
  pnpm: 'pnpm exec',
  yarn: 'yarn run',
  bun: 'bun run',
} as const;

/** With `package.json` what is installed, which is the same for everyone; else this very version from the registry. */
export const runner = ({ manifest, manager }: Project): string =>
  manifest ? `${INSTALLED[manager]} idempotify` : `npx --yes idempotify@${packageVersion()}`;

export const installs = ({ manager }: Project): string => `${manager} install`;

/** From the top of the repository; '' is that top itself. */
export const fromTop = ({ git, root }: Project): string =>
  git ? path.relative(git.root, root).split(path.sep).join('/') : '';

/** As an argument for sh. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Adds what is missing in `devDependencies`. Nothing is installed. */
export function depend(
  draft: Draft,
  project: Project,
  { file, dependencies }: Manifest,
  wanted: Readonly<Record<string, string>>,
): void {
  let text = draft.read(file) ?? '{}';
  const added = Object.entries(wanted).filter(([name]) => !dependencies.has(name) && !text.includes(`"${name}":`));
  for (const [name, version] of added) {
    const formattingOptions = formatting(text);
    // npm keeps them sorted
    const getInsertionIndex = (names: string[]): number => names.filter((each) => each < name).length;
    const edits = modify(text, ['devDependencies', name], version, { formattingOptions, getInsertionIndex });
    text = applyEdits(text, edits);
  }
  if (added.length === 0) return;
  const names = added.map(([name]) => name).join(', ');
  draft.write(
    file,
    text,
    `${names} as ${added.length === 1 ? 'a development dependency' : 'development dependencies'}`,
  );
  draft.note(`Run ${installs(project)} afterwards: it installs what package.json lists by then.`);
}

/** As the file is written already. */
export function formatting(text: string): { insertSpaces: boolean; tabSize: number; eol: string } {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
