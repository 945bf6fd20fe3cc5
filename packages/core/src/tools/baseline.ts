/** What the tools share in writing a baseline and in marking migrations as applied. */
import { quoteIdent, quoteLiteral } from '../quote.ts';
import { basename, isMigrationFile, isScript, isSql, slashes } from './paths.ts';
import {
  BaselineRefused,
  type BaselineFiles,
  type BaselineInput,
  type FolderView,
  type LedgerInput,
  type NewFile,
  type Tool,
} from './types.ts';

type Select = Tool['select'];

/** What a file says that was asked to undo the baseline. */
const refusal = 'The baseline is not rolled back: that would drop the schema that was there before the migrations.';

/** The same as SQL, for down sections and down files. */
export const refuseDown = `DO $idempotify$\nBEGIN\n  RAISE EXCEPTION ${quoteLiteral(refusal)};\nEND\n$idempotify$;\n`;

/** The same as a statement in JavaScript. */
export const throwDown = `throw new Error(${JSON.stringify(refusal)});`;

/** `First baseline!` -> `first_baseline`: letters and digits, which every tool takes. */
export function slug(name: string | undefined, fallback: string, separator = '_'): string {
  const plain = (name ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, separator)
    .slice(0, 60);
  return plain.replace(new RegExp(`^\\${separator}+|\\${separator}+$`, 'g'), '') || fallback;
}

/** `YYYYMMDDHHMMSS`, in UTC as all tools have it. */
export const stamp = (time: Date): string => time.toISOString().replace(/\D/g, '').slice(0, 14);

/** The time that 14 digits stand for, if they do. */
function timeOf(digits: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, ...number[]];
  const time = new Date(Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second));
  return stamp(time) === digits ? time : undefined;
}

/** The files that a tool's `select` is to be asked about. */
const candidates = (files: readonly string[], scripts: boolean): string[] =>
  files.filter(scripts ? isMigrationFile : isSql);

/** The migrations that the folder has already, in the tool's order. */
export const existing = (select: Select, folder: FolderView): string[] =>
  select(candidates(folder.files, folder.files.some(isScript)), folder).up;

/**
 * The number that a name gets which has to come before all others: of the kind that they have, and as wide.
 * @param others the names that are there
 * @param lowest the lowest number that the tool takes
 * @param fresh the number where there are no others
 */
export function numberBefore(others: readonly string[], time: Date, lowest: 0 | 1, fresh: string): string {
  const numbers = others.flatMap((path) => /\d+/.exec(path)?.[0] ?? []);
  const [first] = numbers.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0));
  if (first === undefined) return fresh;
  const at = timeOf(first);
  if (at) return stamp(new Date(Math.min(time.getTime(), at.getTime() - 1000)));
  // milliseconds since 1970
  if (first.length === 13) return String(Math.min(time.getTime(), Number(first) - 1));
  const before = BigInt(first) - 1n;
  if (before < BigInt(lowest)) {
    throw new BaselineRefused(
      `There is no number before ${first}, which the first migration has. Number the migrations that are there anew, or put the baseline in a folder of its own.`,
    );
  }
  return String(before).padStart(first.length, '0');
}

/**
 * Makes sure that the tool runs the new file before all that are there.
 * @param except files that may come before it
 */
export function mustBeFirst(
  select: Select,
  folder: FolderView,
  path: string,
  tool: string,
  except: (path: string) => boolean = () => false,
): void {
  if (folder.files.includes(path) || folder.exists(path)) {
    throw new BaselineRefused(`${path} is there already. Remove it first if it is to be written again.`);
  }
  const files = [...folder.files, path];
  const { up } = select(candidates(files, files.some(isScript)), folder);
  const [first] = up.filter((each) => each === path || !except(each));
  if (first === path) return;
  throw new BaselineRefused(
    first === undefined || !up.includes(path)
      ? `${tool} would not run ${path} in this folder.`
      : `${tool} would run ${first} before ${path}; a baseline has to come before all other migrations.`,
  );
}

