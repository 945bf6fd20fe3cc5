/** All histories that the whole product is tried on: what the real generators wrote, and the examples that we ship. */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSql } from '@idempotify/core';
import type { Session } from '@idempotify/database';
import { generatedHistories } from '../generators/prepare.ts';

const here = dirname(fileURLToPath(import.meta.url));
const examples = join(here, '..', '..', 'examples');

export interface Step {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** Rows that an application writes after this migration. */
  readonly seed: string;
  /** What of it must be refused, as the beginning of the statement. */
  readonly refused: readonly string[];
}

export interface History {
  readonly name: string;
  readonly tool: 'prisma' | 'drizzle' | 'goose' | 'sql';
  /** Absolute path of the migrations folder. */
  readonly folder: string;
  /** The first server that takes it, as in server_version_num. */
  readonly minVersion: number;
  readonly steps: readonly Step[];
}

/** Statements of the examples that no rerunnable form exists for. */
const refused: Readonly<Record<string, readonly string[]>> = {
  'sql-legacy/005_cents.sql': ['UPDATE articles SET price = price * 100'],
};

export async function histories(): Promise<History[]> {
  return [...(await generated()), ...(await shipped())];
}

export async function generated(): Promise<History[]> {
  const made = (await generatedHistories()).map(async ({ name, tool, folder, minVersion, migrations }) => ({
    name: `generated ${name}`,
    tool,
    folder,
    minVersion,
    steps: await Promise.all(
      migrations.map(async ({ step, path, seed }) => ({
        name: step,
        path,
        text: await readFile(path, 'utf8'),
        seed: seed ?? '',
        refused: [],
      })),
    ),
  }));
  return Promise.all(made);
}

export async function shipped(): Promise<History[]> {
  return Promise.all([
    example('prisma-shop', 'prisma', join('prisma', 'migrations')),
    example('drizzle-blog', 'drizzle', 'drizzle'),
    example('goose-orders', 'goose', 'migrations'),
    example('sql-legacy', 'sql', ''),
  ]);
}

async function example(name: string, tool: History['tool'], inner: string): Promise<History> {
  const folder = join(examples, name, inner);
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const paths = entries.flatMap((entry) => {
    if (entry.isDirectory()) {
      const path = join(folder, entry.name, 'migration.sql');
      return existsSync(path) ? [path] : [];
    }
    return entry.name.endsWith('.sql') ? [join(folder, entry.name)] : [];
  });
  const steps = await Promise.all(
    paths.map(async (path) => {
      // prisma names a migration by its folder, and by the time, which the seeds need not repeat
      const step =
        basename(path) === 'migration.sql' ? basename(dirname(path)).replace(/^\d+_/, '') : basename(path, '.sql');
      const seed = join(here, 'seeds', name, `${step}.sql`);
      return {
        name: step,
        path,
        text: await readFile(path, 'utf8'),
        seed: existsSync(seed) ? await readFile(seed, 'utf8') : '',
        refused: refused[`${name}/${basename(path)}`] ?? [],
      };
    }),
  );
  return { name: `example ${name}`, tool, folder, minVersion: 140000, steps };
}

/**
 * The queries that the tool makes of the file, by its own way of cutting it up, written here once more from the tools'
 * documentation: what the product knows about the tools is what is being tested.
 */
export function queriesOf(tool: History['tool'], text: string): { queries: string[]; transaction: boolean } {
  switch (tool) {
    case 'prisma':
      return { queries: [text], transaction: false };
    case 'drizzle':
      return { queries: text.split('--> statement-breakpoint'), transaction: true };
    case 'goose':
      return gooseQueries(text);
    case 'sql':
      // psql leaves out a BOM, and sends each statement by itself
      return { queries: statementsOf(text.replace(/^\uFEFF/, '')), transaction: false };
  }
}

function statementsOf(text: string): string[] {
  const { statements, problems } = parseSql(text);
  if (problems[0]) throw new Error(`line ${problems[0].line}: ${problems[0].message}`);
  return statements.map(({ range }) => text.slice(range.start, range.end));
}

/** A statement ends with the line whose last word ends in `;`, unless it stands between StatementBegin and StatementEnd. */
function gooseQueries(text: string): { queries: string[]; transaction: boolean } {
  const queries: string[] = [];
  let transaction = true;
  let up = false;
  let block = false;
  let current = '';
  for (const line of text.split('\n')) {
    const annotation = /^\s*--\s*\+goose\s+(.*?)\s*$/.exec(line)?.[1];
    if (annotation === undefined) {
      if (!up || (current === '' && /^\s*(--.*)?$/.test(line))) continue;
      current += `${line}\n`;
      if (block || !/;\s*(--.*)?$/.test(line)) continue;
      queries.push(current);
      current = '';
    } else if (annotation === 'Up') up = true;
    else if (annotation === 'Down') up = false;
    else if (annotation === 'NO TRANSACTION') transaction = false;
    else if (annotation === 'StatementBegin') block = true;
    else if (annotation === 'StatementEnd') {
      block = false;
      if (up) queries.push(current);
      current = '';
    } else throw new Error(`goose does not know: ${line}`);
  }
  if (current.trim() !== '') throw new Error(`goose finds no end of: ${current}`);
  return { queries, transaction };
}

/** Runs a file as its tool does. */
export async function apply(session: Session, tool: History['tool'], text: string): Promise<void> {
  const { queries, transaction } = queriesOf(tool, text);
  if (transaction) await session.query('BEGIN');
  for (const query of queries) await session.query(query);
  if (transaction) await session.query('COMMIT');
}

/**
 * The same statements as a part of one long text that only serves to get to the state behind them: without what starts and
 * ends transactions, without CONCURRENTLY and without settings of the session.
 * @param versionNumber before 17 a label cannot be used in the transaction that added it, even when the type is as new
 */
export function asSetup(tool: History['tool'], text: string, versionNumber: number): string {
  return queriesOf(tool, text)
    .queries.flatMap((query) =>
      parseSql(query).statements.map((statement) => {
        const { range, tag, node, tokens } = statement;
        const sql = query.slice(range.start, range.end);
        if (tag === 'TransactionStmt' || tag === 'VariableSetStmt') return '';
        if (tag === 'SelectStmt' && /\bset_config\b/.test(sql)) return '';
        if (tag === 'AlterEnumStmt' && versionNumber < 170000) return `${sql};\nCOMMIT;\n`;
        if (node?.concurrent !== true) return `${sql};\n`;
        const word = tokens.find(({ start, end }) => /^concurrently$/i.test(query.slice(start, end)));
        if (!word) throw new Error(`no CONCURRENTLY in: ${sql}`);
        return `${query.slice(range.start, word.start)}${query.slice(word.end, range.end)};\n`;
      }),
    )
    .join('');
}
