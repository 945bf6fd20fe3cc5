// `npm run check`: all `check:…` scripts of package.json, two at a time; what each has to say is printed when it is done.
// One that fails stops none of the others, so that one run tells everything.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './packages.mjs';

/** @type {{ scripts: Record<string, string> }} */
const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const all = Object.keys(scripts).filter((name) => name.startsWith('check:'));
/** They read the sources alone; the others need what has been built, and would otherwise build at the same time. */
const sourcesOnly = ['check:format', 'check:rules'];
/** The longest first, so that no core has nothing to do in the end. */
const slow = ['check:lint', 'check:docs', 'check:packages', 'check:types'];
const place = (/** @type {string} */ name) => (slow.includes(name) ? slow.indexOf(name) : slow.length);

/** @type {string[]} */
const failed = [];

/** @param {string} name @returns {Promise<void>} */
function run(name) {
  const started = performance.now();
  const child = spawn('npm', ['run', '--silent', name], { cwd: root, shell: process.platform === 'win32' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (said += text));
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) failed.push(name);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n${code === 0 ? '' : said}`.trimEnd());
      resolve();
    });
  });
}

/** @param {string[]} names @returns {Promise<unknown>} */
function runAll(names) {
  const waiting = [...names];
  const next = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run(name);
  };
  return Promise.all([next(), next()]);
}

await runAll(['build', ...sourcesOnly]);
if (!failed.includes('build')) {
  const rest = all.filter((name) => !sourcesOnly.includes(name));
  await runAll(rest.sort((a, b) => place(a) - place(b)));
}
process.exit(failed.length > 0 ? 1 : 0);
