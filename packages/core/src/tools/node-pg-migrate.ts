import { anyNumbered, dependsOn, sampleShare } from './folder.ts';
import { basename, byName, isSql } from './paths.ts';
import { isBlank, rejected, wholeFile } from './text.ts';
import type { Tool } from './types.ts';

const marker = (direction: 'up' | 'down') => new RegExp(`^[^\\S\\n]*--[\\s-]*${direction}\\s+migration`, 'im');
const upMarker = marker('up');
const downMarker = marker('down');

/** The number at the start of the name; 17 digits are a UTC time and count as its milliseconds, as in node-pg-migrate. */
function timestamp(path: string): number {
  const digits = /^\d+/.exec(basename(path))?.[0] ?? '';
  const utc = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits);
  if (!utc) return Number(digits);
  const [, year, month, day, hour, minute, second, ms] = utc;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

const natural = new Intl.Collator(undefined, {
  usage: 'sort',
  numeric: true,
  sensitivity: 'variant',
  ignorePunctuation: true,
});

export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  title: 'node-pg-migrate',
  detect(folder) {
    if (!anyNumbered(folder)) return 0;
    const share = sampleShare(folder, upMarker);
    if (share >= 0.5) return 90;
    return dependsOn(folder, 'node-pg-migrate') ? 86 : share > 0 ? 40 : 0;
  },
  select(files) {
    const ignored = [];
    const up = [];
    for (const path of files.filter(isSql)) {
      if (path.includes('/')) ignored.push({ path, reason: 'node-pg-migrate does not look into subfolders' });
      else if (!/^\d/.test(path)) ignored.push({ path, reason: 'not named <number>_<name>.sql' });
      else up.push({ path, at: timestamp(path) });
    }
    up.sort((a, b) => a.at - b.at || natural.compare(a.path, b.path) || byName(a.path, b.path));
    return { up: up.map((file) => file.path), ignored };
  },
  sections(text) {
    const up = upMarker.exec(text);
    const down = downMarker.exec(text);
    if (!up) {
      if (!down) return wholeFile(text);
      const at = { start: down.index, end: down.index + down[0].length };
      return rejected(
        text,
        at,
        'the file has `-- Down Migration` but no `-- Up Migration`: node-pg-migrate would run all of it forwards',
      );
    }
    const lineEnd = text.indexOf('\n', up.index + up[0].length);
    const end = down && down.index > up.index ? down.index : text.length;
    const range = { start: lineEnd < 0 || lineEnd >= end ? end : lineEnd + 1, end };
    return { up: isBlank(text, range) ? [] : [range], problems: [] };
  },
  transactions: () => ({
    scope: 'all-pending',
    concurrently: 'no',
    note: 'node-pg-migrate runs all pending files in one transaction unless --no-single-transaction is given.',
  }),
  edited: 'node-pg-migrate keeps no checksum: an edited file that was applied is not noticed and not run again.',
};
