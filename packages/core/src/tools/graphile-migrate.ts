import {
  anyOf,
  complaint,
  ended,
  hasRow,
  knownMigrations,
  mustBeFirst,
  mustBeWhole,
  slug,
  tableRef,
} from './baseline.ts';
import { quoteLiteral } from '../quote.ts';
import { createHash } from 'node:crypto';
import { basename, byNumber, dirname, isSql, sortedBy } from './paths.ts';
import { bomLength, isBlank, lineBreak, lines } from './text.ts';
import { BaselineRefused, type Baselines, type Tool } from './types.ts';

const named = /^(\d+)(-[-_a-zA-Z0-9]*)?\.sql$/;
const header = /^--! ([A-Z][a-zA-Z0-9_]*)(?::(.*))?$/;
const id = (path: string): bigint => BigInt(named.exec(basename(path))?.[1] ?? 0);

/** The header lines at the top of a file, and where the body starts. */
function readHeaders(text: string): { readonly headers: ReadonlyMap<string, string>; readonly body: number } {
  const headers = new Map<string, string>();
  let body = bomLength(text);
  for (const line of lines(text, { start: body, end: text.length })) {
    const match = header.exec(line.text);
    if (!match) break;
    headers.set(match[1] ?? '', (match[2] ?? '').trim());
    body = line.next;
  }
  return { headers, body };
}

/** The hash of a committed migration: SHA-1 over the previous hash and the trimmed body. */
function graphileHash(text: string): string {
  const { headers, body } = readHeaders(text);
  const previous = headers.get('Previous') ?? '-';
  const content = `${previous === '-' ? '' : previous}\n${text.slice(body).trim()}`.trim();
  return `sha1:${createHash('sha1').update(`${content}\n`).digest('hex')}`;
}

const isCurrent = (path: string): boolean => path === 'current.sql' || dirname(path) === 'current';

const tool: Omit<Tool, 'baseline'> = {
  name: 'graphile-migrate',
  title: 'Graphile Migrate',
  noTransaction: '--! no-transaction in its header',
  detect(folder) {
    const committed = folder.files.some((path) => dirname(path) === 'committed' && named.test(basename(path)));
    if (!committed && !folder.files.some(isCurrent)) return 0;
    if (['.gmrc', '.gmrc.js', '.gmrc.cjs', '.gmrc.mjs'].some((name) => folder.parentHas(name))) return 95;
    return folder.samples().some((text) => /^--! (Previous|Hash|Message)\b/m.test(text)) ? 95 : 0;
  },
  select(files) {
    const committed: string[] = [];
    const current: string[] = [];
    const ignored = [];
    for (const path of files.filter(isSql)) {
      const folder = dirname(path);
      const known = named.test(basename(path));
      if (folder === 'committed' && known) committed.push(path);
      else if (path === 'current.sql' || (folder === 'current' && known)) current.push(path);
      else if (path.startsWith('fixtures/'))
        ignored.push({ path, reason: 'included by migrations (--!include), not a migration' });
      else
        ignored.push({
          path,
          reason: 'not committed/<number>-<message>.sql, current.sql or current/<number>-<name>.sql',
        });
    }
    return { up: [...sortedBy(committed, id, byNumber), ...sortedBy(current, id, byNumber)], ignored };
  },
  sections(text) {
    const range = { start: readHeaders(text).body, end: text.length };
    return { up: isBlank(text, range) ? [] : [range], problems: [] };
  },
  transactions(text) {
    const first = lines(text, { start: readHeaders(text).body, end: text.length });
    // The body is trimmed before its first line is looked at.
    for (const line of first) {
      if (line.text.trim() === '') continue;
      if (/^--!\s*no-transaction\b/.test(line.text)) {
        return {
          scope: 'file',
          concurrently: 'alone',
          note: '--! no-transaction: the file is sent as one string and must hold one statement only.',
        };
      }
      break;
    }
    return { scope: 'file', concurrently: 'no' };
  },
  fileEdits(text) {
    const { headers } = readHeaders(text);
    const hash = headers.get('Hash');
    // With the header Graphile Migrate skips its check, but it insists that the hash is wrong then.
    if (hash === undefined || headers.has('AllowInvalidHash') || hash === graphileHash(text)) return [];
    const at = bomLength(text);
    return [{ start: at, end: at, text: `--! AllowInvalidHash${lineBreak(text)}` }];
  },
  warnings: (text) =>
    readHeaders(text).headers.has('Hash') && text.includes('\r\n')
      ? ['The file has CRLF line ends, which Graphile Migrate does not accept in committed migrations.']
      : [],
  edited:
    'Graphile Migrate keeps a SHA-1 of each committed migration in its file and in the next one. A database that has the migration never looks at it again; a new one refuses it. An edited committed file gets its own header `--! AllowInvalidHash`, which switches that check off for this file and leaves the chain of hashes and the table graphile_migrate.migrations as they are.',
};

