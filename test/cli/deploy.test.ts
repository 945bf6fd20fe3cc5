/** Deploy files: which are found, and what is read from them, with exact positions. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DeployCommand, DeployFile } from '@idempotify/core';
import { deployFiles, deployFilesOf } from '../../packages/cli/src/deploy/index.ts';

async function read(name: string, text: string): Promise<DeployFile> {
  const { files, problems } = await deployFilesOf([{ path: name, text }]);
  expect(problems).toEqual([]);
  expect(files).toHaveLength(1);
  return files[0]!;
}

/** What the file has where a part of the command's text comes from. */
function source(file: DeployFile, command: DeployCommand | undefined, part: string): string {
  const start = command?.text.indexOf(part) ?? -1;
  if (!command || start === -1) throw new Error(`no ${part} in ${command?.text ?? 'nothing'}`);
  return file.text.slice(command.offsetOf(start), command.offsetOf(start + part.length - 1) + 1);
}

const told = ({ commands }: DeployFile): unknown[] => commands.map(({ where, stage, text }) => [where, stage, text]);

/** Every case with LF and with CRLF: positions must not move. */
function both(title: string, check: (eol: (text: string) => string) => Promise<void>): void {
  it(title, () => check((text) => text));
  it(`${title}, CRLF`, () => check((text) => text.replaceAll('\n', '\r\n')));
}

describe('package.json', () => {
  both('scripts, with escapes and text that is not ASCII', async (eol) => {
    const file = await read(
      'package.json',
      eol(
        String.raw`{
  "scripts": {
    "büild": "echo \"😀 ünï\" && prisma migrate deploy",
    "start": "node \u0022a\u0022\t\/x; knex migrate:latest",
    "dev": "x",
    "heroku-postbuild": "y",
    "release:prod": "z",
    "broken": 1
  }
}`,
      ),
    );
    expect(told(file)).toEqual([
      ['scripts.büild', 'other', 'echo "😀 ünï" && prisma migrate deploy'],
      ['scripts.start', 'start', 'node "a"\t/x; knex migrate:latest'],
      ['scripts.dev', 'dev', 'x'],
      ['scripts.heroku-postbuild', 'build', 'y'],
      ['scripts.release:prod', 'release', 'z'],
    ]);
    const [first, second] = file.commands;
    expect(source(file, first, 'prisma migrate deploy')).toBe('prisma migrate deploy');
    expect(source(file, first, '😀 ünï')).toBe('😀 ünï');
    expect(source(file, first, '"😀')).toBe('\\"😀');
    expect(source(file, second, 'knex migrate:latest')).toBe('knex migrate:latest');
    expect(source(file, second, '/x')).toBe('\\/x');
  });

  it('with a BOM', async () => {
    const file = await read('package.json', '\ufeff{"scripts":{"a":"npx knex"}}');
    expect(source(file, file.commands[0], 'knex')).toBe('knex');
  });

  it('that is broken is a problem, and the others are read', async () => {
    const { files, problems } = await deployFilesOf([
      { path: 'package.json', text: '{ "scripts": {' },
      { path: 'render.yaml', text: 'services: [' },
      { path: 'fly.toml', text: 'a = ' },
      { path: 'Procfile', text: 'web: x' },
    ]);
    expect(files.map((file) => file.path)).toEqual(['Procfile']);
    expect(problems.map(({ path: file, message, offset }) => [file, message.split(' (')[0], typeof offset])).toEqual([
      ['package.json', 'is not JSON', 'number'],
      ['render.yaml', 'is not YAML', 'number'],
      ['fly.toml', 'is not TOML', 'number'],
    ]);
  });

  it('scripts are called from the nearest package', async () => {
    const { files } = await deployFilesOf([
      { path: 'package.json', text: '{"scripts":{"a":"root","c":"root c"}}' },
      { path: 'apps/web/package.json', text: '{"scripts":{"a":"web","b":"web b"}}' },
      { path: 'apps/web/Procfile', text: 'web: x' },
      { path: 'Procfile', text: 'web: x' },
    ]);
    const called = (name: string): (string | undefined)[] =>
      ['a', 'b', 'c', 'd'].map((script) => files.find((file) => file.path === name)?.called('npm', script)?.text);
    expect(called('apps/web/Procfile')).toEqual(['web', 'web b', 'root c', undefined]);
    expect(called('Procfile')).toEqual(['root', 'web b', 'root c', undefined]);
  });
});

