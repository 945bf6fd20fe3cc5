// `npm run bench -- FOLDER [--rounds N] [--only lint|rewrite]`: our lint and our rewrite of a folder of migrations against squawk
// linting it, whole processes of the program as it is published, alternating in one run so that all meet the same machine. Also: a
// ten times larger folder, peak memory, and one staged file. Prints medians; the exit code says only whether everything could be
// measured.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundle } from './bundle.mjs';
import { root } from './packages.mjs';
import { sqlFiles, squawkBinary } from './squawk-binary.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' }, only: { type: 'string' } },
});
const rounds = Number(values.rounds);
if (
  positionals.length !== 1 ||
  !fs.existsSync(positionals[0]) ||
  !Number.isInteger(rounds) ||
  rounds < 1 ||
  ![undefined, 'lint', 'rewrite'].includes(values.only)
) {
  console.error('usage: npm run bench -- FOLDER [--rounds N] [--only lint|rewrite]');
  process.exit(2);
}
const folder = path.resolve(positionals[0]);
// laid out as it is published, where its dependencies are found
const published = path.join(root, 'packages/cli/node_modules/.cache/bench');
const cli = path.join(published, 'dist/bin.js');
const squawk = squawkBinary();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-bench-'));
process.on('exit', () => {
  fs.rmSync(scratch, { recursive: true, force: true });
  fs.rmSync(published, { recursive: true, force: true });
});
for (const name of ['package.json', 'dist/bin.js'])
  fs.cpSync(path.join(root, 'packages/cli', name), path.join(published, name));
await writeBundle(path.join(published, 'bundle'));

/** Wall time of one whole process in ms. Findings (exit 1) are a result, anything above is a failure.
 * @param {string} command @param {string[]} args @param {{ input?: string, cwd?: string }} [options] */