/** A name without its number, its extension and what separates its words: `2024-01-02-030405_first_schema/up.sql` -> `firstschema`. */
const bare = (path: string): string =>
  (/^(.*)\/(?:up|migration)\.sql$/.exec(path)?.[1] ?? fileName(path).replace(/\..*$/, ''))
    .toLowerCase()
    .replace(/^(?:migration|[vbu])(?=\d)/, '')
    .replace(/^[^a-z]+|[^a-z0-9]+/g, '');

/** With times in their names, a second baseline would be put in front of the first. */
export function mustBeOnly(others: readonly string[], name: string): void {
  const [first] = others;
  if (first === undefined || bare(first) !== name.replace(/[^a-z0-9]/g, '')) return;
  throw new BaselineRefused(
    `The first migration is called ${name} already: ${first}. Remove it first if the baseline is to be written again, or give this one another name.`,
  );
}

/** The SQL stands in the file as one piece that the tool sends as it is. */
export function mustBeWhole(tool: Pick<Tool, 'sections' | 'title'>, file: NewFile, sql: string): void {
  const { up, problems } = tool.sections(file.text, file.path);
  const [range] = up;
  if (problems.length === 0 && up.length === 1 && range && file.text.slice(range.start, range.end).includes(sql))
    return;
  const why = problems[0]?.message ?? 'a line of it looks like one of its own directives';
  throw new BaselineRefused(
    `${tool.title} would not take the baseline as one piece: ${why}. Most often a comment in the body of a function is the cause: change that comment in the database.`,
  );
}

/** SQL that ends in a line break and `;`, so that something may follow. */
export const ended = (sql: string): string => `${sql.trimEnd()}\n`;

/** Body of a template literal in JavaScript. A carriage return would become a line feed if it weren't escaped. */
export const templateText = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r');

/** `schema.table` as in SQL. */
export const tableRef = (schema: string | undefined, table: string): string =>
  schema === undefined ? quoteIdent(table) : `${quoteIdent(schema)}.${quoteIdent(table)}`;

/** All migrations that the folder has, with those to be marked, in the tool's order. */
export function knownMigrations(select: Select, input: LedgerInput, tool: string): string[] {
  const paths = input.migrations.map((file) => slashes(file.path));
  const files = [...new Set([...input.folder.files, ...paths])];
  const { up } = select(candidates(files, files.some(isScript)), input.folder);
  const known = new Set(up);
  const foreign = paths.find((path) => !known.has(path));
  if (foreign !== undefined) throw new BaselineRefused(`${foreign} is not a migration that ${tool} would run.`);
  return up;
}

export const list = (values: readonly string[]): string => values.map(quoteLiteral).join(', ');

/** For tools that can work with whatever their table says. */
export const noComplaint = 'SELECT NULL::text WHERE false';

/** Queries for `contradictions`, one below the other. */
export const anyOf = (...queries: readonly string[]): string =>
  queries.filter((query) => query !== '').join('\nUNION ALL\n');

/**
 * A sentence for each row of `table` that `where` holds for.
 * @param sentence with one %s, which `value` takes
 */
export const complaint = (table: string, where: string, sentence: string, value: string): string =>
  `SELECT pg_catalog.format(${quoteLiteral(sentence.replace(/%(?!s)/g, '%%'))}, ${value}) FROM ${table} WHERE ${where}`;

/** Rows of migrations that the folder doesn't have, for tools that then refuse to work. */
export const unknownRows = (table: string, column: string, known: readonly string[], tool: string): string =>
  complaint(
    table,
    known.length === 0 ? 'true' : `${column} NOT IN (${list(known)})`,
    `${tool} has %s in its table ${table}, but the folder has no such migration: ${tool} stops when it finds that. Bring the file back, or delete the row.`,
    column,
  );