const select: Tool['select'] = (files, folder) => tool.select(files, folder);
/** The name without its message, as the table has it. */
const shortName = (path: string): string => `${named.exec(basename(path))?.[1] ?? ''}.sql`;

const baseline: Baselines = {
  files({ sql, name, folder }) {
    const committed = folder.files.filter((path) => dirname(path) === 'committed' && named.test(basename(path)));
    if (committed.length > 0) {
      throw new BaselineRefused(
        `There are committed migrations already (${committed[0]}), and each holds the hash of the one before: nothing can be put in front of them.`,
      );
    }
    // src/migration.ts, generatePlaceholderReplacement: replaced wherever they stand
    const placeholder = /:DATABASE_(?:NAME|OWNER)\b/.exec(sql)?.[0];
    if (placeholder !== undefined) {
      throw new BaselineRefused(
        `The schema holds ${placeholder}, which Graphile Migrate would replace wherever it stands. Change that text in the database first.`,
      );
    }
    const message = slug(name, 'baseline', '-');
    const path = `committed/000001-${message}.sql`;
    mustBeFirst(select, folder, path, tool.title, isCurrent);
    const body = ended(sql).trimStart();
    const headers = (signature: string): string =>
      `--! Previous: -\n--! Hash: ${signature}\n--! Message: ${message}\n\n${body}`;
    const migration = { path, text: headers(graphileHash(headers('sha1:'))) };
    mustBeWhole(tool, migration, body.trim());
    return {
      migration: path,
      files: [migration],
      notes: [
        'Placeholders of your own (.gmrc) must not stand anywhere in the schema: Graphile Migrate replaces them in the whole file.',
      ],
    };
  },
  ledger(input) {
    const known = knownMigrations(select, input, tool.title).filter((path) => !isCurrent(path));
    const schema = input.schema ?? 'graphile_migrate';
    const table = tableRef(schema, 'migrations');
    const entries = input.migrations.map((file) => {
      const { headers } = readHeaders(file.text);
      const previous = headers.get('Previous') ?? '-';
      const signature = headers.get('Hash');
      if (signature === undefined) {
        throw new BaselineRefused(
          `${file.path} has no \`--! Hash\` in its header: only committed migrations can be marked.`,
        );
      }
      return { name: shortName(file.path), previous, hash: quoteLiteral(signature) };
    });
    return {
      tool: tool.title,
      table,
      // src/migration.ts, _migrateMigrationSchema
      create: [
        `CREATE SCHEMA IF NOT EXISTS ${tableRef(undefined, schema)}`,
        `CREATE TABLE ${table} (hash text primary key, previous_hash text references ${table}, filename text not null, date timestamptz not null default now())`,
        `CREATE TABLE IF NOT EXISTS ${tableRef(schema, 'current')} (filename text primary key default 'current.sql', content text not null, date timestamptz not null default now())`,
      ],
      // src/pgReal.ts
      lock: '4727445306447283',
      contradictions: anyOf(
        complaint(
          table,
          `filename NOT IN (${known.map((path) => quoteLiteral(shortName(path))).join(', ')})`,
          'Graphile Migrate has %s in its table, but the folder committed does not.',
          'filename',
        ),
        ...entries.map(({ name, hash }) =>
          complaint(
            table,
            `filename = ${quoteLiteral(name)} AND hash <> ${hash}`,
            'The migration %s is marked as applied with another content than the file has now.',
            'filename',
          ),
        ),
      ),
      rows: entries.map(({ name, previous, hash }) => ({
        name,
        there: hasRow(table, 'hash', hash),
        insert: `INSERT INTO ${table} (hash, previous_hash, filename) VALUES (${hash}, ${previous === '-' ? 'NULL' : quoteLiteral(previous)}, ${quoteLiteral(name)})`,
      })),
      notes: ['The table is graphile_migrate.migrations.'],
    };
  },
};

export const graphileMigrate: Tool = { ...tool, baseline };
