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
}
