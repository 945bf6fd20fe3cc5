/** What a lint rule is, what it is given, what it reports. Knows neither ESLint nor the command line. */
import type { Node, QualifiedName } from '../model/ast.ts';
import type { ParsedSql, Range, Statement } from '../parse/index.ts';
import type { Edit } from '../text/edits.ts';
import type { FolderView, Ignored, Tool, Transactions } from '../tools/types.ts';
import type { Fact } from './facts.ts';
import type { NestedCode } from './nested.ts';
import type { Replay } from './replay.ts';
import type { ShellScript, ShellWord } from './shell.ts';

export type Severity = 'error' | 'warning';

/**
 * - `recommended`: what is wrong nearly everywhere.
 * - `strict`: everything of `recommended`, and what careful teams want.
 * - `rerun`: only what keeps a migration from being run again.
 * - `squawk`: the concerns of squawk's default rules.
 */
export type Preset = 'recommended' | 'strict' | 'rerun' | 'squawk';

export type Category = 'rerun' | 'guard' | 'transaction' | 'lock' | 'data' | 'style' | 'history' | 'deploy';

export type OptionValue = string | number | boolean | readonly string[];

/** An option of a rule: its default, which also gives its type, and one sentence for people. */
export interface OptionSpec {
  readonly default: OptionValue;
  readonly description: string;
}

export interface RuleMeta {
  /** Lower case with hyphens; the name of its file and of its doc. Where squawk has the same rule, squawk's name. */
  readonly name: string;
  readonly category: Category;
  /** Unless the config says otherwise. */
  readonly severity: Severity;
  /** Whoever is in `recommended` is in `strict`, too. */
  readonly presets: readonly Preset[];
  /** One sentence for tables, without a full stop. */
  readonly summary: string;
  /** Names of squawk's rules with the same concern; those of `-- squawk-ignore` and .squawk.toml are translated by it. */
  readonly squawk?: readonly string[];
  /** Some of its findings come with a fix. */
  readonly fixable?: boolean;
  readonly options?: Readonly<Record<string, OptionSpec>>;
}

/** What a rule says about one place. */
export interface Report {
  /** The place, in UTF-16 offsets of the file; a statement stands for its whole range. */
  readonly at: Range | Statement;
  /** What it is and why that is bad, in one or two sentences that a first-time user understands. */
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
  /** Only asked where fixes are wanted. Never changes what the statement does on its first run. */
  readonly fix?: () => readonly Edit[] | undefined;
}

export type ReportFn = (report: Report) => void;

/** A statement of the file, or one in the body of a DO block. */
export interface LintStatement extends Statement {
  /** libpg-query's node; `statement.tag` is its name. Never null here: broken statements are no LintStatement of a visitor. */
  readonly node: Node;
  /** The DO block (or the CREATE FUNCTION) that it stands in; undefined for a statement of the file. */
  readonly outer?: LintStatement;
  /** Inside of PL/pgSQL: stands under an IF, a loop or a block with an EXCEPTION part. */
  readonly conditional: boolean;
  /**
   * What is committed together with it bears the same number: an explicit transaction, the tool's own, or the one that PostgreSQL
   * makes of a string of statements. undefined = it commits alone, or nothing is known of it.
   */
  readonly transaction: number | undefined;
}

/** Why a second run of a statement fails or repeats something. */
export interface RerunVerdict {
  /** 'it would change something again', 'table "x" is there already', … */
  readonly why: string;
  /** The server raises an error; otherwise something is repeated or damaged without one. */
  readonly fails: boolean;
  /** The statement of a DO block that is the reason: 'CREATE TABLE (table "t")'. */
  readonly within?: string;
  /** Where the rewriter has no answer: why, and what the author can do. Asking for it takes a plan of the whole file. */
  readonly refusal: { readonly why: string; readonly advice: string } | undefined;
  /** The rewriter's edits; undefined when it refuses. Takes a plan, too. */
  edits(): readonly Edit[] | undefined;
}

