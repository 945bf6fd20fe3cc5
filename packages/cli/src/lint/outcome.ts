/**
 * What the last run told, with everything that it had asked the disk for: as long as the answers are the same, so is what
 * there is to tell, and none of it has to be worked out. Kept beside the results of single files (cache.ts), which take over
 * as soon as anything is another. In doubt nothing is kept, or what is kept counts as nothing.
 */
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { type Looks, editedFiles, kindOf, listingOf, recordLooks } from '@idempotify/core';
import { UNSURE_MS, cacheFileOf, programStamp } from './cache.ts';
import { hashOf } from './hash.ts';
import type { LintReport } from './report.ts';

/** Raised when the form of the file changes. */
const FORM = 1;
/** A report that is larger is not worth its place. */
const MOST_CHARACTERS = 64 << 20;

/** Size, times and number of what lies at a path; the time of the last change of anything about it can't be set. */
type Stamp = readonly [size: number, mtime: number, ctime: number, inode: number];

interface Kept {
  readonly key: string;
  readonly exitCode: number;
  /** Migration folders, and what of them git says was edited. */
  readonly folders: readonly string[];
  readonly edited: readonly string[];
  readonly kinds: readonly (readonly [path: string, kind: string])[];
  readonly places: readonly (readonly [path: string, place: string])[];
  /** null = not there. */
  readonly contents: readonly (readonly [path: string, stamp: Stamp | null])[];
  /** null = list it again: it had changed too shortly before. */
  readonly listings: readonly (readonly [path: string, stamp: Stamp | null, hash: string])[];
}

export interface Outcome {
  readonly exitCode: number;
  /** The report in UTF-8. */
  readonly text: Uint8Array;
}

/** Told which migration folders git was asked about, and which of their files were edited. */
export type OnEdited = (folders: readonly string[], edited: ReadonlySet<string>) => void;

export interface Outcomes {
  /** That of the last run, if a run would come to the same now. */
  recall(): Promise<Outcome | undefined>;
  /** To be called in front of a run, and the result behind it. */
  watch(): { readonly onEdited: OnEdited; keep(report: LintReport, text: string): void };
}

/**
 * @param cwd of the run
 * @param settings everything but the disk that the report depends on, as JSON can write it
 */
export function outcomesIn(folder: string, cwd: string, settings: unknown): Outcomes {
  const file = cacheFileOf(folder, cwd).replace(/\.cache$/, '.outcome');
  const key = hashOf(JSON.stringify([programStamp(), process.getuid?.(), settings]));
  return {
    async recall() {
      const found = read(file, key);
      if (!found) return undefined;
      const { kept, text } = found;
      // git takes its time in a process of its own
      const edited = editedFiles(kept.folders);
      if (!stillHolds(kept)) {
        await edited;
        return undefined;
      }
      return sameList([...(await edited)].sort(), kept.edited) ? { exitCode: kept.exitCode, text } : undefined;
    },

    watch() {
      const startedAt = Date.now();
      const looks = recordLooks();
      let git: Pick<Kept, 'folders' | 'edited'> = { folders: [], edited: [] };
      return {
        onEdited(folders, edited) {
          git = { folders, edited: [...edited].sort() };
        },
        keep(report, text) {
          const answers = isLasting(report, text) ? answersTo(looks, startedAt) : undefined;
          if (answers) write(file, { key, exitCode: report.exitCode, ...git, ...answers }, text);
          else forget(file);
        },
      };
    },
  };
}

function isLasting({ exitCode, files }: LintReport, text: string): boolean {
  if (exitCode === 2 || text.length > MOST_CHARACTERS) return false;
  // what lies in the future today does not tomorrow
  return !files.some(({ findings }) => findings.some(({ rule }) => rule === TIMELY));
}

/** @returns undefined when what was read may be another by now */
function answersTo(
  looks: Looks,
  startedAt: number,
): Pick<Kept, 'kinds' | 'places' | 'contents' | 'listings'> | undefined {
  if (!looks.complete) return undefined;
  const settled = startedAt - UNSURE_MS;
  const contents: [string, Stamp | null][] = [];
  for (const each of looks.contents) {
    const stamp = stampOf(each);
    if (stamp && stamp[2] > settled) return undefined;
    contents.push([each, stamp]);
  }
  const listings = [...looks.listings].map(([each, listing]): Kept['listings'][number] => {
    const stamp = stampOf(each);
    return [each, stamp && stamp[2] > settled ? null : stamp, hashOf(listing)];
  });
  return { kinds: [...looks.kinds], places: [...looks.places], contents, listings };
}

/** The only rule that asks for the time. */
const TIMELY = 'future-timestamp';

function stillHolds({ kinds, places, contents, listings }: Kept): boolean {
  return (
    kinds.every(([each, kind]) => kindOf(each) === kind) &&
    places.every(([each, place]) => placeOf(each) === place) &&
    contents.every(([each, stamp]) => sameStamp(stampOf(each), stamp)) &&
    listings.every(([each, stamp, hash]) => {
      if (stamp && sameStamp(stampOf(each), stamp)) return true;
      // a file that came and went, or one of those that nobody asks for: the names tell
      const now = listingOf(each);
      return now !== undefined && hashOf(now) === hash;
    })
  );
}

function placeOf(each: string): string {
  try {
    return fs.realpathSync(each);
  } catch {
    return '';
  }
}

function stampOf(each: string): Stamp | null {
  let stat: fs.Stats | undefined;
  try {
    stat = fs.statSync(each, { throwIfNoEntry: false });
  } catch {
    // below a file, or not to be looked at: then it can't be read either
  }
  return stat ? [stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino] : null;
}

const sameStamp = (a: Stamp | null, b: Stamp | null): boolean =>
  a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3]);

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);

/** Three parts: a line that shows whether the others are whole, a line of JSON, the text. */
function read(file: string, key: string): { kept: Kept; text: Uint8Array } | undefined {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    return undefined;
  }
  const head = bytes.indexOf(10) + 1;
  const body = bytes.indexOf(10, head) + 1;
  if (head === 0 || body === 0) return undefined;
  if (bytes.toString('latin1', 0, head) !== headOf(bytes.subarray(head, body), bytes.length - body)) return undefined;
  const kept = JSON.parse(bytes.toString('utf8', head, body)) as Kept;
  return kept.key === key ? { kept, text: bytes.subarray(body) } : undefined;
}

const headOf = (meta: Uint8Array, length: number): string =>
  `idempotify lint outcome ${FORM} ${crc32(meta).toString(16).padStart(8, '0')} ${length}\n`;

function write(file: string, kept: Kept, text: string): void {
  const meta = Buffer.from(`${JSON.stringify(kept)}\n`);
  const body = Buffer.from(text);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, Buffer.concat([Buffer.from(headOf(meta, body.length)), meta, body]));
    fs.renameSync(temporary, file);
  } catch {
    forget(temporary);
  }
}

/** What can't be written or removed costs time and nothing else. */
function forget(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // where a file lies in the place of the folder, not even that can be asked
  }
}
