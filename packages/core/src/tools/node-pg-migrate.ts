import { quoteLiteral } from '../quote.ts';
import {
  anyOf,
  ended,
  existing,
  fileName,
  hasRow,
  knownMigrations,
  mustBeFirst,
  mustBeOnly,
  mustBeWhole,
  numberBefore,
  refuseDown,
  slug,
  tableRef,
  unknownRows,
  unorderedRows,
  withoutExtension,
} from './baseline.ts';
import type { Range } from '../parse/index.ts';
import { anyNumbered, dependsOn, sampleShare } from './folder.ts';
import { basename, byName, isMigrationFile } from './paths.ts';
import { isBlank, rejected, wholeFile } from './text.ts';
import type { Baselines, Tool } from './types.ts';

/**
 * Where node-pg-migrate finds its marker: the first match of `/^\s*--[\s-]*up\s+migration/im`. That pattern takes hours on a long run
 * of `--` lines, so the words are looked for first and what stands in front of them is looked at backwards.
 */
function findMarker(text: string, direction: 'up' | 'down'): Range | undefined {
  for (const words of text.matchAll(new RegExp(`${direction}\\s+migration`, 'gi'))) {
    let from = words.index;
    while (from > 0 && /[\s-]/.test(text[from - 1]!)) from--;
    // a run that starts in the middle of a line has no line start before its first line break
    const dashes = /^[^\S\n]*--/m.exec((from === 0 ? '' : '.') + text.slice(from, words.index));
    if (dashes) return { start: from + dashes.index - (from === 0 ? 0 : 1), end: words.index + words[0].length };
  }
  return undefined;
}

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

const tool: Omit<Tool, 'baseline'> = {
  name: 'node-pg-migrate',
  title: 'node-pg-migrate',
  scripts: true,
  detect(folder) {
    if (sampleShare(folder, { test: (text) => /\bpgm\b|['"]node-pg-migrate['"]/.test(text) }, 'scripts') >= 0.5)
      return 93;
    if (!anyNumbered(folder)) return 0;
    const share = sampleShare(folder, { test: (text) => findMarker(text, 'up') !== undefined });
    if (share >= 0.5) return 90;
    return dependsOn(folder, 'node-pg-migrate') ? 86 : share > 0 ? 40 : 0;
  },
  select(files) {
    const ignored = [];
    const up = [];
    const all = new Set(files);
    for (const path of files.filter(isMigrationFile)) {
      if (path.includes('/')) ignored.push({ path, reason: 'node-pg-migrate does not look into subfolders' });
      else if (!/^\d/.test(path))
        ignored.push({ path, reason: `not named <number>_<name>${path.slice(path.lastIndexOf('.'))}` });
      else if (/\.[cm]?js$/.test(path) && all.has(path.replace(/js$/, 'ts')))
        ignored.push({ path, reason: 'compiled from the TypeScript file beside it' });
      else up.push({ path, at: timestamp(path) });
    }
    up.sort((a, b) => a.at - b.at || natural.compare(a.path, b.path) || byName(a.path, b.path));
    return { up: up.map((file) => file.path), ignored };
  },
  sections(text) {
    const up = findMarker(text, 'up');
    const down = findMarker(text, 'down');
    if (!up) {
      if (!down) return wholeFile(text);
      return rejected(
        text,
        down,
        'the file has `-- Down Migration` but no `-- Up Migration`: node-pg-migrate would run all of it forwards',
      );
    }
    const lineEnd = text.indexOf('\n', up.end);
    const end = down && down.start > up.start ? down.start : text.length;
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

const select: Tool['select'] = (files, folder) => tool.select(files, folder);
const nameOf = (path: string): string => withoutExtension(fileName(path));

const baseline: Baselines = {
  files(input) {
    const { folder, time } = input;
    const others = existing(select, folder);
    const name = slug(input.name, 'baseline');
    mustBeOnly(others, name);
    const path = `${numberBefore(others, time, 0, String(time.getTime()))}_${name}.sql`;
    mustBeFirst(select, folder, path, tool.title);
    const sql = ended(input.sql);
    const text = `-- Up Migration\n${sql}\n-- Down Migration\n${refuseDown}`;
    mustBeWhole(tool, { path, text }, sql.trim());
    return { migration: path, files: [{ path, text }], notes: [] };
  },
  ledger(input) {
    const known = knownMigrations(select, input, tool.title).map(nameOf);
    const names = input.migrations.map((file) => nameOf(file.path));
    const table = tableRef(input.schema ?? 'public', input.table ?? 'pgmigrations');
    return {
      tool: tool.title,
      table,
      // src/runner.ts, ensureMigrationsTable
      create: [`CREATE TABLE ${table} (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)`],
      // src/runner.ts, PG_MIGRATE_LOCK_ID
      lock: '7241865325823964',
      contradictions: anyOf(
        unknownRows(table, 'name', known, tool.title),
        unorderedRows(table, 'name', known, names, tool.title),
      ),
      // src/migration.ts, _getMarkAsRun
      rows: names.map((name) => ({
        name,
        there: hasRow(table, 'name', quoteLiteral(name)),
        insert: `INSERT INTO ${table} (name, run_on) VALUES (${quoteLiteral(name)}, pg_catalog.now())`,
      })),
      notes: ['The table is pgmigrations (the default name), in the schema public.'],
    };
  },
};

export const nodePgMigrate: Tool = { ...tool, baseline };
