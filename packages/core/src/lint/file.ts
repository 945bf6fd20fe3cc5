/** A file as rules see it. What is dear is worked out when a rule first asks for it. */
import { Catalog } from '../model/catalog.ts';
import type { QualifiedName } from '../model/ast.ts';
import { parseSql, type ParsedSql, type Statement } from '../parse/index.ts';
import { aboutColumns, columnTypeBefore, type ColumnStatement } from './column-type.ts';
import type { PastFile } from '../rewrite/past.ts';
import type { FolderView, Tool, Transactions } from '../tools/types.ts';
import { fileFacts, searchPathOf, temporaryOf, type Fact } from './facts.ts';
import { NewNames } from './names.ts';
import { nestedCode, type NestedCode } from './nested.ts';
import { rerunVerdicts } from './rerun.ts';
import type { LintFile, LintStatement, OptionValue, RerunVerdict } from './types.ts';

export interface SourceOptions {
  readonly path: string;
  readonly text: string;
  readonly tool: Tool;
  readonly pgVersion: number;
  /** Lets a tool read the settings file beside the migration. */
  readonly folder?: FolderView;
  /** What earlier migrations left; asked only when the file alone leaves open what a second run does. */
  readonly history?: () => Catalog | undefined;
  /** The functions that earlier migrations have made; asked when the file calls some. Without it, `history` is asked. */
  readonly functions?: () => Catalog | undefined;
  /** The migrations before this one, in the tool's order; asked only when the file alone leaves a column's old type open. */
  readonly past?: () => readonly PastFile[];
  /** Why the author wants a statement left alone; by default what the comments of the text say. */
  readonly disabled?: (statement: Statement) => string | undefined;
}

/** What earlier migrations say of their columns, as long as somebody holds these. */
const pastColumns = new WeakMap<PastFile, readonly ColumnStatement[]>();

function columnsOf(file: PastFile, tool: Tool, pgVersion: number): readonly ColumnStatement[] {
  let columns = pastColumns.get(file);
  if (!columns) {
    const { all } = new Source({ path: file.path, text: file.read(), tool, pgVersion });
    pastColumns.set(file, (columns = aboutColumns(all)));
  }
  return columns;
}

/** A statement of the file, broken ones included; the visitors of rules never get a broken one. */
class Linted implements LintStatement {
  readonly #of: Statement;
  readonly outer?: LintStatement;
  readonly conditional: boolean;
  readonly transaction: number | undefined;

  constructor(of: Statement, transaction: number | undefined, outer?: LintStatement, conditional = false) {
    this.#of = of;
    this.transaction = transaction;
    this.conditional = conditional;
    if (outer) this.outer = outer;
  }

  get index(): number {
    return this.#of.index;
  }
  get range(): Statement['range'] {
    return this.#of.range;
  }
  get end(): number {
    return this.#of.end;
  }
  get hasSemicolon(): boolean {
    return this.#of.hasSemicolon;
  }
  get leading(): Statement['leading'] {
    return this.#of.leading;
  }
  get tag(): string {
    return this.#of.tag;
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- PostgreSQL's tree
  get node(): any {
    return this.#of.node;
  }
  get tokens(): Statement['tokens'] {
    return this.#of.tokens;
  }
  offsetOf(location: number): number {
    return this.#of.offsetOf(location);
  }
}

export class Source implements LintFile {
  readonly path: string;
  readonly text: string;
  readonly tool: Tool;
  readonly pgVersion: number;
  readonly transactions: Transactions;
  readonly parsed: ParsedSql;
  readonly statements: readonly LintStatement[];
  fixing = false;
  /** Options of the rule that is running; set by the engine. */
  options: Readonly<Record<string, OptionValue>> = {};
  readonly #history: () => Catalog | undefined;
  readonly #functions: () => Catalog | undefined;
  readonly #past: () => readonly PastFile[];
  readonly #disabled: SourceOptions['disabled'];
  #all: readonly LintStatement[] | undefined;
  #facts: readonly Fact[] | undefined;
  #verdicts: ReadonlyMap<number, RerunVerdict> | undefined;
  #names: { readonly names: NewNames; facts: number; statements: number } | undefined;
  readonly #code = new Map<LintStatement, NestedCode>();
  readonly #bodies = new Map<LintStatement, readonly LintStatement[]>();