export interface LintFile {
  /** As people know it. */
  readonly path: string;
  readonly text: string;
  readonly tool: Tool;
  /** Major version of the oldest server that the file has to run on. */
  readonly pgVersion: number;
  readonly transactions: Transactions;
  readonly parsed: ParsedSql;
  /** The statements of the file that parse, in order. */
  readonly statements: readonly LintStatement[];
  /** The same and those in DO blocks, each behind its block. */
  readonly all: readonly LintStatement[];
  /** What the statements of the file make, drop, rename and use, by name. */
  readonly facts: readonly Fact[];
  /**
   * Was the relation (or type) made earlier in this file? Nobody else holds or waits for locks on it, and it has no rows of others.
   * Follows renames and changes of schema; without a schema, the search_path of the file decides.
   */
  isNew(name: QualifiedName, before: LintStatement): boolean;
  /** Was the column added, or its table made, earlier in this file? */
  isNewColumn(table: QualifiedName, column: string, before: LintStatement): boolean;
  /**
   * The type of a column of an old table, as PostgreSQL prints it (`character varying(20)`): from the file itself or from the
   * migrations before it; undefined where neither tells.
   */
  columnType(table: QualifiedName, column: string, before: LintStatement): string | undefined;
  /** What a second run of this statement does wrong; undefined when it is harmless. */
  rerun(statement: LintStatement): RerunVerdict | undefined;
  /** Statements in the body of a CREATE FUNCTION or PROCEDURE in SQL or PL/pgSQL. */
  bodyOf(statement: LintStatement): readonly LintStatement[];
  /** The same for a DO block as well, with its conditions, its branches and what its EXCEPTION parts catch. */
  codeOf(statement: LintStatement): NestedCode;
  /** Fixes are wanted: what only a plan of the whole file can tell may be told then. */
  readonly fixing: boolean;
  /** The value of an option of the rule that is running. */
  option<T extends OptionValue>(name: string): T;
}

/** A rule about statements. */
export interface SqlRule extends RuleMeta {
  readonly kind: 'sql';
  /**
   * By libpg-query's name of the node (`CreateStmt`): called for every such statement in order, those in DO blocks as well
   * (`statement.outer` tells).
   */
  readonly on?: Readonly<Record<string, (statement: LintStatement, file: LintFile, report: ReportFn) => void>>;
  /** Called once for the file, after the statements. */
  readonly file?: (file: LintFile, report: ReportFn) => void;
}

export interface HistoryFile {
  /** Relative to the folder, with '/'. */
  readonly path: string;
  readonly facts: readonly Fact[];
  /** Statements, and what can't be read: 0 = an empty migration. */
  readonly statements: number;
  /** Read when asked for; throws when it can't be read. */
  text(): string;
}

/** A migration folder as a whole. */
export interface LintHistory {
  readonly root: string;
  readonly tool: Tool;
  readonly pgVersion: number;
  /** The up migrations in the tool's order. */
  readonly files: readonly HistoryFile[];
  /** Files of the folder that are no up migrations, and why. */
  readonly ignored: readonly Ignored[];
  /** Lets a rule look for a lock file or a journal. */
  readonly folder: FolderView;
  /** What replaying all files by name shows. Worked out when it is first asked for. */
  readonly replay: Replay;
  /** Migrations that git knows as committed and that differ from what was committed, relative to the folder. Empty without git. */
  readonly edited: ReadonlySet<string>;
  /** Milliseconds since 1970: what counts as the future. */
  readonly now: number;
  option<T extends OptionValue>(name: string): T;
}

/** Where a history rule found something: in a file of the history, or in another file of the folder (`path` relative to it). */
export type HistoryReportFn = (
  where: { readonly file: number } | { readonly path: string },
  report: Omit<Report, 'at' | 'fix'> & { readonly at?: Range },
) => void;