/** Migrations that are marked although one of those before them isn't, for tools that insist on the order. */
export function unorderedRows(
  table: string,
  column: string,
  known: readonly string[],
  marks: readonly string[],
  tool: string,
): string {
  if (known.length < 2) return '';
  const mark = new Set(marks);
  const rows = known.map((name, at) => `(${at}, ${quoteLiteral(name)}, ${mark.has(name)})`).join(', ');
  return (
    `SELECT pg_catalog.format(${quoteLiteral(`${tool} has %s in its table, but not %s, which comes before it: ${tool} insists on the order and would stop.`)}, later.name, missing.name)` +
    ` FROM (SELECT known.at, known.name FROM (VALUES ${rows}) AS known (at, name, mark)` +
    ` WHERE known.mark AND NOT EXISTS (SELECT FROM ${table} AS done WHERE done.${column} = known.name) ORDER BY known.at LIMIT 1) AS missing` +
    ` JOIN (VALUES ${rows}) AS later (at, name, mark) ON later.at > missing.at` +
    ` WHERE EXISTS (SELECT FROM ${table} AS done WHERE done.${column} = later.name)`
  );
}

export const fileName = (path: string): string => basename(slashes(path));
export const withoutExtension = (path: string): string => path.replace(/\.[^./]+$/, '');

/** The text of a file that is about to be written, or of one that is there. */
export function readNew(input: Pick<LedgerInput, 'folder' | 'written'>, path: string): string | undefined {
  const fresh = input.written?.find((file) => file.path === path);
  if (fresh) return fresh.text;
  return input.folder.exists(path) ? input.folder.read(path) : undefined;
}

interface SqlBaseline {
  readonly tool: Omit<Tool, 'baseline'>;
  /** The lowest number that the tool takes. */
  readonly lowest: 0 | 1;
  /** The number of the first migration where there is none yet; the time as 14 digits if not given. */
  readonly fresh?: string;
  /** The name of the file; `others` are the migrations that are there. */
  readonly path: (number: string, name: string, others: readonly string[]) => string;
  /** The file's text, where it is more than the SQL. */
  readonly text?: (sql: string) => string;
  /** The file that undoes it, where the tool wants one. */
  readonly down?: (path: string) => string | undefined;
  /** The digits of a migration's name, where they are not all in one place. */
  readonly digits?: (path: string) => string;
  /** Files that may come before the baseline. */
  readonly except?: (path: string) => boolean;
  readonly more?: (input: BaselineInput, migration: NewFile) => readonly NewFile[];
  readonly notes?: readonly string[] | ((input: BaselineInput) => readonly string[]);
}

/** For tools that read files line by line and put them together again. */
export const lineEndsLost = (tool: string, sql: string): string[] =>
  sql.includes('\r\n')
    ? [
        `Some functions have Windows line ends (CRLF) in their text. ${tool} reads files line by line and leaves them out, so that a new database gets these functions with LF.`,
      ]
    : [];

/** A baseline that is a numbered SQL file. */
export function numberedSql(how: SqlBaseline): (input: BaselineInput) => BaselineFiles {
  const { tool } = how;
  const select: Select = (files, folder) => tool.select(files, folder);
  return (input) => {
    const others = existing(select, input.folder);
    const counted = others.filter((path) => !how.except?.(path));
    const name = slug(input.name, 'baseline');
    mustBeOnly(counted, name);
    const digits = counted.map((path) => how.digits?.(path) ?? path);
    const number = numberBefore(digits, input.time, how.lowest, how.fresh ?? stamp(input.time));
    const path = how.path(number, name, others);
    mustBeFirst(select, input.folder, path, tool.title, how.except);
    const sql = ended(input.sql);
    const migration = { path, text: how.text?.(sql) ?? sql };
    mustBeWhole(tool, migration, sql.trim());
    const down = how.down?.(path);
    return {
      migration: path,
      files: [
        migration,
        ...(down === undefined ? [] : [{ path: down, text: refuseDown }]),
        ...(how.more?.(input, migration) ?? []),
      ],
      notes: typeof how.notes === 'function' ? how.notes(input) : (how.notes ?? []),
    };
  };
}

/** `SELECT`-able: a row of `table` where `column` has this value. */
export const hasRow = (table: string, column: string, literal: string): string =>
  `EXISTS (SELECT FROM ${table} WHERE ${column} = ${literal})`;

/** The number at the start of a file's name, or of its folder's. */
export const versionOf = (path: string): string => /\d+/.exec(fileName(path))?.[0] ?? '0';