function time(command, args, { input, cwd = scratch } = {}) {
  const start = performance.now();
  const { status, signal, stderr, error } = spawnSync(command, args, {
    cwd,
    input: input ?? '',
    stdio: ['pipe', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const ms = performance.now() - start;
  if (error || signal || status === null || status > 1) {
    throw new Error(`${command} ${args.join(' ')} failed (${error?.message ?? signal ?? status})\n${stderr}`);
  }
  return ms;
}

/** Peak resident memory of one whole process in MB, from the kernel's own high-water mark; undefined off Linux. Polled, so
 * what a process allocates in its last millisecond can be missed; the maximum of three runs is taken.
 * @param {string} command @param {() => string[]} argsOf @returns {Promise<number | undefined>} */
async function peakMemory(command, argsOf) {
  if (process.platform !== 'linux') return undefined;
  let peak = 0;
  for (let run = 0; run < 3; run++) {
    const args = argsOf();
    const child = spawn(command, args, { cwd: scratch, stdio: 'ignore' });
    const poll = () => {
      try {
        const kb = /VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
        peak = Math.max(peak, Number(kb ?? 0) / 1024);
      } catch {
        // it has ended
      }
    };
    const timer = setInterval(poll, 1);
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
    clearInterval(timer);
    if (code === null || code > 1) throw new Error(`${command} ${args.join(' ')} failed (${code})`);
  }
  return peak;
}

const median = (/** @type {number[]} */ numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const ms = (/** @type {number[]} */ numbers) =>
  `${median(numbers).toFixed(0)} ms (${Math.min(...numbers).toFixed(0)}–${Math.max(...numbers).toFixed(0)})`;
const mb = (/** @type {number | undefined} */ value) =>
  value === undefined ? 'not measured here' : `${value.toFixed(0)} MB`;
/** @param {number[]} a @param {number[]} b */
const ratio = (a, b) => (median(a) / median(b)).toFixed(2);

const files = sqlFiles(folder).map((name) => ({ path: name, bytes: fs.statSync(name).size }));
if (files.length === 0) {
  console.error(`${folder} holds no .sql file`);
  process.exit(2);
}
const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
const staged = [...files].sort((a, b) => a.bytes - b.bytes)[files.length >> 1];
console.log(`${folder}: ${files.length} .sql files, ${(bytes / 1e6).toFixed(1)} MB`);
console.log(
  `Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown processor'}, ${rounds} rounds\n`,
);

const big = path.join(scratch, 'ten-times');
for (let copy = 0; copy < 10; copy++)
  fs.cpSync(folder, path.join(big, `copy-${copy}`), { recursive: true, dereference: true });

const squawkArgs = (/** @type {string} */ input) => ['--reporter', 'gcc', path.join(input, '**/*.sql')];
const squawkLints = (/** @type {string} */ input) => time(squawk, squawkArgs(input));
const nodeAlone = () => time(process.execPath, ['-e', '0']);

/** All numbers of one command. @typedef {{ round(): void, table(): Promise<Record<string, { measured: string, target: string }>> }} Bench */

/** @returns {Bench} */
function rewriteBench() {
  let target = 0;
  /** a fresh, not yet existing folder for --out-dir */
  const outDir = () => path.join(scratch, `out-${++target}`);
  const drop = (/** @type {string} */ out) => fs.rmSync(out, { recursive: true, force: true });
  const args = (/** @type {string} */ input, /** @type {string} */ out) => [cli, input, '--out-dir', out, '--quiet'];

  /** @param {string} input @returns {number} ms */
  function rewrite(input) {
    const out = outDir();
    const ms = time(process.execPath, args(input, out));
    drop(out);
    return ms;
  }

  // both really see the folder
  const out = outDir();
  time(process.execPath, args(folder, out));
  const written = sqlFiles(out).length;
  drop(out);
  const { stdout, stderr } = spawnSync(squawk, ['--reporter', 'tty', path.join(folder, '**/*.sql')], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const checked = /(?:checked|in) (\d+) (?:source )?files?\)?\.?\s*$/m.exec(`${stdout}${stderr}`)?.[1];
  console.log(`idempotify wrote ${written} .sql files, squawk checked ${checked ?? 'an unknown number of'} files`);
  if (written === 0) throw new Error('idempotify wrote nothing');

  const stagedText = fs.readFileSync(staged.path, 'utf8');
  const startUp = () =>
    time(process.execPath, [cli, '--stdin', '--stdin-filepath', path.basename(staged.path), '--quiet'], {
      input: stagedText,
    });

  /** @type {{ ours: number[], squawk: number[], ten: number[], start: number[], node: number[] }} */
  const times = { ours: [], squawk: [], ten: [], start: [], node: [] };
  return {
    round() {
      times.ours.push(rewrite(folder));
      times.squawk.push(squawkLints(folder));
      times.ten.push(rewrite(big));
      for (let again = 0; again < 3; again++) {
        times.start.push(startUp());
        times.node.push(nodeAlone());
      }
    },
    async table() {
      const memory = await peakMemory(process.execPath, () => args(folder, outDir()));
      const squawkMemory = await peakMemory(squawk, () => squawkArgs(folder));
      return {
        'rewrite, whole folder': { measured: ms(times.ours), target: '' },
        'squawk, whole folder': { measured: ms(times.squawk), target: '' },
        'ratio of the medians': { measured: ratio(times.ours, times.squawk), target: '≤ 1.50' },
        'ten times the folder': { measured: ms(times.ten), target: '' },
        'ratio to the folder': { measured: ratio(times.ten, times.ours), target: '≤ 11' },
        'peak memory': { measured: mb(memory), target: '< 300 MB' },
        'peak memory of squawk': { measured: mb(squawkMemory), target: '' },
        'start-up, one staged file': { measured: ms(times.start), target: '< 150 ms' },
        'start-up of Node alone': { measured: ms(times.node), target: '' },
      };
    },
  };
}

/** All rules and the history, against squawk's rules. @returns {Bench} */
function lintBench() {
  const cache = path.join(scratch, 'cache');
  const common = ['--preset', 'strict', '--no-config', '--format', 'gcc'];
  const args = (/** @type {string} */ input, /** @type {string[]} */ ...more) => [
    cli,
    'lint',
    input,
    ...common,
    ...more,
  ];
  const cold = (/** @type {string} */ input) => time(process.execPath, args(input, '--no-cache'));
  const warm = (/** @type {string} */ input) => time(process.execPath, args(input, '--cache-dir', cache));

  // both really see the folder
  const { stdout } = spawnSync(process.execPath, args(folder, '--no-cache'), { encoding: 'utf8', maxBuffer: 1 << 30 });
  const theirs = spawnSync(squawk, squawkArgs(folder), { encoding: 'utf8', maxBuffer: 1 << 30 }).stdout;
  const told = (/** @type {string} */ text) => {
    const lines = text.split('\n').filter((line) => /^\S.*:\d+:\d+: /.test(line));
    return `${lines.length} findings in ${new Set(lines.map((line) => line.slice(0, line.search(/:\d+:\d+: /)))).size} files`;
  };
  console.log(`idempotify tells ${told(stdout)}, squawk ${told(theirs)}`);
  warm(folder);

  // a repository with all of it, and a change of one file staged
  const repository = path.join(scratch, 'repository');
  fs.cpSync(folder, repository, { recursive: true, dereference: true });
  const git = (/** @type {string[]} */ ...words) => {
    const { status, stderr } = spawnSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', ...words], {
      cwd: repository,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`git ${words.join(' ')} failed\n${stderr}`);
  };
  git('init', '--quiet');
  git('add', '--all', '--force');
  git('commit', '--quiet', '--no-verify', '--message', 'migrations');
  fs.appendFileSync(path.join(repository, path.relative(folder, staged.path)), '\nDROP TABLE staged;\n');
  git('add', '--all');
  const lintStaged = () =>
    time(
      process.execPath,
      [cli, 'lint', '.', '--staged', ...common, '--cache-dir', path.join(scratch, 'staged-cache')],
      {
        cwd: repository,
      },
    );
  lintStaged();

  /** @type {{ cold: number[], warm: number[], squawk: number[], ten: number[], staged: number[], node: number[] }} */
  const times = { cold: [], warm: [], squawk: [], ten: [], staged: [], node: [] };
  return {
    round() {
      times.cold.push(cold(folder));
      times.squawk.push(squawkLints(folder));
      times.warm.push(warm(folder));
      // it takes long, and only its order of magnitude matters
      if (times.ten.length === 0) times.ten.push(cold(big));
      for (let again = 0; again < 3; again++) {
        times.staged.push(lintStaged());
        times.node.push(nodeAlone());
      }
    },
    async table() {
      const memory = await peakMemory(process.execPath, () => args(folder, '--no-cache'));
      const bigMemory = await peakMemory(process.execPath, () => args(big, '--no-cache'));
      return {
        'lint, whole folder, no cache': { measured: ms(times.cold), target: '' },
        'lint, whole folder, cache filled': { measured: ms(times.warm), target: '' },
        'squawk, whole folder': { measured: ms(times.squawk), target: '' },
        'ratio of the medians, no cache': { measured: ratio(times.cold, times.squawk), target: '≤ 1.00' },
        'ratio of the medians, cache filled': { measured: ratio(times.warm, times.squawk), target: '≤ 0.50' },
        'ten times the folder, no cache': { measured: ms(times.ten), target: '' },
        'ratio to the folder': { measured: ratio(times.ten, times.cold), target: '≤ 11' },
        'peak memory': { measured: mb(memory), target: '< 300 MB' },
        'peak memory, ten times the folder': { measured: mb(bigMemory), target: '' },
        'lint --staged, one file': { measured: ms(times.staged), target: '< 150 ms' },
        'start-up of Node alone': { measured: ms(times.node), target: '' },
      };
    },
  };
}

/** @type {Bench[]} */
const benches = [];
if (values.only !== 'rewrite') benches.push(lintBench());
if (values.only !== 'lint') benches.push(rewriteBench());
for (let round = 0; round < rounds; round++) for (const bench of benches) bench.round();
for (const bench of benches) console.table(await bench.table());
