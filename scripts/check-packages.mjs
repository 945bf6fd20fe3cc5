// Packs every published package as npm would and has publint and attw judge the tarball, not the work tree.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { publishedPackages, root } from './packages.mjs';

const tarballs = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-pack-'));
const bin = (/** @type {string} */ name) => path.join(root, 'node_modules/.bin', name);
let failed = false;

/** @param {string} title @param {string} command @param {string[]} args @param {string} cwd */
function run(title, command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const ok = status === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${title}`);
  if (!ok) {
    failed = true;
    console.log(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  }
  return { ok, stdout };
}

const TRANSFORMS = new Set(['typeorm', 'mikro-orm', 'knex', 'kysely', 'sequelize', 'node-pg-migrate']);

try {
  const built = run('build', bin('tsc'), ['-b'], root).ok;
  for (const { name, folder } of built ? publishedPackages() : []) {
    const packed = run(
      `${name}: npm pack`,
      'npm',
      ['pack', '--json', '--silent', '--pack-destination', tarballs],
      folder,
    );
    if (!packed.ok) continue;
    const [{ filename, files }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[')));
    const tarball = path.join(tarballs, filename);
    run(`${name}: publint`, bin('publint'), ['run', tarball, '--strict'], folder);
    run(`${name}: attw`, bin('attw'), [tarball, '--profile', 'esm-only', '--no-color'], folder);
    const stray = files
      .map((/** @type {{ path: string }} */ file) => file.path)
      .filter(
        (/** @type {string} */ file) =>
          !/^((dist|bundle)\/.*\.(js|d\.ts|wasm)|package\.json|docs\/[\w-]+\.md|README\.md|LICENSE)$/.test(file) &&
          // what jscodeshift is pointed at; it would compile what has an ending
          !(name === '@idempotify/codemods' && TRANSFORMS.has(file)),
      );
    if (stray.length > 0) {
      failed = true;
      console.log(`FAIL ${name}: the package must not contain ${stray.join(', ')}`);
    }
  }
} finally {
  fs.rmSync(tarballs, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
