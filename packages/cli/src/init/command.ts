/** `idempotify init`: finds what is there, plans, shows, asks, writes; and takes it back. */
import path from 'node:path';
import { onSignals } from '../commands/shared.ts';
import { UsageError } from '../errors.ts';
import { unifiedDiff } from '../diff.ts';
import { type Colors, colorsFor, printable, printableLine } from '../terminal.ts';
import { CI, presentCi, setUpCi } from './ci.ts';
import { setUpConfig } from './config-file.ts';
import { type Change, Draft } from './draft.ts';
import { setUpEslint } from './eslint.ts';
import { HOOKS, type Hook, presentHook, setUpHook } from './hook.ts';
import { type Project, findPlace, findProject, readManifest } from './project.ts';
import { installs, runner } from './runner.ts';
import { carryOut, undo } from './undo.ts';

export interface InitOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
  readonly hook?: string;
  readonly ci?: string;
  readonly eslint?: boolean;
  readonly color?: boolean;
}

/** @returns the exit code. @throws UsageError */
export async function runInitCommand(paths: readonly string[], options: InitOptions): Promise<number> {
  const hook = oneOf(HOOKS, options.hook, '--hook');
  const ci = oneOf(CI, options.ci, '--ci');
  if (options.yes && options.dryRun) throw new UsageError('--yes and --dry-run can not be used together');
  const { stdout } = process;
  const teller: Teller = {
    colors: colorsFor(stdout, options.color),
    terminal: stdout.isTTY,
    line: (text = '') => void stdout.write(`${text}\n`),
  };
  if (options.undo) {
    if (hook !== undefined || ci !== undefined || paths.length > 0)
      throw new UsageError('--undo takes back all that init has set up, and no other options');
    return takeBack(options, teller);
  }
  const project = await findProject(process.cwd(), paths);
  const { colors: c, line } = teller;
  describe(project, teller);
  const asks = process.stdin.isTTY === true && stdout.isTTY && !options.yes && !options.dryRun;
  const draft = new Draft();
  setUpConfig(draft, project);
  const chosen = hook ?? presentHook(project) ?? (await hookFor(project, asks));
  if (chosen === undefined) return cancelled(teller);
  setUpHook(draft, project, chosen);
  if (options.eslint !== false && project.eslint !== undefined) {
    const beside = path.join(path.dirname(project.eslint), 'package.json');
    setUpEslint(draft, project, project.manifest?.file === beside ? project.manifest : readManifest(beside));
  }
  setUpCi(draft, project, ci ?? (project.git ? presentCi(project) : 'none'));
  const changes = draft.changes();
  for (const change of changes) show(change, project, teller);
  if (changes.length === 0) line(c.green('Everything is set up already: nothing to write.'));
  else if (options.dryRun) line(`${counted(changes)} would be written. Nothing was.`);
  else {
    if (!options.yes && !asks) {
      throw new UsageError(
        'nothing was written, because there is no terminal to ask at. Pass --yes to write this, or --dry-run to only see it',
      );
    }
    if (asks && !(await agreed(changes))) return cancelled(teller);
    await finished(() => carryOut(project, changes));
    line(c.green(`${counted(changes)} written. idempotify init --undo takes it back.`));
  }
  for (const note of draft.notes) line(`${c.cyan('note')} ${note}`);
  if (changes.length > 0 && !options.dryRun) next(project, draft, teller);
  return 0;
}

/** It takes no time: who stops it meanwhile finds it done. */
async function finished<T>(work: () => Promise<T>): Promise<T> {
  const release = onSignals(new AbortController());
  try {
    return await work();
  } finally {
    release();
  }
}

interface Teller {
  readonly colors: Colors;
  readonly terminal: boolean;
  readonly line: (text?: string) => void;
}

function oneOf<T extends string>(names: readonly T[], given: string | undefined, option: string): T | undefined {
  if (given === undefined) return undefined;
  const found = names.find((name) => name === given);
  if (found === undefined)
    throw new UsageError(`${option} ${printable(given)}: there is none of that name; choose ${names.join(', ')}`);
  return found;
}