describe('platforms', () => {
  it('vercel.json, railway.json, app.json', async () => {
    expect(told(await read('vercel.json', '{"buildCommand":"a","installCommand":"b","devCommand":"c"}'))).toEqual([
      ['installCommand', 'build', 'b'],
      ['buildCommand', 'build', 'a'],
      ['devCommand', 'dev', 'c'],
    ]);
    const railway = await read(
      'railway.json',
      '{"build":{"buildCommand":"a"},"deploy":{"preDeployCommand":["b","c"],"startCommand":"d"},"environments":{"x":{"deploy":{"startCommand":"e"}}}}',
    );
    expect(told(railway)).toEqual([
      ['build.buildCommand', 'build', 'a'],
      ['deploy.preDeployCommand', 'release', 'b && c'],
      ['deploy.startCommand', 'start', 'd'],
      ['environments.x.deploy.startCommand', 'start', 'e'],
    ]);
    expect(source(railway, railway.commands[1], 'c')).toBe('c');
    expect(
      told(
        await read(
          'app.json',
          '{"scripts":{"postdeploy":"a","dokku":{"predeploy":"b"}},"environments":{"test":{"scripts":{"postdeploy":"c"}}}}',
        ),
      ),
    ).toEqual([
      ['scripts.dokku.predeploy', 'build', 'b'],
      ['scripts.postdeploy', 'release', 'a'],
      ['environments.test.scripts.postdeploy', 'dev', 'c'],
    ]);
  });

  both('fly.toml: all kinds of strings', async (eol) => {
    const file = await read(
      'fly.toml',
      eol(
        String.raw`# ünï
[deploy]
  release_command = "npx \"ä\" \U0001F600 prisma migrate deploy"
  strategy = "x"
[processes]
  a = 'C:\n prisma'
  b = """
npx \
    prisma db push"""
  "c d" = '''
knex migrate:latest'''
[experimental]
cmd = ["sh", "-c"]
`,
      ),
    );
    expect(file.commands.map(({ where, stage }) => [where, stage])).toEqual([
      ['deploy.release_command', 'release'],
      ['processes.a', 'start'],
      ['processes.b', 'start'],
      ['processes.c d', 'start'],
      ['experimental.cmd', 'start'],
    ]);
    const [release, a, b, c] = file.commands;
    expect(release?.text).toBe('npx "ä" 😀 prisma migrate deploy');
    expect(source(file, release, 'prisma migrate deploy')).toBe('prisma migrate deploy');
    expect(source(file, a, 'prisma')).toBe('prisma');
    expect(source(file, b, 'prisma db push')).toBe('prisma db push');
    expect(source(file, c, 'knex migrate:latest')).toBe('knex migrate:latest');
  });

  it('netlify.toml, railway.toml, nixpacks.toml', async () => {
    expect(
      told(
        await read(
          'netlify.toml',
          'command = "no"\n[build]\ncommand = "a"\npublish = "x"\n[context.production]\ncommand = "b"\n[dev]\ncommand = "c"\n[context.dev]\ncommand = "d"\n[functions]\ncommand = "e"\n',
        ),
      ),
    ).toEqual([
      ['build.command', 'build', 'a'],
      ['context.production.command', 'build', 'b'],
      ['dev.command', 'dev', 'c'],
      ['context.dev.command', 'dev', 'd'],
    ]);
    expect(
      told(
        await read(
          'railway.toml',
          'deploy = { startCommand = "a", healthcheckPath = "/" }\n[build]\nbuildCommand = "b"\n[environments.x.deploy]\npreDeployCommand = ["c"]\n',
        ),
      ),
    ).toEqual([
      ['deploy.startCommand', 'start', 'a'],
      ['build.buildCommand', 'build', 'b'],
      ['environments.x.deploy.preDeployCommand', 'release', 'c'],
    ]);
    expect(
      told(await read('nixpacks.toml', '[phases.build]\ncmds = ["a", "b"]\n[start]\ncmd = "c"\nrunImage = "d"\n')),
    ).toEqual([
      ['phases.build.cmds', 'build', 'a && b'],
      ['start.cmd', 'start', 'c'],
    ]);
  });

  both('render.yaml: all kinds of scalars', async (eol) => {
    const file = await read(
      'render.yaml',
      eol(String.raw`services:
  - type: web
    name: ünï
    buildCommand: npm ci &&
      npx prisma migrate deploy # a comment
    preDeployCommand: 'it''s prisma migrate deploy'
    startCommand: "a \"b\" \x41
      prisma migrate deploy"
  - dockerCommand: |
      echo 😀

        prisma migrate deploy
  - startCommand: >-
      echo a

      b
      prisma migrate deploy
    initialDeployHook: x
projects:
  - environments:
      - services:
          - startCommand: z
`),
    );
    expect(told(file)).toEqual([
      ['services[0].buildCommand', 'build', 'npm ci && npx prisma migrate deploy'],
      ['services[0].preDeployCommand', 'release', "it's prisma migrate deploy"],
      ['services[0].startCommand', 'start', 'a "b" A prisma migrate deploy'],
      ['services[1].dockerCommand', 'start', 'echo 😀\n\n  prisma migrate deploy\n'],
      ['services[2].initialDeployHook', 'release', 'x'],
      ['services[2].startCommand', 'start', 'echo a\nb prisma migrate deploy'],
      ['projects[0].environments[0].services[0].startCommand', 'start', 'z'],
    ]);
    for (const command of file.commands.filter(({ text }) => text.includes('prisma')))
      expect(source(file, command, 'prisma migrate deploy')).toBe('prisma migrate deploy');
    expect(source(file, file.commands[1], "it's")).toBe("it''s");
    expect(source(file, file.commands[2], '"b')).toBe('\\"b');
  });

  both('Procfile', async (eol) => {
    const file = await read('Procfile', eol('# web: x\nrelease: prisma migrate deploy  \nweb: web: y\nempty:\n'));
    expect(told(file)).toEqual([
      ['release', 'release', 'prisma migrate deploy'],
      ['web', 'start', 'web: y'],
    ]);
    expect(source(file, file.commands[0], 'deploy')).toBe('deploy');
    expect(source(file, file.commands[1], 'web: y')).toBe('web: y');
    expect(file.commands[1]?.offsetOf(0)).toBe(file.text.indexOf('web: y'));
  });
});

