// `npm run bench -- FOLDER [--rounds N]`: our rewrite of a folder of migrations against squawk linting it, whole
// processes, alternating in one run so that both meet the same machine. Also: a ten times larger folder, peak memory,
// and the start-up for one staged file. Prints medians; the exit code says only whether everything could be measured.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './packages.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' } },
});
const rounds = Number(values.rounds);
if (positionals.length !== 1 || !fs.existsSync(positionals[0]) || !Number.isInteger(rounds) || rounds < 1) {
  console.error('usage: npm run bench -- FOLDER [--rounds N]');
  process.exit(2);
}
const folder = path.resolve(positionals[0]);
const cli = path.join(root, 'packages/cli/dist/bin.js');
const squawk = squawkBinary();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-bench-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));

/** squawk's native binary: its package's `squawk` command is a Node script that only starts it. */
function squawkBinary() {
  const require = createRequire(createRequire(import.meta.url).resolve('squawk-cli/package.json'));
  const name = process.platform === 'win32' ? 'squawk.exe' : 'squawk';
  return require.resolve(`@squawk-cli/${process.platform}-${process.arch}/bin/${name}`);
}

/** @param {string} from @returns {{ path: string, bytes: number }[]} the regular .sql files below a folder */
function sqlFiles(from) {
  return fs
    .readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ path: file, bytes: fs.statSync(file).size }));
}

/** Wall time of one whole process in ms. Findings (exit 1) are a result, anything above is a failure.
 * @param {string} command @param {string[]} args @param {{ input?: string }} [options] */
function time(command, args, { input } = {}) {
  const start = performance.now();
  const { status, signal, stderr, error } = spawnSync(command, args, {
    cwd: scratch,
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

let target = 0;
/** a fresh, not yet existing folder for --out-dir */
const outDir = () => path.join(scratch, `out-${++target}`);
const drop = (/** @type {string} */ out) => fs.rmSync(out, { recursive: true, force: true });

/** @param {string} input @returns {number} ms */
function rewrite(input) {
  const out = outDir();
  const ms = time(process.execPath, [cli, input, '--out-dir', out, '--quiet']);
  drop(out);
  return ms;
}
const lint = (/** @type {string} */ input) => time(squawk, ['--reporter', 'gcc', path.join(input, '**/*.sql')]);

const files = sqlFiles(folder);
if (files.length === 0) {
  console.error(`${folder} holds no .sql file`);
  process.exit(2);
}
const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
console.log(`${folder}: ${files.length} .sql files, ${(bytes / 1e6).toFixed(1)} MB`);
console.log(
  `Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown processor'}, ${rounds} rounds\n`,
);

// both really see the folder
{
  const out = outDir();
  time(process.execPath, [cli, folder, '--out-dir', out, '--quiet']);
  const written = sqlFiles(out).length;
  drop(out);
  const { stdout, stderr } = spawnSync(squawk, ['--reporter', 'tty', path.join(folder, '**/*.sql')], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const checked = /(?:checked|in) (\d+) (?:source )?files?\)?\.?\s*$/m.exec(`${stdout}${stderr}`)?.[1];
  console.log(`idempotify wrote ${written} .sql files, squawk checked ${checked ?? 'an unknown number of'} files`);
  if (written === 0) throw new Error('idempotify wrote nothing');
}

const big = path.join(scratch, 'ten-times');
for (let copy = 0; copy < 10; copy++)
  fs.cpSync(folder, path.join(big, `copy-${copy}`), { recursive: true, dereference: true });

const staged = [...files].sort((a, b) => a.bytes - b.bytes)[files.length >> 1];
const stagedText = fs.readFileSync(staged.path, 'utf8');
const startUp = () =>
  time(process.execPath, [cli, '--stdin', '--stdin-filepath', path.basename(staged.path), '--quiet'], {
    input: stagedText,
  });

/** @type {{ ours: number[], squawk: number[], ten: number[], start: number[], node: number[] }} */
const times = { ours: [], squawk: [], ten: [], start: [], node: [] };
for (let round = 0; round < rounds; round++) {
  times.ours.push(rewrite(folder));
  times.squawk.push(lint(folder));
  times.ten.push(rewrite(big));
  for (let again = 0; again < 3; again++) {
    times.start.push(startUp());
    times.node.push(time(process.execPath, ['-e', '0']));
  }
}

const memoryOut = () => [cli, folder, '--out-dir', outDir(), '--quiet'];
const memory = await peakMemory(process.execPath, memoryOut);
const squawkMemory = await peakMemory(squawk, () => ['--reporter', 'gcc', path.join(folder, '**/*.sql')]);

const ms = (/** @type {number[]} */ numbers) =>
  `${median(numbers).toFixed(0)} ms (${Math.min(...numbers).toFixed(0)}–${Math.max(...numbers).toFixed(0)})`;
const mb = (/** @type {number | undefined} */ value) =>
  value === undefined ? 'not measured here' : `${value.toFixed(0)} MB`;
console.table({
  'idempotify, whole folder': { measured: ms(times.ours), target: '' },
  'squawk, whole folder': { measured: ms(times.squawk), target: '' },
  'ratio of the medians': { measured: (median(times.ours) / median(times.squawk)).toFixed(2), target: '≤ 1.50' },
  'ten times the folder': { measured: ms(times.ten), target: '' },
  'ratio to the folder': { measured: (median(times.ten) / median(times.ours)).toFixed(2), target: '≤ 11' },
  'peak memory': { measured: mb(memory), target: '< 300 MB' },
  'peak memory of squawk': { measured: mb(squawkMemory), target: '' },
  'start-up, one staged file': { measured: ms(times.start), target: '< 150 ms' },
  'start-up of Node alone': { measured: ms(times.node), target: '' },
});
