// `npm run docs`: writes what the program really prints into the Markdown files; `npm run docs -- --check` only compares
// and is part of `npm run check`. Two kinds of places, each marked by a comment in the line above a fenced block:
//
//   <!-- docs: run idempotify --help -->      the block is what the command prints (stdout, then stderr)
//   <!-- docs: rewrite --pg-version 16 -->    two sql blocks follow: a migration, and what the rewriter makes of it
//   <!-- docs: tools -->                      a table of the supported migration tools, up to <!-- /docs -->
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import prettier from 'prettier';
import { root } from './packages.mjs';

const check = process.argv.includes('--check');
const cli = path.join(root, 'packages/cli/dist/bin.js');

/** @param {string[]} args @param {string} [input] @param {boolean} [stdoutOnly] @returns {string} */
function idempotify(args, input = '', stdoutOnly = false) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', COLUMNS: '100' },
  });
  if (error || status === null || status > 1) throw new Error(`idempotify ${args.join(' ')} failed:\n${stderr}`);
  return (stdoutOnly ? stdout : stdout + stderr).trimEnd();
}

const fence = '(```\\w*\\n)([\\s\\S]*?)(\\n```)';
const run = new RegExp(`(<!-- docs: run idempotify ?(.*?) -->\\n+)${fence}`, 'g');
const rewrite = new RegExp(`(<!-- docs: rewrite ?(.*?) -->\\n+)${fence}([\\s\\S]*?)${fence}`, 'g');
const table = /(<!-- docs: tools -->\n+)[\s\S]*?(\n*<!-- \/docs -->)/g;

async function toolTable() {
  const { tools } = await import(pathToFileURL(path.join(root, 'packages/core/dist/index.js')).href);
  const rows = tools.map(
    (/** @type {{ name: string, title: string, edited: string, ledger?: object }} */ tool) =>
      `| ${tool.title} | \`${tool.name}\` | ${tool.ledger ? 'yes' : ''} | ${tool.edited} |`,
  );
  return [
    '| Tool | `--tool` | `--checksum-sql` | When an applied file was edited |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const words = (/** @type {string} */ text) => text.split(' ').filter(Boolean);
const files = ['README.md', 'CONTRIBUTING.md', ...(fs.existsSync(path.join(root, 'docs')) ? markdown('docs') : [])];

/** @param {string} folder @returns {string[]} */
function markdown(folder) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

const stale = [];
for (const file of files) {
  const full = path.join(root, file);
  const before = fs.readFileSync(full, 'utf8');
  let after = before
    .replace(run, (_all, head, args, open, _old, close) => `${head}${open}${idempotify(words(args))}${close}`)
    .replace(
      rewrite,
      (_all, head, args, open, input, close, between, open2, _old, close2) =>
        `${head}${open}${input}${close}${between}${open2}${idempotify(
          ['--stdin', '--stdin-filepath', 'migration.sql', '--quiet', ...words(args)],
          `${input}\n`,
          true,
        )}${close2}`,
    );
  if (after.includes('<!-- docs: tools -->')) {
    const rows = await toolTable();
    after = after.replace(table, (_all, head, tail) => `${head}${rows}${tail}`);
  }
  after = await prettier.format(after, { ...(await prettier.resolveConfig(full)), filepath: full });
  if (after === before) continue;
  if (check) stale.push(file);
  else fs.writeFileSync(full, after);
}
if (stale.length > 0) {
  console.error(`not what the program prints: ${stale.join(', ')}; run \`npm run docs\``);
  process.exit(1);
}
