/**
 * Results of earlier runs: one file for each project, read and written as a whole. What isn't as it should be there counts as
 * nothing, and what can't be written costs time and nothing else.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { packageVersion } from '../package.ts';
import { hashOf } from './hash.ts';
import type { LintFolder, LintJob, LintSettings, PackedLint } from './protocol.ts';

/** Raised when the form of the file changes. */
const FORM = 1;
/** A file that was changed that shortly before it was looked at may have been changed again within the same tick of its clock. */
export const UNSURE_MS = 2000;

interface Entry extends Stat {
  /** When the file was looked at. */
  readonly seen: number;
  /** Of what the file was linted with. */
  readonly key: string;
  readonly hash: string;
  /** Of all files before it; '' when they were not looked at. */
  readonly before: string;
  readonly reads: PackedLint['reads'];
  readonly statements: number;
  readonly body: string;
  readonly facts: string;
}

type Meta = readonly [
  file: string,
  mtime: number,
  ctime: number,
  size: number,
  seen: number,
  key: string,
  hash: string,
  before: string,
  reads: PackedLint['reads'],
  statements: number,
];

interface Stat {
  readonly mtime: number;
  /** Of the last change of anything about the file: unlike `mtime` it can't be set. */
  readonly ctime: number;
  readonly size: number;
}

export interface LintCache {
  /** What is known of the files: by the position of the job. Called once, in front of the run. */
  known(jobs: readonly LintJob[]): (PackedLint | undefined)[];
  /** Keeps the results of a run. */
  keep(jobs: readonly LintJob[], results: readonly (PackedLint | undefined)[]): void;
}

/** @param cwd of the run: each has a file of its own */
export const cacheFileOf = (folder: string, cwd: string): string =>
  path.join(
    folder,
    `lint-${hashOf(cwd)
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 12)}.cache`,
  );

/** @param byContent read every file, whatever its times say */
export function openCache(folder: string, cwd: string, settings: LintSettings, byContent: boolean): LintCache {
  const file = cacheFileOf(folder, cwd);
  const stamp = programStamp();
  const keys = settings.specs.map((spec) =>
    settings.folders.map(({ root, tool }) =>
      hashOf(JSON.stringify([stamp, settings.pgVersion, settings.assumeInTransaction, spec, root, tool])).slice(0, 12),
    ),
  );
  const keyOf = (job: LintJob): string => keys[job.spec]?.[job.folder] ?? '';
  const entries = read(file);
  const stats = new Map<string, Stat | undefined>();
  const seen = Date.now();
  let dirty = false;

  return {
    known(jobs) {
      const hashes = new Map<string, string>();
      const found: (PackedLint | undefined)[] = [];
      for (const job of jobs) {
        if (settings.texts.has(job.path)) continue;
        const stat = statOf(job.path);
        stats.set(job.path, stat);
        const entry = entries.get(job.path);
        const same = entry && stat && entry.key === keyOf(job) ? sameBy(entry, job.path, stat, byContent) : undefined;
        if (!entry || !stat || !same || !readsHold(entry, settings.folders[job.folder], hashes)) continue;
        const { statements, body, facts, hash, before, reads } = entry;
        found[job.id] = { id: job.id, statements, body, facts, hash, past: before !== '', reads };
        // next time, the time will do
        if (!byContent && same === 'content' && seen - stat.ctime > UNSURE_MS) dirty = true;
      }
      const asked = jobs.filter((job) => found[job.id]?.past);
      const byPath = asked.length === 0 ? undefined : new Map(jobs.map((job) => [job.path, found[job.id]]));
      const chains = chainsOf(settings.folders, (path) => byPath?.get(path)?.hash, asked);
      for (const job of jobs) {
        if (found[job.id]?.past && entries.get(job.path)?.before !== chains.get(job.path)) found[job.id] = undefined;
        if (!found[job.id] && !settings.texts.has(job.path)) dirty = true;
      }
      return found;
    },

    keep(jobs, results) {
      if (!dirty) return;
      const byPath = new Map(jobs.map((job) => [job.path, results[job.id]]));
      const asked = jobs.filter((job) => results[job.id]?.past);
      const chains = chainsOf(settings.folders, (path) => byPath.get(path)?.hash, asked);
      for (const job of jobs) {
        if (settings.texts.has(job.path)) continue;
        const result = results[job.id];
        const stat = stats.get(job.path);
        const before = result?.past ? chains.get(job.path) : '';
        if (!result || result.failed !== undefined || !stat || before === undefined) {
          entries.delete(job.path);
          continue;
        }
        const { hash, reads, statements, body, facts } = result;
        entries.set(job.path, { ...stat, seen, key: keyOf(job), hash, before, reads, statements, body, facts });
      }
      // what is gone is forgotten where the whole folder was looked at
      for (const { root } of settings.folders) {
        for (const path of entries.keys())
          if (!byPath.has(path) && path.startsWith(root) && !fs.existsSync(path)) entries.delete(path);
      }
      write(file, entries);
    },
  };
}

