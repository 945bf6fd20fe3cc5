/** What the rest of the program knows about a migration tool: one object per tool, and nothing else in the program asks which tool it is. */
import type { Problem, Range } from '../parse/index.ts';
import type { Edit } from '../text/edits.ts';

/** A file that isn't an up migration of its folder, and why, as the end of the sentence "left alone: …". */
export interface Ignored {
  readonly path: string;
  readonly reason: string;
}

/** The files of a folder as its tool sees them. */
export interface Selection {
  /** The up migrations in the order in which the tool runs them. */
  readonly up: string[];
  readonly ignored: Ignored[];
}

/** Which parts of a file are SQL that the tool runs forwards. Everything else (headers, down sections, rollbacks) is left alone. */
export interface Sections {
  /** UTF-16 ranges in the file, ascending, without overlap. Each is complete SQL of its own: no statement reaches into the next range. */
  readonly up: readonly Range[];
  /** Why the tool would not run the file, or what it would run wrongly. When there are any, `up` is empty: nothing is rewritten on a guess. */
  readonly problems: readonly Problem[];
}

/** How the tool commits one file. */
export interface Transactions {
  /**
   * What is committed together.
   * - `file`: the file as a whole, in a transaction of the tool or because it is sent as one string (PostgreSQL then makes one
   *   implicit transaction of it). A COMMIT written in the file breaks this.
   * - `statement`: every statement on its own, so that a run may stop between any two.
   * - `all-pending`: all files that are run together.
   * - `none`: nothing is known about it; take it as `statement`.
   */
  readonly scope: 'file' | 'statement' | 'all-pending' | 'none';
  /**
   * Whether CREATE INDEX CONCURRENTLY and its like can run there: `no` inside a transaction; `alone` where the file holds nothing of
   * another kind beside it, because it is sent as one string or the tool refuses the mixture (a DO block is of another kind);
   * `yes` when statements are sent one by one.
   */
  readonly concurrently: 'no' | 'alone' | 'yes';
  /** What a person should know about it, as one sentence. */
  readonly note?: string;
  /** What else goes wrong with BEGIN and COMMIT in such a file, even around all of it, as one sentence. */
  readonly block?: string;
}