describe('Dockerfile', () => {
  both('instructions', async (eol) => {
    const file = await read(
      'Dockerfile',
      eol(String.raw`# syntax=docker/dockerfile:1
FROM node:22 AS deps
RUN --mount=type=cache,target=/x --network=none npm ci && \
    # a cömment

    npx prisma \
      migrate deploy
healthcheck CMD prisma
FROM node:22 AS test
RUN npm test
FROM node:22
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
RUN a
ENTRYPOINT ["/bin/sh", "-c", "echo \"ä b\" && prisma migrate deploy"]
CMD [ "node", "it's", "." ]
CMD ["npx knex"]
run [ -f x ] && echo y
ONBUILD RUN z
`),
    );
    expect(file.commands.map(({ where, stage, shell }) => [where, stage, shell.errexit, shell.pipefail])).toEqual([
      ['RUN', 'build', false, false],
      ['RUN', 'dev', false, false],
      ['RUN', 'build', true, true],
      ['ENTRYPOINT', 'start', false, false],
      ['CMD', 'start', false, false],
      ['CMD', 'start', false, false],
      ['RUN', 'build', true, true],
    ]);
    const [run, , , entry, cmd, one, test] = file.commands;
    expect(run?.text.replace(/\s+/g, ' ')).toBe('npm ci && npx prisma migrate deploy');
    expect(source(file, run, 'prisma')).toBe('prisma');
    expect(source(file, run, 'migrate deploy')).toBe('migrate deploy');
    expect(entry?.text).toBe(`/bin/sh -c 'echo "ä b" && prisma migrate deploy'`);
    expect(source(file, entry, 'prisma migrate deploy')).toBe('prisma migrate deploy');
    expect(cmd?.text).toBe(`node 'it'\\''s' .`);
    expect(source(file, cmd, 'node')).toBe('node');
    expect(one?.text).toBe('npx knex');
    expect(test?.text).toBe('[ -f x ] && echo y');
  });

  both('heredocs', async (eol) => {
    const file = await read(
      'Dockerfile',
      eol(`FROM a
RUN <<EOF
prisma migrate deploy
CMD no
EOF
RUN bash -e <<'END' 
knex
END
RUN cat <<A > x <<-B > y
one
A
	two
	B
RUN <<EOF
open
`),
    );
    expect(file.commands.map(({ text, shell }) => [text.replaceAll('\r', ''), shell.errexit])).toEqual([
      ['prisma migrate deploy\nCMD no\n', false],
      ['knex\n', true],
      ['cat <<A > x <<-B > y\none\nA\n\ttwo\n\tB', false],
      ['<<EOF', false],
    ]);
    expect(source(file, file.commands[0], 'migrate deploy')).toBe('migrate deploy');
  });

  it('another escape character, and files for development', async () => {
    const windows = await read('app.dockerfile', '# escape=`\nFROM a\nRUN a `\n  b\\\nCMD c');
    expect(told(windows)).toEqual([
      ['RUN', 'build', 'a   b\\'],
      ['CMD', 'start', 'c'],
    ]);
    expect(told(await read('docker/Dockerfile.dev', 'FROM a\nRUN b\nCMD c'))).toEqual([
      ['RUN', 'dev', 'b'],
      ['CMD', 'dev', 'c'],
    ]);
  });
});

