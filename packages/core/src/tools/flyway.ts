import { flywayBaseline } from './flyway-baseline.ts';
import { crc32 } from 'node:zlib';
import { quoteLiteral } from '../quote.ts';
import { basename, byName, byNumber, isSql, slashes } from './paths.ts';
import { lines, notInTransaction, statementHeads, wholeFile } from './text.ts';
import type { FolderView, Ledger, Tool, Transactions } from './types.ts';

/** prefix, version, description */
const versioned = /^([VUB])(\d+(?:[._]\d+)*)__(.*)\.sql$/i;
const repeatable = /^R__.*\.sql$/i;

/** '1_2' and '1.2' are the version 1.2; parts count as numbers and missing ones as 0. */
function versionParts(path: string): bigint[] {
  const version = versioned.exec(basename(path))?.[2] ?? '';
  return version.split(/[._]/).map((part) => BigInt(part || 0));
}

function byVersion(a: readonly bigint[], b: readonly bigint[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = byNumber(a[index] ?? 0n, b[index] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

/** CRC-32 over the lines of the file without their line ends, a byte order mark left out, as a signed 32-bit number. */
function flywayChecksum(content: string | Uint8Array): number {
  const text = (typeof content === 'string' ? content : Buffer.from(content).toString('utf8')).replace(/^\uFEFF/, '');
  let checksum = 0;
  for (const line of lines(text, undefined, true)) checksum = crc32(line.text, checksum);
  return checksum | 0;
}

function executeInTransaction(path: string, folder: FolderView | undefined): boolean | undefined {
  const settings = `${slashes(path)}.conf`;
  if (!folder?.exists(settings)) return undefined;
  const value = /^\s*executeInTransaction\s*=\s*(true|false)\b/m.exec(folder.read(settings))?.[1];
  return value === undefined ? undefined : value === 'true';
}

const ledger: Ledger = {
  checksum: (content) => String(flywayChecksum(content)),
  note: 'Table flyway_schema_history (the default name) in the default schema, and files in UTF-8. `flyway repair` does the same for all files.',
  sql: (entries) =>
    entries
      .map(({ path, before, after }) => {
        const [old, now] = [flywayChecksum(before), flywayChecksum(after)];
        const name = basename(slashes(path));
        const version = versioned.exec(name)?.[2];
        if (old === now || version === undefined) return '';
        const row = `version = ${quoteLiteral(version.replaceAll('_', '.'))} AND right(script, ${[...name].length}) = ${quoteLiteral(name)}`;
        return `UPDATE flyway_schema_history SET checksum = ${now} WHERE ${row} AND checksum = ${old};\n`;
      })
      .join(''),
};

const tool: Omit<Tool, 'baseline'> = {
  name: 'flyway',
  title: 'Flyway',
  noTransaction: 'which it does by itself when the file holds nothing else',
  detect(folder) {
    const sql = folder.files.filter(isSql);
    const own = sql.filter((path) => versioned.test(basename(path)) || repeatable.test(basename(path)));
    if (!own.some((path) => versioned.test(basename(path)))) return 0;
    if (['flyway.conf', 'flyway.toml', 'flyway.user.toml'].some((name) => folder.parentHas(name))) return 95;
    return own.length * 2 >= sql.length ? 86 : 40;
  },
  select(files) {
    const ignored = [];
    const up = [];
    for (const path of files.filter(isSql)) {
      const name = basename(path);
      const prefix = versioned.exec(name)?.[1]?.toUpperCase();
      if (prefix === 'V') up.push({ path, version: versionParts(path) });
      else if (prefix === 'U') ignored.push({ path, reason: 'undo migration' });
      else if (prefix === 'B')
        ignored.push({ path, reason: 'baseline migration: it stands in for the earlier ones in a new database' });
      else if (repeatable.test(name))
        ignored.push({ path, reason: 'repeatable migration: Flyway runs it again whenever it changes' });
      else ignored.push({ path, reason: 'not named V<version>__<description>.sql' });
    }
    up.sort((a, b) => byVersion(a.version, b.version) || byName(a.path, b.path));
    return { up: up.map((file) => file.path), ignored };
  },
  sections: wholeFile,
  transactions(text, path, folder): Transactions {
    const setting = executeInTransaction(path, folder);
    if (setting === false)
      return {
        scope: 'statement',
        concurrently: 'yes',
        note: 'executeInTransaction=false: a run may stop between any two statements.',
      };
    const heads = statementHeads(text, wholeFile(text).up);
    if (setting === undefined && heads.some(notInTransaction)) {
      return {
        scope: 'statement',
        concurrently: 'alone',
        note: "Flyway runs statements that can't run in a transaction without one, and refuses to mix them with others unless mixed=true or executeInTransaction=false is set.",
      };
    }
    return { scope: 'file', concurrently: 'no' };
  },
  edited:
    'Flyway keeps a CRC-32 of the file and `validate` (part of `migrate`) fails when an applied file has changed.',
  ledger,
};

export const flyway: Tool = { ...tool, baseline: flywayBaseline(tool, flywayChecksum) };
