/**
 * What a statement does, in a form that can be run on the symbolic catalog, guarded, and explained. A guard file (`../guards/`) turns a
 * parsed statement into one Effect.
 */
import type { Edit } from '../text/edits.ts';
import type { Statement } from '../parse/index.ts';
import type { Node, QualifiedName } from './ast.ts';
import type { Catalog, Obj, Spec } from './catalog.ts';

/** The circumstances of one execution on the symbolic catalog. */
export interface Run {
  /** The statement's position in its file. */
  readonly index: number;
  /** The statement's position inside of a DO block. */
  readonly inner?: number;
  /** The statement has run before in this (simulated) database. */
  readonly rerun: boolean;
  /** Ids of what this statement makes: the same at every execution. */
  id(counter: number | string): string;
  /** The data steps of the file, by token (see data.ts). */
  readonly steps: Map<string, DataStep>;
}

/** A statement that writes rows. */
export interface DataStep {
  readonly token: string;
  /** Table ids -> the columns read ('*' = all). */
  readonly reads: ReadonlyMap<string, ReadonlySet<string>>;
  /** Table ids -> the columns written ('*' = whole rows come or go). */
  readonly writes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly kind: 'insert' | 'update' | 'delete';
  /** Columns that a row must hold one of these constants in to be touched at all. */
  readonly filters: ReadonlyMap<string, ReadonlySet<string>>;
  /** INSERT: the columns that it names; empty = all. */
  readonly given: ReadonlySet<string>;
  /** Columns that are set to constants. */
  readonly constants: ReadonlyMap<string, string>;
  /** UPDATE: columns that it sets only where they are NULL. */
  readonly fills: ReadonlySet<string>;
  /** Looks at other rows of the tables that it reads (a subquery, an aggregate). */
  readonly looksAround: boolean;
  /** Reads its own target a second time, under another alias or in a subquery. */
  readonly mentionsTarget: boolean;
}

/** A second way to write the statement, with PostgreSQL's own clauses. */
interface NativeForm {
  readonly edits: readonly Edit[];
  run(catalog: Catalog, run: Run): void;
}

export interface Effect {
  /** For people and reports: 'CREATE TABLE', 'ALTER TABLE ADD COLUMN'. */
  readonly kind: string;
  /** 'table "User"'. */
  readonly subject: string;
  /** Runs the statement as it is written. Throws StepError where a server would raise an error or rows would be damaged. */
  run(catalog: Catalog, run: Run): void;
  readonly native?: NativeForm | undefined;
  /** Objects that this statement creates and whose shape a guard compares. */
  readonly creates?: ((after: Catalog, run: Run) => Obj[]) | undefined;
  /** The relation's place in the text, for the comparison on a temporary twin (UTF-16). */
  readonly twin?: Twin | undefined;
  /** May not stand in a DO block or a transaction. */
  readonly noDo?: string | undefined;
  /** Has to go through EXECUTE inside of PL/pgSQL. */
  readonly execute?: boolean | undefined;
  readonly transaction?: 'begin' | 'commit' | 'rollback' | undefined;
  /** No model: nothing can be proven; the reason for people. */
  readonly opaque?: { readonly why: string; readonly advice: string; readonly silent: boolean } | undefined;
  /** A data step, for the wording of messages and for choosing evidence even where a rerun is harmless. */
  readonly data?: DataForm | undefined;
  /** Statement-level actions of an ALTER TABLE that can be guarded one by one. */
  readonly parts?: readonly Part[] | undefined;
  /** Questions about the rows, where the catalogs can't tell (that a table is still empty): the first that serves is asked. */
  readonly onlyIf?: readonly OnlyIf[] | undefined;
  /** What a person should know although the statement is fine. */
  readonly note?: string | undefined;
  /** Edits to the statement's own text that help inside of a guard: IF [NOT] EXISTS where PostgreSQL has it. */
  readonly body?: readonly Edit[] | undefined;
  /** `ALTER TABLE x ` in front of the parts. */
  readonly prefix?: Part | undefined;
  /** Names that the statement itself drops before it adds them again. */
  readonly drops?: readonly string[] | undefined;
  /** RENAME and SET SCHEMA: neither old nor new there is drift. */
  readonly renames?: boolean | undefined;
  /** CREATE INDEX CONCURRENTLY. */
  readonly concurrent?: boolean | undefined;
  /** An INSERT whose rows a unique key tells from others. */
  readonly keyed?: KeyedForm | undefined;
  /**
   * A step that can only meet itself again: it adds something under a name of its own, or takes away or sets something that nothing else
   * in the file names. A file of such steps needs no search for guards.
   */
  readonly simple?: Simple | undefined;
  readonly trigger?: TriggerShape | undefined;
  /** SELECT: nothing but calls of functions that we know nothing of makes it doubtful. */
  readonly calls?: readonly QualifiedName[] | undefined;
  /** What a DROP names. */
  readonly targets?: readonly Spec[] | undefined;
  readonly cascade?: boolean | undefined;
}

interface Simple {
  /** Names that it adds, with their table: no other step may add them, too. */
  readonly adds: readonly string[];
  /** Bare names that it takes away or changes: no other statement may mention them. */
  readonly touches: readonly string[];
}

interface KeyedForm {
  key(catalog: Catalog): readonly string[] | undefined;
  edits(key: readonly string[], catalog: Catalog): readonly Edit[];
  run(catalog: Catalog, run: Run): void;
}

interface TriggerShape {
  readonly type: number;
  readonly function: QualifiedName;
  readonly arguments: readonly string[];
  /** UPDATE OF. */
  readonly columns: readonly string[];
}

export interface OnlyIf {
  sql(): string;
  /** Would the condition hold on this catalog? */
  test(catalog: Catalog, steps: ReadonlyMap<string, DataStep>): boolean;
  /** Can it be asked in the state that the statement first meets? */
  usable(catalog: Catalog, steps: ReadonlyMap<string, DataStep>): boolean;
  /** The relation that has to be there for the question to be asked at all. */
  readonly needs: Spec;
}

interface DataForm {
  /** Rows are written again or twice on a rerun: evidence is wanted even if the model sees no damage. */
  readonly prefersEvidence: boolean;
  readonly why: string;
  readonly advice: string;
}

export interface Twin {
  /** The statement's text, to be run on a temporary table of the same name: the relation's reference is replaced by pg_temp's. */
  readonly relation: { readonly start: number; readonly end: number };
  readonly kind: 'index' | 'constraint' | 'policy' | 'trigger' | 'rule' | 'view' | 'materialized view';
}

export interface Part {
  readonly start: number;
  readonly end: number;
}

/** What a reader gets. */
export interface ReaderInput {
  readonly statement: Statement;
  readonly node: Node;
  readonly text: string;
  readonly pgVersion: number;
}

export type Reader = (input: ReaderInput) => Effect;