/** A rule about the order of migrations and what they do to each other. */
export interface HistoryRule extends RuleMeta {
  readonly kind: 'history';
  check(history: LintHistory, report: HistoryReportFn): void;
}

/**
 * When a command runs. `build`, `release` (once per deploy) and `start` (in every instance) are known to touch what users use; `dev` is
 * known not to: a developer's machine, a test run. `other` is everything that can't be told from its name and place.
 */
export type DeployStage = 'build' | 'release' | 'start' | 'dev' | 'other';

/** Shell text and what it says. */
export interface ShellText {
  /** Unescaped. */
  readonly text: string;
  readonly script: ShellScript;
  /** UTF-16 offset in the file of an offset in `text`. */
  offsetOf(index: number): number;
}

/** One command line in a deploy file: a script of package.json, a RUN or CMD of a Dockerfile, a `run:` of a workflow, a shell script. */
export interface DeployCommand extends ShellText {
  /** Where it is said: 'scripts.deploy', 'CMD', 'jobs.deploy.steps[2].run'. */
  readonly where: string;
  readonly stage: DeployStage;
  /** Whether the shell is started so that the first failure ends it (`sh -e`), and that any part of a pipe counts. */
  readonly shell: { readonly errexit: boolean; readonly pipefail: boolean };
  /** What beside the command lets its failure pass: `continue-on-error: true`, `allow_failure: true`, the `-` of a recipe. */
  readonly failurePasses?: { readonly at: Range; readonly text: string };
}

/** What is run by its name. */
export type CalledScript = Omit<DeployCommand, 'failurePasses'>;

export interface DeployFile {
  readonly path: string;
  readonly text: string;
  readonly commands: readonly DeployCommand[];
  /** The script of package.json (`npm run NAME`) or the shell script of the project (`./bin/NAME`) that is meant from this file. */
  called(kind: 'npm' | 'file', name: string): CalledScript | undefined;
  /** Parses what a shell is given as an argument: `sh -c 'TEXT'`. Its offsets are those of `text`, in which the word stands. */
  inner(text: string, word: Pick<ShellWord, 'value' | 'pos' | 'end'>): ShellText;
}

/** A rule about how migrations are run. */
export interface DeployRule extends RuleMeta {
  readonly kind: 'deploy';
  check(file: DeployFile, report: ReportFn): void;
}

/** Something that an author should know about a call of a migration tool's API, apart from what its SQL does. */
export interface ScriptNote {
  /** The rule that tells it. */
  readonly rule: string;
  readonly at: Range;
  readonly message: string;
  readonly help: string;
}

/** A migration in JavaScript or TypeScript. What it sends is the business of rules about SQL. */
export interface ScriptFile {
  readonly path: string;
  readonly text: string;
  /** In the order in which the calls run. */
  readonly notes: readonly ScriptNote[];
}

/** A rule about what the API of a migration tool makes of a call. */
export interface ScriptRule extends RuleMeta {
  readonly kind: 'script';
  check(file: ScriptFile, report: ReportFn): void;
}

export type Rule = SqlRule | HistoryRule | DeployRule | ScriptRule;

/** What is told about one place of one file. */
export interface Finding {
  /** The rule's name, or one of `syntax-error`, `unused-disable`, `bad-disable`. */
  readonly rule: string;
  readonly severity: Severity;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  /** 1-based, columns in UTF-16 units; the end is exclusive. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly help: string;
  readonly fix?: readonly Edit[];
  /** The statement that it stands in, as written in the file: what is left of a finding when lines move. */
  readonly statement?: Range;
  /** The author has said why it may stay. */
  readonly suppressed?: { readonly reason: string };
}

/** Which rules run, and how. A rule that isn't in it is off. */
export type RuleSet = ReadonlyMap<
  Rule,
  { readonly severity: Severity; readonly options: Readonly<Record<string, OptionValue>> }
>;
