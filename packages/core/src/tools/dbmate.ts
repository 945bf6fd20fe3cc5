import {
  fileName,
  hasRow,
  knownMigrations,
  noComplaint,
  numberedSql,
  refuseDown,
  tableRef,
  versionOf,
} from './baseline.ts';
import { quoteLiteral } from '../quote.ts';
import type { Range } from '../parse/index.ts';
import { anyNumbered, sampleShare } from './folder.ts';
import { basename, byName, isSql } from './paths.ts';
import { lines, rejected } from './text.ts';
import type { Baselines, Sections, Tool } from './types.ts';

// Go's \s doesn't hold the vertical tab and Unicode's spaces, and its $ knows only \n.
const directive = (name: 'up' | 'down') =>
  new RegExp(`^--[\\t\\n\\f\\r ]*migrate:${name}(?:[\\t\\n\\f\\r ]*$|[\\t\\n\\f\\r ]+[^\\t\\n\\f\\r ]+)`, 'gm');
const upDirective = directive('up');
const downDirective = directive('down');

interface Block {
  /** The SQL behind the directive's line, up to the down directive. */
  readonly sql: Range;
  readonly transaction: boolean;
}

interface Blocks {
  readonly blocks: readonly Block[];
  readonly problem?: { readonly at: Range; readonly message: string };
}

/** Reads a file as dbmate does: pairs of up and down blocks. Its errors reject the whole file. */
function readBlocks(text: string): Blocks {
  const ups = [...text.matchAll(upDirective)].map((match) => match.index);
  const first = ups[0];
  if (first === undefined)
    return { blocks: [], problem: { at: { start: 0, end: 0 }, message: 'there is no `-- migrate:up`' } };
  for (const line of lines(text, { start: 0, end: first })) {
    if (!/^[\t\n\f\r ]*(--|$)/.test(line.text))
      return { blocks: [], problem: { at: line, message: 'a statement stands before `-- migrate:up`' } };
  }
  const blocks: Block[] = [];
  for (const [index, start] of ups.entries()) {
    const end = ups[index + 1] ?? text.length;
    const downs = [...text.slice(start, end).matchAll(downDirective)].map((match) => start + match.index);
    const [down, second] = downs;
    const at = { start, end: start + '-- migrate:up'.length };
    if (down === undefined) return { blocks: [], problem: { at, message: '`-- migrate:down` is missing' } };
    if (second !== undefined)
      return {
        blocks: [],
        problem: { at: { start: second, end: second }, message: 'a second `-- migrate:down` without `-- migrate:up`' },
      };
    const lineEnd = text.indexOf('\n', text.indexOf('migrate:up', start));
    const options = (lines(text, { start, end }).next().value?.text ?? '')
      .replace(/^--[\t\n\f\r ]*migrate:(up|down)/, '')
      .split(/[\t\n\f\r ]+/);
    blocks.push({
      sql: { start: lineEnd < 0 || lineEnd >= down ? down : lineEnd + 1, end: down },
      transaction: !options.includes('transaction:false'),
    });
  }
  return { blocks };
}

const tool: Omit<Tool, 'baseline'> = {
  name: 'dbmate',
  title: 'dbmate',
  noTransaction: '-- migrate:up transaction:false',
  detect(folder) {
    if (!anyNumbered(folder)) return 0;
    const share = sampleShare(folder, /^--\s*migrate:up(\s|$)/m);
    return share === 0 ? 0 : share >= 0.5 ? 90 : 40;
  },
  select(files) {
    const ignored = [];
    const up = [];
    for (const path of files.filter(isSql)) {
      if (path.includes('/')) ignored.push({ path, reason: 'dbmate does not look into subfolders' });
      else if (!/^\d/.test(basename(path))) ignored.push({ path, reason: 'not named <version>_<name>.sql' });
      else up.push(path);
    }
    return { up: up.sort(byName), ignored };
  },
  sections(text): Sections {
    const { blocks, problem } = readBlocks(text);
    if (problem) return rejected(text, problem.at, `dbmate rejects the file: ${problem.message}`);
    return { up: blocks.map((block) => block.sql), problems: [] };
  },
  transactions(text) {
    const { blocks } = readBlocks(text);
    if (blocks.length > 1)
      return {
        scope: 'statement',
        concurrently: 'no',
        note: 'Each -- migrate:up block of the file is committed on its own.',
      };
    if (blocks.some((block) => !block.transaction)) {
      return {
        scope: 'file',
        concurrently: 'alone',
        note: 'transaction:false: the block is sent as one string, still one implicit transaction when it holds several statements.',
      };
    }
    return { scope: 'file', concurrently: 'no' };
  },
  edited: 'dbmate keeps no checksum: an edited file that was applied is not noticed and not run again.',
};

const baseline: Baselines = {
  files: numberedSql({
    tool,
    lowest: 0,
    path: (number, name) => `${number}_${name}.sql`,
    text: (sql) => `-- migrate:up\n${sql}\n-- migrate:down\n${refuseDown}`,
  }),
  ledger(input) {
    knownMigrations((files, folder) => tool.select(files, folder), input, tool.title);
    const table = tableRef(input.schema ?? 'public', input.table ?? 'schema_migrations');
    return {
      tool: tool.title,
      table,
      // pkg/driver/postgres/postgres.go, CreateMigrationsTable and InsertMigration
      create: [`CREATE TABLE ${table} (version varchar primary key)`],
      contradictions: noComplaint,
      rows: input.migrations.map((file) => {
        const version = quoteLiteral(versionOf(file.path));
        return {
          name: fileName(file.path),
          there: hasRow(table, 'version', version),
          insert: `INSERT INTO ${table} (version) VALUES (${version})`,
        };
      }),
      notes: [
        'The table is schema_migrations (the default name), in the schema that the URL of dbmate names with ?search_path= (public without it).',
      ],
    };
  },
};

export const dbmate: Tool = { ...tool, baseline };