function statOf(file: string): Stat | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat && { mtime: stat.mtimeMs, ctime: stat.ctimeMs, size: stat.size };
}

/** The time tells, unless it can't; then the content does: after a checkout all files are new and nothing has changed. */
function sameBy(entry: Entry, file: string, stat: Stat, byContent: boolean): 'time' | 'content' | undefined {
  if (entry.size !== stat.size) return undefined;
  const sameTime = entry.mtime === stat.mtime && entry.ctime === stat.ctime;
  if (!byContent && sameTime && entry.seen - stat.ctime > UNSURE_MS) return 'time';
  try {
    return hashOf(fs.readFileSync(file)) === entry.hash ? 'content' : undefined;
  } catch {
    return undefined;
  }
}

function readsHold({ reads }: Entry, folder: LintFolder | undefined, hashes: Map<string, string>): boolean {
  return reads.every(([relative, hash]) => {
    const file = path.join(folder?.root ?? '', relative);
    let now = hashes.get(file);
    // all migrations of a folder ask for the same few
    if (now === undefined) hashes.set(file, (now = hashIfThere(file)));
    return now === hash;
  });
}

/** '' when it isn't there. */
function hashIfThere(file: string): string {
  // an error for each of many files that are not there would cost more than all the rest
  if (!fs.existsSync(file)) return '';
  try {
    return hashOf(fs.readFileSync(file, 'utf8'));
  } catch {
    return '';
  }
}

/** For each of the files a hash of all that come before it in its folder; none where one of them is not known. */
function chainsOf(
  folders: readonly LintFolder[],
  hashOfFile: (path: string) => string | undefined,
  wanted: readonly LintJob[],
): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const index of new Set(wanted.map((job) => job.folder))) {
    const paths = new Set(wanted.filter((job) => job.folder === index).map((job) => job.path));
    const { root, files } = folders[index]!;
    let chain = hashOf('');
    for (const file of files) {
      if (paths.has(file)) out.set(file, chain);
      const hash = hashOfFile(file);
      if (hash === undefined) break;
      chain = hashOf(`${chain}\n${path.relative(root, file)}\n${hash}`);
    }
  }
  return out;
}

function read(file: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return entries;
  }
  const head = text.indexOf('\n') + 1;
  if (text.slice(0, head) !== headOf(text.slice(head))) return entries;
  const lines = text.split('\n');
  try {
    for (let at = 1; at + 2 < lines.length; at += 3) {
      const [name, mtime, ctime, size, seen, key, hash, before, reads, statements] = JSON.parse(lines[at]!) as Meta;
      entries.set(name, {
        mtime,
        ctime,
        size,
        seen,
        key,
        hash,
        before,
        reads,
        statements,
        body: lines[at + 1]!,
        facts: lines[at + 2]!,
      });
    }
  } catch {
    entries.clear();
  }
  return entries;
}

/** Shows whether the file is whole. */
const headOf = (rest: string): string => `idempotify lint ${FORM} ${crc32(rest).toString(16).padStart(8, '0')}\n`;

function write(file: string, entries: ReadonlyMap<string, Entry>): void {
  const parts: string[] = [];
  for (const [name, { mtime, ctime, size, seen, key, hash, before, reads, statements, body, facts }] of entries)
    parts.push(
      JSON.stringify([name, mtime, ctime, size, seen, key, hash, before, reads, statements] satisfies Meta),
      body,
      facts,
    );
  const rest = `${parts.join('\n')}\n`;
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, headOf(rest) + rest);
    fs.renameSync(temporary, file);
  } catch {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // where a file lies in the place of the folder, not even that can be asked
    }
  }
}

/** Another version has other rules. While idempotify itself is worked on, what the compiler leaves tells. */
export function programStamp(): string {
  const require = createRequire(import.meta.url);
  const built = ['@idempotify/core', '@idempotify/javascript', '@idempotify/rules'].map((name) => {
    try {
      const stat = fs.statSync(path.join(path.dirname(require.resolve(name)), '.tsbuildinfo'), {
        throwIfNoEntry: false,
      });
      return stat?.mtimeMs ?? 0;
    } catch {
      return 0;
    }
  });
  return [packageVersion(), process.versions.node, ...built].join(' ');
}