describe('compose files', () => {
  both('commands', async (eol) => {
    const file = await read(
      'docker-compose.yml',
      eol(`x-app: &app
  command: npx prisma migrate deploy && node .
services:
  app:
    <<: *app
    entrypoint: ["sh", "-c", "it's prisma"]
  migrate:
    command: a
  once:
    restart: "no"
    command: b
  test:
    command: c
  other:
    <<: [*app]
    command: d
`),
    );
    expect(told(file)).toEqual([
      ['services.app.entrypoint', 'start', `sh -c 'it'\\''s prisma'`],
      ['services.app.command', 'start', 'npx prisma migrate deploy && node .'],
      ['services.migrate.command', 'release', 'a'],
      ['services.once.command', 'release', 'b'],
      ['services.test.command', 'dev', 'c'],
      ['services.other.command', 'start', 'd'],
    ]);
    expect(source(file, file.commands[0], 'prisma')).toBe('prisma');
    expect(source(file, file.commands[1], 'migrate deploy')).toBe('migrate deploy');
  });

  it('for development', async () => {
    for (const name of ['compose.dev.yaml', 'docker-compose.override.yml', 'docker-compose.test.yml'])
      expect((await read(name, 'services: { a: { command: b } }')).commands[0]?.stage).toBe('dev');
    expect((await read('compose.prod.yaml', 'services: { a: { command: b } }')).commands[0]?.stage).toBe('start');
  });
});