function describe({ root, git, migrations, ...found }: Project, { colors: c, line }: Teller): void {
  const relative = (file: string): string => printable(path.relative(root, file) || '.');
  line(`${c.bold('Project')} ${printable(root)}`);
  for (const { path: at, title, any } of migrations)
    line(`  ${printable(title)} in ${printable(at)}${any ? '' : ', which holds none yet'}`);
  if (git && git.root !== root) line(`  in the git repository ${printable(git.root)}`);
  for (const [title, file] of [
    ['husky', found.husky],
    ['lint-staged', found.lintStaged?.file],
    ['pre-commit', found.precommit],
    ['ESLint', found.eslint],
    ['GitHub', found.workflows],
    ['GitLab', found.gitlab],
    ['squawk', found.squawk?.file],
  ] as const)
    if (file !== undefined) line(`  ${title}: ${relative(file)}`);
  line();
}

/** Which hook, where the project has none of its own way yet. */
async function hookFor(project: Project, asks: boolean): Promise<Hook | undefined> {
  if (!asks || !project.git) return 'git';
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select<Hook>({
    message: 'What runs before a commit?',
    options: [
      { value: 'git', label: 'a hook of git', hint: 'in this clone only, needs nothing else' },
      ...(project.manifest
        ? [{ value: 'husky' as const, label: 'husky', hint: 'for everyone who installs the project' }]
        : []),
      { value: 'pre-commit', label: 'the pre-commit framework', hint: 'for everyone who runs pre-commit install' },
      { value: 'none', label: 'nothing' },
    ],
  });
  return isCancel(answer) ? undefined : answer;
}

async function agreed(changes: readonly Change[]): Promise<boolean> {
  const edited = changes.filter(({ before }) => before !== undefined).length;
  const message =
    edited === 0 ? `Write ${counted(changes)}?` : `Write ${counted(changes)}, ${edited} of them over what is there?`;
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message });
  return !isCancel(answer) && answer;
}

function cancelled({ line }: Teller): number {
  line('Nothing was written.');
  return 0;
}

function show({ file, before, after, why }: Change, project: Project, { colors: c, terminal, line }: Teller): void {
  const relative = path.relative(project.root, file);
  const verb = before === undefined ? c.green('new') : c.yellow('edit');
  line(`${verb} ${c.bold(printable(relative))}: ${why.join('; ')}`);
  const diff = unifiedDiff(relative.split(path.sep).join('/'), textOf(before), textOf(after));
  for (const each of diff.trimEnd().split('\n').slice(2)) {
    const text = terminal ? printableLine(each.replace(/\r$/, '')) : each;
    line(`  ${text.startsWith('+') ? c.green(text) : text.startsWith('-') ? c.red(text) : text}`);
  }
  line();
}

const textOf = (bytes: Uint8Array | undefined): string => (bytes ? Buffer.from(bytes).toString('utf8') : '');
const counted = ({ length }: { readonly length: number }): string => `${length} file${length === 1 ? '' : 's'}`;

function next(project: Project, draft: Draft, { line }: Teller): void {
  line();
  line('Next:');
  if (draft.notes.some((note) => note.startsWith(`Run ${installs(project)}`))) line(`  $ ${installs(project)}`);
  if (project.migrations.some(({ any }) => any)) {
    line(`  $ ${runner(project)} lint                    what is found in the migrations that are there`);
    line(`  $ ${runner(project)} lint --update-ignores   take that for known, so that only new findings are told`);
  } else line(`  $ ${runner(project)} lint   once there are migrations`);
}

async function takeBack({ yes, dryRun }: InitOptions, { colors: c, line }: Teller): Promise<number> {
  const place = findPlace(process.cwd());
  const relative = (file: string): string => printable(path.relative(place.root, file));
  const planned = await undo(place, true);
  if (!planned) {
    line('There is nothing to undo: init has written nothing here, or it was undone already.');
    return 0;
  }
  for (const file of planned.restored) line(`${c.yellow('back')} ${relative(file)}`);
  for (const file of planned.changed)
    line(`${c.cyan('stays')} ${relative(file)}: it was changed since, take out by hand what is not wanted`);
  if (dryRun) {
    line('Nothing was changed.');
    return 0;
  }
  if (!yes) {
    if (!process.stdin.isTTY || !process.stdout.isTTY) {
      throw new UsageError(
        'nothing was undone, because there is no terminal to ask at. Pass --yes to undo this, or --dry-run to only see it',
      );
    }
    const { confirm, isCancel } = await import('@clack/prompts');
    const answer = await confirm({ message: `Put ${counted(planned.restored)} back as before?` });
    if (isCancel(answer) || !answer) {
      line('Nothing was changed.');
      return 0;
    }
  }
  const { restored, changed } = (await finished(() => undo(place, false)))!;
  line(c.green(`${counted(restored)} as before init.`));
  return changed.length > 0 ? 1 : 0;
}