/** One edited file, for the statements that bring a ledger in line. The bytes are those on disk, before and after. */
export interface LedgerEntry {
  readonly path: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** The table in which a tool keeps checksums of the files that it has applied. */
export interface Ledger {
  /** The checksum as the tool writes it (Liquibase: one line `author:id checksum` per changeset). A string is taken as UTF-8. */
  checksum(content: string | Uint8Array, path: string): string;
  /** What the statements of `sql` take for granted (table name, schema), as sentences. */
  readonly note: string;
  /**
   * UPDATE statements, each ending in `;` and a newline, that replace the checksums of these files. A row is only touched while it
   * still has the checksum of the file before the edit, so an earlier, unrelated edit stays visible. Empty when nothing has to change.
   */
  sql(entries: readonly LedgerEntry[]): string;
}

/**
 * A folder of migrations. Made by `folderView`.
 * All names are relative to the folder and written with '/'; `../` reaches above it.
 */
export interface FolderView {
  /** The folder, for messages and for tools that are recognised by their folder's name. Absolute when it is known. */
  readonly root: string;
  /** All files below the folder that were found: `.sql` files, scripts and marker files. Never a directory. */
  readonly files: readonly string[];
  /** The text of a file; throws when it can't be read. */
  read(relative: string): string;
  /** Whether a file or directory of that name is there. */
  exists(relative: string): boolean;
  /** Whether a file or directory of that name lies in the folder itself or directly in one of the folders above it. */
  parentHas(name: string): boolean;
  /** The text of the nearest such file, or undefined when there is none or it can't be read. */
  parentRead(name: string): string | undefined;
  /**
   * The texts of the first and last few files, for tools that are recognised by what stands in their files. Read once.
   * @param of `.sql` files, or those in JavaScript and TypeScript
   */
  samples(of?: 'sql' | 'scripts'): readonly string[];
}

/** What has to stand directly before and behind a DO block. */
export interface Wrapping {
  readonly before: string;
  readonly after: string;
}

/** A file to be written; `path` is relative to the migrations folder, with '/'. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** What a baseline file is made of. */
export interface BaselineInput {
  /** The whole schema as complete, guarded SQL. */
  readonly sql: string;
  /** What the migration is called, in words; what people use with this tool if not given. What it doesn't allow in names is replaced. */
  readonly name?: string;
  /** The time that names with a time in them get. Where there are migrations already, it is moved to before the first of them. */
  readonly time: Date;
  /** The migrations folder as it is, with nothing in it where there is none yet. */
  readonly folder: FolderView;
  /** One of `Baselines.variants`; the first of them unless it is given. */
  readonly variant?: string;
}

/** The baseline as files of one tool. */
export interface BaselineFiles {
  /** The path of the migration that holds the SQL: it is among `files`, and what `ledger` is asked about. */
  readonly migration: string;
  /** All files to write. One that is there already is only among them where the tool wants it changed (a journal, a checksum file). */
  readonly files: readonly NewFile[];
  /** What is left to do for a person, and what to mind, as sentences. */
  readonly notes: readonly string[];
}

/** The tool has no place for a baseline as things are. The message says why and what can be done. */
export class BaselineRefused extends Error {
  override readonly name = 'BaselineRefused';
}

/** What is to be marked as applied. */
export interface LedgerInput {
  /** The migrations, as on disk and in the tool's order: the baseline, or those of a history that a database already has. */
  readonly migrations: readonly NewFile[];
  /** The folder that they are in; its other migrations are known to the tool, too. */
  readonly folder: FolderView;
  /** Files that belong to them and are about to be written, so that the folder doesn't have them yet (`BaselineFiles.files`). */
  readonly written?: readonly NewFile[];
  /** Where the tool keeps its table, if not in the usual place; not quoted. Tools that know no schema use the first of search_path. */
  readonly schema?: string;
  /** The table's name, if it isn't the usual one; not quoted. */
  readonly table?: string;
}

/** One migration's row in the tool's table. */
export interface LedgerRow {
  /** The name that the tool has for the migration. */
  readonly name: string;
  /** SQL, a boolean: the row is there and says that this very migration has been applied. */
  readonly there: string;
  /** The statement that writes the row as the tool does, without `;`. */
  readonly insert: string;
}

/**
 * What marks migrations as applied, as SQL for PostgreSQL 12 to 18. Nothing of it has been run; @idempotify/database does that in one
 * transaction (`markApplied`) or prints it (`ledgerSql`).
 */
export interface BaselineLedger {
  /** The tool's name for people. */
  readonly tool: string;
  /** The table, quoted as in SQL, with its schema where that is known. */
  readonly table: string;
  /**
   * The statements with which the tool itself makes its tables, without `;`. They are run when `table` isn't there, and fail when it is:
   * somebody else has just made it then. What may be there without `table` (a schema, a further table) is guarded.
   */
  readonly create: readonly string[];
  /** SQL, a number: the advisory lock that the tool holds while it works. */
  readonly lock?: string;
  /**
   * A query with one column of text: a sentence for each thing in the table with which the tool would not say "nothing to apply"
   * afterwards, such as a failed migration, or a checksum that is another. No rows: nothing contradicts.
   */
  readonly contradictions: string;
  readonly rows: readonly LedgerRow[];
  /** What `table` and the rows take for granted, as sentences. */
  readonly notes: readonly string[];
}

/**
 * How a schema that existed before its migrations gets into the tool's hands. It is part of a tool because each names its first
 * migration, embeds SQL and remembers what has been applied in its own way, and no two can be told apart from outside.
 */
export interface Baselines {
  /** The ways in which it can be written, if there are several. The first is the usual one. */
  readonly variants?: readonly string[];
  /**
   * The migration in the folder whose place the baseline takes: one that its tool wrote for the schema that is there already, so that
   * nothing is lost with it but its SQL. Missing, or undefined: the baseline is a file of its own.
   */
  replaces?(input: Pick<BaselineInput, 'folder' | 'variant'>): string | undefined;
  /**
   * The baseline as a migration that the tool runs before all others of the folder.
   * @throws BaselineRefused when there is no such place or name
   */
  files(input: BaselineInput): BaselineFiles;
  /**
   * The rows that mark migrations as applied. Missing where the tool has no such table.
   * @throws BaselineRefused when a migration isn't one of the tool
   */
  ledger?(input: LedgerInput): BaselineLedger;
}

export interface Tool {
  /** The name on the command line: 'prisma', 'golang-migrate', … */
  readonly name: string;
  /** The name for people: 'Prisma Migrate'. */
  readonly title: string;
  /**
   * Its migrations are written in JavaScript or TypeScript. `sections` then has no answer: @idempotify/javascript makes SQL of them.
   * `select` is given both kinds of files.
   */
  readonly scripts?: boolean;
  /** How a file is run without the tool's transaction: what an author writes, and where. Missing where the tool has no such thing. */
  readonly noTransaction?: string;
  /**
   * How sure it is that the folder belongs to this tool: 0 = no, 100 = the tool's own marker file lies there. Names and marker files
   * only, plus `samples()` where the layout leaves it open: it runs over folders of 100,000 files.
   */
  detect(folder: FolderView): number;
  /**
   * Picks the up migrations among the folder's files and puts them in the tool's order.
   * @param files names relative to the folder; only names ending in `.sql` are looked at
   * @param folder lets a tool read the files that say what is run (Drizzle's journal, Prisma's lock file); without it, names decide alone
   */
  select(files: readonly string[], folder?: FolderView): Selection;
  /** Which parts of the file are SQL that runs forwards. `path` is only looked at for its last names. */
  sections(text: string, path: string): Sections;
  /**
   * How the tool commits this file.
   * @param folder lets a tool read a settings file beside the migration (diesel's metadata.toml, Flyway's .conf); `path` is then relative to it
   */
  transactions(text: string, path: string, folder?: FolderView): Transactions;
  /**
   * What has to stand around a DO block so that it survives the tool's own way of cutting up a file.
   * @param text the file as it is before the edit
   * @param at the range that the block replaces, up to and including the `;` of the replaced statement if it has one
   * @param statement the block, up to and including its `;`
   */
  wrapDo?(text: string, at: Range, statement: string): Wrapping;
  /**
   * What has to stand between two statements so that the tool sends them apart; '' where it does that anyway.
   * @param at an offset between the two, on a line of its own
   */
  separate?(text: string, at: number): string;
  /**
   * Further edits that the file needs once its statements have been rewritten, such as an attribute of a Liquibase changeset.
   * @param text the file as it is AFTER the statements have been rewritten; the edits refer to it
   * @param hasDo whether a DO block was written into it
   */
  fileEdits?(text: string, hasDo: boolean): Edit[];
  /** What goes wrong with this file in this tool, rewritten or not, as sentences. */
  warnings?(text: string): string[];
  /** What the tool does when a migration that it has applied is edited afterwards, as sentences for the report. */
  readonly edited: string;
  readonly ledger?: Ledger;
  /** How a database that is older than its migrations is brought under the tool. */
  readonly baseline?: Baselines;
}
