/** The file for CI: what a branch changes is linted, and told where people look at it. */
import path from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { UsageError } from '../errors.ts';
import { printable } from '../terminal.ts';
import type { Draft } from './draft.ts';
import type { Project } from './project.ts';
import { fromTop, quoted, runner } from './runner.ts';

export const CI = ['github', 'gitlab', 'none'] as const;
export type Ci = (typeof CI)[number];

export function presentCi({ workflows, gitlab }: Project): Ci {
  return workflows !== undefined ? 'github' : gitlab !== undefined ? 'gitlab' : 'none';
}

/** @throws UsageError */
export function setUpCi(draft: Draft, project: Project, ci: Ci): void {
  if (ci === 'none') return;
  if (!project.git) {
    throw new UsageError('what a branch changes is only known in a git repository: pass --ci none, or run git init');
  }
  if (ci === 'github') onGithub(draft, project);
  else onGitlab(draft, project);
}

/** The commands before the linter, to be run at the top of the repository. */
function install(project: Project): readonly string[] {
  const { manifest, manager, locked, git, installAt } = project;
  if (!manifest) return [];
  const command = {
    npm: locked ? 'npm ci' : 'npm install',
    pnpm: `corepack enable && pnpm install${locked ? ' --frozen-lockfile' : ''}`,
    yarn: `corepack enable && yarn install${locked ? ' --immutable' : ''}`,
    bun: `npm install --global bun && bun install${locked ? ' --frozen-lockfile' : ''}`,
  }[manager];
  const at = path.relative(git!.root, installAt).split(path.sep).join('/');
  return [at === '' ? command : `cd ${quoted(at)} && ${command}`];
}

function onGithub(draft: Draft, project: Project): void {
  const at = fromTop(project);
  const name = at === '' ? 'idempotify.yml' : `idempotify-${at.replace(/[^\w-]+/g, '-')}.yml`;
  const file = path.join(project.git!.root, '.github/workflows', name);
  if (draft.read(file) !== undefined) {
    draft.note(`.github/workflows/${name} is there already and stays as it is.`);
    return;
  }
  const lines = [
    `name: Migrations${at === '' ? '' : ` of ${at}`}`,
    'on: pull_request',
    'permissions:',
    '  contents: read',
    'jobs:',
    '  idempotify:',
    '    runs-on: ubuntu-latest',
    '    steps:',
    '      - uses: actions/checkout@v4',
    '        with:',
    '          fetch-depth: 0 # what the branch changes is told by its history',
    '      - uses: actions/setup-node@v4',
    '        with:',
    '          node-version: 22',
    ...install(project).map((command) => `      - run: ${command}`),
    `      - run: ${runner(project)} lint --since origin/\${{ github.base_ref }} --format github`,
    ...(at === '' ? [] : [`        working-directory: ${JSON.stringify(at)}`]),
  ];
  draft.write(file, `${lines.join('\n')}\n`, 'lints what a pull request changes');
}

function onGitlab(draft: Draft, project: Project): void {
  const file = project.gitlab ?? path.join(project.git!.root, '.gitlab-ci.yml');
  const text = draft.read(file) ?? '';
  const document = parseDocument(text);
  const contents = document.contents;
  // its own tags, such as !reference, are no errors
  if (document.errors.length > 0 || (contents !== null && !isMap(contents)))
    throw new UsageError(`${printable(file)} does not parse; pass --ci none to leave it alone`);
  const at = fromTop(project);
  const name = at === '' ? 'idempotify' : `idempotify ${at}`;
  if (document.has(name)) {
    draft.note(`.gitlab-ci.yml has a job "${printable(name)}" already and stays as it is.`);
    return;
  }
  const stages = document.get('stages');
  const named = isSeq(stages) ? stages.toJSON().map(String) : undefined;
  const stage = named && !named.includes('test') ? named[0] : undefined;
  const report = 'gl-code-quality.json';
  const lines = [
    `${JSON.stringify(name)}:`.replace(/^"(\w+)":$/, '$1:'),
    ...(stage === undefined ? [] : [`  stage: ${JSON.stringify(stage)}`]),
    '  image: node:22',
    '  rules:',
    '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
    '  variables:',
    "    GIT_DEPTH: '0' # what the branch changes is told by its history",
    '  script:',
    ...install(project).map((command) => `    - ${command}`),
    ...(at === '' ? [] : [`    - cd "$CI_PROJECT_DIR"/${quoted(at)}`]),
    `    - ${runner(project)} lint --since "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --format gitlab -o "$CI_PROJECT_DIR"/${report}`,
    '  artifacts:',
    '    when: always',
    '    reports:',
    `      codequality: ${report}`,
  ];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : `${eol}${eol}`;
  draft.write(
    file,
    `${text}${gap}${lines.map((line) => `${line}${eol}`).join('')}`,
    'lints what a merge request changes',
  );
}