  constructor({ path, text, tool, pgVersion, folder, history, functions, past, disabled }: SourceOptions) {
    this.path = path;
    this.text = text;
    this.tool = tool;
    this.pgVersion = pgVersion;
    this.#history = history ?? (() => undefined);
    this.#functions = functions ?? this.#history;
    this.#past = past ?? (() => []);
    this.#disabled = disabled;
    const sections = tool.sections(text, path);
    const parsed = parseSql(text, { ranges: sections.up });
    this.parsed =
      sections.problems.length === 0 ? parsed : { ...parsed, problems: [...sections.problems, ...parsed.problems] };
    this.transactions = tool.transactions(text, path, folder);
    this.statements = this.#linted(parsed.statements);
  }

  /** Which statements commit together. */
  #linted(statements: readonly Statement[]): readonly LintStatement[] {
    const together = this.transactions.scope === 'file' || this.transactions.scope === 'all-pending';
    const out: LintStatement[] = [];
    let number = 0;
    let explicit = false;
    for (const statement of statements) {
      if (statement.tag === '') continue;
      const kind: string | undefined = statement.tag === 'TransactionStmt' ? statement.node.kind : undefined;
      if ((kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') && !explicit) {
        explicit = true;
        number++;
      }
      out.push(new Linted(statement, explicit || together ? number : undefined));
      if (kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK' || kind === 'TRANS_STMT_PREPARE') {
        explicit = false;
        number++;
      }
    }
    return out;
  }

  get all(): readonly LintStatement[] {
    return (this.#all ??= this.statements.some(({ tag }) => tag === 'DoStmt')
      ? this.statements.flatMap((statement) =>
          statement.tag === 'DoStmt' ? [statement, ...this.bodyOf(statement)] : [statement],
        )
      : this.statements);
  }

  codeOf(statement: LintStatement): NestedCode {
    let code = this.#code.get(statement);
    if (!code) {
      code = nestedCode(statement, this.text);
      this.#code.set(statement, code);
    }
    return code;
  }

  bodyOf(statement: LintStatement): readonly LintStatement[] {
    let body = this.#bodies.get(statement);
    if (!body) {
      body = this.codeOf(statement).statements.map(
        (inner) => new Linted(inner.statement, statement.transaction, statement, inner.conditional),
      );
      this.#bodies.set(statement, body);
    }
    return body;
  }

  get facts(): readonly Fact[] {
    return (this.#facts ??= fileFacts(this.all));
  }

  /** The names that are new in front of a statement. Rules go through a file from the beginning to the end, and so do the names. */
  #namesBefore(before: LintStatement): NewNames {
    const { all, facts } = this;
    const wanted = before.range.start;
    if (!this.#names || (all[this.#names.statements - 1]?.range.start ?? -1) >= wanted)
      this.#names = { names: new NewNames(), facts: 0, statements: 0 };
    const state = this.#names;
    for (let next = all[state.statements]; next && next.range.start < wanted; next = all[state.statements]) {
      const path = searchPathOf(next);
      if (path) state.names.searchPath(path);
      const temporary = temporaryOf(next);
      if (temporary !== undefined) state.names.temporary(temporary);
      // a DO block has no facts of its own; those of its statements follow with them
      for (
        let fact = facts[state.facts];
        fact && next.tag !== 'DoStmt' && fact.start < next.range.end && fact.end <= next.range.end;
        fact = facts[state.facts]
      ) {
        state.names.apply(fact);
        state.facts++;
      }
      state.statements++;
    }
    return state.names;
  }

  isNew(name: QualifiedName, before: LintStatement): boolean {
    return this.#namesBefore(before).hasRelation(name);
  }

  isNewColumn(table: QualifiedName, column: string, before: LintStatement): boolean {
    return this.#namesBefore(before).hasColumn(table, column);
  }

  columnType(table: QualifiedName, column: string, before: LintStatement): string | undefined {
    const own = this.all.slice(0, this.all.indexOf(before));
    return columnTypeBefore(own, this.#past, table, column, (file) => columnsOf(file, this.tool, this.pgVersion));
  }

  rerun(statement: LintStatement): RerunVerdict | undefined {
    if (statement.outer) return undefined;
    this.#verdicts ??= rerunVerdicts({
      path: this.path,
      text: this.text,
      tool: this.tool,
      pgVersion: this.pgVersion,
      statements: this.parsed.statements,
      history: this.#history,
      functions: this.#functions,
      disabled: this.#disabled,
    });
    return this.#verdicts.get(statement.index);
  }

  option<T extends OptionValue>(name: string): T {
    return this.options[name] as T;
  }
}