describe('workflows', () => {
  both('of GitHub', async (eol) => {
    const file = await read(
      '.github/workflows/x.yml',
      eol(`on:
  push:
defaults: { run: { shell: bash } }
jobs:
  deploy:
    continue-on-error: true
    steps:
      - uses: a
      - run: |
          echo "😀 \${{ secrets.ä }}"
          prisma migrate deploy
      - shell: sh
        run: a
      - shell: bash -e {0}
        run: b
      - shell: pwsh
        run: c
  e2e:
    environment: production
    defaults: { run: { shell: sh } }
    steps: [{ run: d, continue-on-error: true }, { run: e, continue-on-error: "\${{ x }}" }]
  lint:
    steps: [{ run: f }]
  with-database:
    services: { db: {} }
    steps: [{ run: g }]
  any:
    steps: [{ run: h }]
`),
    );
    expect(
      file.commands.map(({ where, stage, shell, failurePasses }) => [
        where,
        stage,
        `${shell.errexit} ${shell.pipefail}`,
        failurePasses && file.text.slice(failurePasses.at.start, failurePasses.at.end),
      ]),
    ).toEqual([
      ['jobs.deploy.steps[1].run', 'release', 'true true', 'continue-on-error: true'],
      ['jobs.deploy.steps[2].run', 'release', 'true false', 'continue-on-error: true'],
      ['jobs.deploy.steps[3].run', 'release', 'true false', 'continue-on-error: true'],
      ['jobs.e2e.steps[0].run', 'release', 'true false', 'continue-on-error: true'],
      ['jobs.e2e.steps[1].run', 'release', 'true false', undefined],
      ['jobs.lint.steps[0].run', 'dev', 'true true', undefined],
      ['jobs.with-database.steps[0].run', 'dev', 'true true', undefined],
      ['jobs.any.steps[0].run', 'other', 'true true', undefined],
    ]);
    const [first] = file.commands;
    expect(first?.text).not.toContain('secrets');
    expect(source(file, first, 'prisma migrate deploy')).toBe('prisma migrate deploy');
  });

  it('that only pull requests start', async () => {
    const stageOf = async (on: string): Promise<string | undefined> => {
      const text = `on: ${on}\njobs: { deploy: { steps: [{ run: a }] } }`;
      return (await read('.gitea/workflows/x.yaml', text)).commands[0]?.stage;
    };
    for (const on of ['pull_request', '[pull_request, merge_group]', '{ pull_request: { branches: [main] } }'])
      expect(await stageOf(on)).toBe('dev');
    expect(await stageOf('[push, pull_request]')).toBe('release');
  });

  both('of GitLab', async (eol) => {
    const file = await read(
      '.gitlab-ci.yml',
      eol(`stages: [deploy]
variables: { A: b }
.base:
  before_script:
    - echo "ä"
migrate:
  stage: deploy
  allow_failure: true
  before_script: echo a
  script:
    - - npx prisma
        migrate deploy
      - node x
    - !reference [.base, script]
  after_script: [z]
tests:
  script: a
prod:
  environment: production
  services: [postgres]
  script: b
any:
  allow_failure: false
  services: [postgres]
  script: c
`),
    );
    expect(told(file)).toEqual([
      ['.base.script', 'other', 'echo "ä"'],
      ['migrate.script', 'release', 'echo a\nnpx prisma migrate deploy\nnode x'],
      ['migrate.after_script', 'release', 'z'],
      ['tests.script', 'dev', 'a'],
      ['prod.script', 'release', 'b'],
      ['any.script', 'dev', 'c'],
    ]);
    expect(source(file, file.commands[1], 'migrate deploy')).toBe('migrate deploy');
    expect(file.commands.map(({ failurePasses }) => failurePasses?.text)).toEqual([
      undefined,
      'allow_failure: true',
      'after_script',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('shell scripts and make', () => {
  both('scripts', async (eol) => {
    const file = await read('deploy/entrypoint.sh', eol('#!/bin/bash -e\n# ünï 😀\nprisma migrate deploy\n'));
    const [command] = file.commands;
    expect([command?.where, command?.stage, command?.shell.errexit]).toEqual(['entrypoint.sh', 'start', true]);
    expect(source(file, command, 'migrate deploy')).toBe('migrate deploy');
  });

  it('run when what calls them runs', async () => {
    const { files } = await deployFilesOf([
      { path: 'Dockerfile', text: 'FROM a\nRUN ./one.sh\nCMD ["./run.sh"]' },
      { path: 'run.sh', text: './two.sh' },
      { path: 'one.sh', text: 'a' },
      { path: 'two.sh', text: 'b' },
      { path: 'xtwo.sh', text: 'b' },
      { path: 'release.sh', text: './run.sh' },
    ]);
    expect(files.map((file) => [file.path, file.commands.at(-1)?.stage])).toEqual([
      ['Dockerfile', 'start'],
      ['run.sh', 'start'],
      ['one.sh', 'build'],
      ['two.sh', 'start'],
      ['xtwo.sh', 'other'],
      ['release.sh', 'release'],
    ]);
  });

  both('Makefile', async (eol) => {
    const file = await read(
      'Makefile',
      eol('A := b\n\tno\nmigrate deploy: x\n\t@-npx prisma \\\n\t\tmigrate deploy\n\n\t# c\nbuild:: ; x\n\ty\n'),
    );
    expect(file.commands.map(({ where, stage, failurePasses }) => [where, stage, failurePasses?.text])).toEqual([
      ['migrate deploy', 'release', '-'],
      ['migrate deploy', 'release', undefined],
      ['build', 'build', undefined],
    ]);
    expect(source(file, file.commands[0], 'prisma')).toBe('prisma');
    expect(source(file, file.commands[0], 'migrate deploy')).toBe('migrate deploy');
    const passes = file.commands[0]?.failurePasses?.at;
    expect(passes && file.text.slice(passes.start, passes.end)).toBe('-');
  });

  it('what is in quotes has positions, too', async () => {
    const text = `sh -c "echo \\"a\\" && prisma migrate deploy"`;
    const file = await read('x.sh', text);
    const pos = text.indexOf('"');
    const inner = file.inner(text, { value: 'echo "a" && prisma migrate deploy', pos, end: text.length });
    expect(inner.offsetOf(inner.text.indexOf('prisma'))).toBe(text.indexOf('prisma'));
    expect(inner.offsetOf(inner.text.length)).toBe(text.length);
    expect(inner.script.commands).toHaveLength(1);
  });
});

describe('which files are found', () => {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'deploy-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      const at = path.join(folder, name);
      fs.mkdirSync(path.dirname(at), { recursive: true });
      fs.writeFileSync(at, text);
    }
  };
  const sh = 'prisma migrate deploy\n';
  write({
    'repo/.git/HEAD': '',
    'repo/package.json': '{"scripts":{"migrate":"prisma migrate deploy","lint":"eslint"}}',
    'repo/Dockerfile': 'FROM a\nCMD npm run migrate',
    'repo/README.md': sh,
    'repo/unrelated.sh': 'echo a',
    'repo/scripts/migrate.sh': sh,
    'repo/bin/release': `#!/usr/bin/env bash\n${sh}`,
    'repo/bin/tool': sh,
    'repo/LICENSE': sh,
    'repo/.github/workflows/deploy.yml': 'on: push\njobs: { a: { steps: [{ run: npm run migrate }] } }',
    'repo/.github/dependabot.yml': 'migrate: [',
    'repo/apps/web/Procfile': 'web: ../../bin/release',
    'repo/apps/web/deep/Procfile': 'web: prisma',
    'repo/apps/web/prisma/migrations/1/migration.sql': '',
    'repo/apps/web/prisma/start.sh': sh,
    'repo/apps/api/fly.toml': '[deploy]\nrelease_command = "prisma',
    'repo/server/vercel.json': '{"buildCommand":"prisma"}',
    'repo/node_modules/x/package.json': '{"scripts":{"a":"prisma"}}',
    'repo/test/fixtures/package.json': '{"scripts":{"a":"prisma"}}',
    'package.json': '{"scripts":{"above":"prisma migrate deploy"}}',
    'plain/migrations/1.sql': '',
    'plain/Makefile': 'a:\n\techo a\n',
  });
  fs.mkdirSync(path.join(folder, 'repo/docker/Dockerfile'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'repo/scripts/big.sh'), `${sh}${'#'.repeat(1_000_001)}`);

  it('in the project that the folder belongs to', async () => {
    const cwd = path.join(folder, 'repo');
    const { files, problems } = await deployFiles({ cwd, roots: [path.join(cwd, 'apps/web/prisma/migrations')] });
    expect(files.map((file) => file.path)).toEqual([
      '.github/workflows/deploy.yml',
      'Dockerfile',
      'apps/web/Procfile',
      'apps/web/prisma/start.sh',
      'bin/release',
      'package.json',
      'scripts/migrate.sh',
      'server/vercel.json',
    ]);
    expect(problems.map((problem) => problem.path)).toEqual(['apps/api/fly.toml']);
    const file = (name: string): DeployFile | undefined => files.find((each) => each.path === name);
    expect(file('Dockerfile')?.called('npm', 'migrate')?.text).toBe('prisma migrate deploy');
    expect(file('apps/web/Procfile')?.called('file', 'release')?.stage).toBe('release');
  });

  it('paths are told from the working directory', async () => {
    const root = path.join(folder, 'repo/apps/web/prisma/migrations');
    const { files } = await deployFiles({ cwd: root, roots: [root] });
    expect(files.map((file) => file.path)).toContain('../../../../Dockerfile');
  });

  it('without a repository: below the working directory, or else the nearest package', async () => {
    const root = path.join(folder, 'plain/migrations');
    const names = async (cwd: string): Promise<string[]> => {
      const { files } = await deployFiles({ cwd, roots: [root] });
      return files.map((file) => path.relative(folder, path.resolve(cwd, file.path)));
    };
    expect(await names(path.join(folder, 'plain'))).toEqual([]);
    expect(await names(folder)).toContain('package.json');
    expect(await names(path.join(folder, 'repo'))).toContain('package.json');
  });
});
