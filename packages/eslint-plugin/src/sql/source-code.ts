/** A migration as ESLint sees it: one node for each statement, with PostgreSQL's own tree in it. */
import {
  type Comment,
  type LineIndex,
  type LintStatement,
  type Range,
  type Source,
  Suppressions,
  lineIndex,
  readDirectives,
  tokenize,
} from '@idempotify/core';
import { knownNames } from '@idempotify/rules';
import { ConfigCommentParser, Directive, TextSourceCodeBase, VisitNodeStep } from '@eslint/plugin-kit';
import type { FileProblem, RulesConfig, SourceLocation, TraversalStep } from '@eslint/core';
import type { Settings } from '../settings.ts';
import type { Place } from './folders.ts';
import { type ReadFile, readSql } from './read.ts';

/** Offsets are UTF-16 units without BOM; lines and columns count from 1. */
interface Located {
  readonly range: [number, number];
  readonly loc: SourceLocation;
}

export interface CommentNode extends Located {
  readonly type: 'LineComment' | 'BlockComment';
  /** Without `--`, `/*` and its end. */
  readonly value: string;
}

/** The node of libpg-query's name: `CreateStmt`, `IndexStmt`, … */
export interface StatementNode extends Located {
  readonly type: string;
  /** PostgreSQL's tree of the statement, as libpg-query gives it. */
  readonly node: unknown;
  readonly statement: LintStatement;
  /** Of a DO block: the statements in it. */
  readonly children: readonly StatementNode[];
}

export interface FileNode extends Located {
  readonly type: 'SqlFile';
  readonly children: readonly StatementNode[];
}

type SqlNode = FileNode | StatementNode;

/** `/* eslint rule: off * /`. */
interface InlineConfig {
  readonly loc: SourceLocation;
  readonly config: { readonly rules: RulesConfig };
}

const comments = new ConfigCommentParser();
const CONFIG_COMMENT = /^\s*eslint(?:-(?:en|dis)able(?:-(?:next-)?line)?)?(?:\s|$)/;
const NONE: readonly StatementNode[] = [];

class Lines {
  readonly #text: string;
  #index: LineIndex | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  loc({ start, end }: Range): SourceLocation {
    const index = (this.#index ??= lineIndex(this.#text));
    return { start: index.at(start), end: index.at(end) };
  }
}

/** Most nodes are never asked where they stand. */
class Node implements Located {
  readonly type: string;
  readonly range: [number, number];
  readonly children: readonly StatementNode[];
  readonly #lines: Lines;

  constructor(type: string, { start, end }: Range, children: readonly StatementNode[], lines: Lines) {
    this.type = type;
    this.range = [start, end];
    this.children = children;
    this.#lines = lines;
  }

  get loc(): SourceLocation {
    return this.#lines.loc({ start: this.range[0], end: this.range[1] });
  }
}

class Stated extends Node implements StatementNode {
  readonly statement: LintStatement;

  constructor(statement: LintStatement, children: readonly StatementNode[], lines: Lines) {
    super(statement.tag, statement.range, children, lines);
    this.statement = statement;
  }

  get node(): unknown {
    return this.statement.node as unknown;
  }
}

/** What `parse` makes of a file. */
export interface ParsedFile {
  readonly text: string;
  readonly name: { readonly path: string; readonly alone: boolean };
  readonly options: Settings;
  readonly read: ReadFile;
}

export class SqlSourceCode extends TextSourceCodeBase<{
  LangOptions: Record<string, unknown>;
  RootNode: FileNode;
  SyntaxElementWithLoc: SqlNode | CommentNode;
  ConfigNode: CommentNode;
}> {
  /** The rules that run on this file, by the linter's names. */
  readonly active = new Set<string>();
  readonly #parsed: ParsedFile;
  #read: ReadFile;
  readonly #lines: Lines;
  readonly #steps: readonly TraversalStep[];
  #parents: ReadonlyMap<object, SqlNode> | undefined;
  #comments: readonly CommentNode[] | undefined;
  #suppressions: Suppressions | undefined;

  constructor(parsed: ParsedFile) {
    const { text } = parsed;
    const { file } = parsed.read;
    const lines = new Lines(text);
    const steps: TraversalStep[] = [];
    const enter = (target: SqlNode): number => steps.push(new VisitNodeStep({ target, phase: 1, args: [target] }));
    const leave = (target: SqlNode): number => steps.push(new VisitNodeStep({ target, phase: 2, args: [target] }));
    const nodeOf = (statement: LintStatement): StatementNode => {
      const inner = statement.tag === 'DoStmt' && !statement.outer ? (file?.bodyOf(statement) ?? []) : [];
      return new Stated(statement, inner.length === 0 ? NONE : inner.map(nodeOf), lines);
    };
    const root = new Node('SqlFile', { start: 0, end: text.length }, file?.statements.map(nodeOf) ?? NONE, lines);
    const visit = (node: SqlNode): void => {
      enter(node);
      for (const child of node.children) visit(child);
      leave(node);
    };
    visit(root as FileNode);
    super({ text, ast: root as FileNode, lineEndingPattern: /\r\n|[\r\n]/u });
    this.#parsed = parsed;
    this.#read = parsed.read;
    this.#lines = lines;
    this.#steps = steps;
  }

  get place(): Place | undefined {
    return this.#read.place;
  }

  /** The file as rules see it, made once for all of them; undefined: the tool never runs it. */
  get file(): Source | undefined {
    return this.#read.file;
  }

  get pgVersion(): number {
    return this.#read.pgVersion;
  }

  /** ESLint tells settings only when the file has been parsed. Rarely do they say something that languageOptions and the folder don't. */
  apply(settings: Settings): void {
    const { text, name, options } = this.#parsed;
    const { pgVersion = this.pgVersion, tool = this.file?.tool.name } = { ...settings, ...options };
    if (pgVersion === this.pgVersion && tool === this.file?.tool.name) return;
    this.#read = readSql(name, text, { ...settings, ...options });
    this.#suppressions = undefined;
  }

  get visitorKeys(): Record<string, string[]> {
    return VISITOR_KEYS;
  }

  /** 1-based. */
  locOf(range: Range): SourceLocation {
    return this.#lines.loc(range);
  }

  override traverse(): Iterable<TraversalStep> {
    return this.#steps;
  }

  override getParent(node: SqlNode | CommentNode): SqlNode | undefined {
    if (!this.#parents) {
      const parents = new Map<object, SqlNode>();
      const visit = (parent: SqlNode): void => {
        for (const child of parent.children) {
          parents.set(child, parent);
          visit(child);
        }
      };
      visit(this.ast);
      this.#parents = parents;
    }
    return this.#parents.get(node);
  }

  /** What comments of idempotify and squawk are about. */
  get suppressions(): Suppressions {
    return (this.#suppressions ??= new Suppressions(
      readDirectives(this.text, this.file?.parsed.statements ?? []),
      this.text,
      knownNames,
    ));
  }

  /** Rules of JavaScript that a config for all files turns on ask for them. */
  getAllComments(): CommentNode[] {
    return [...(this.#comments ??= tokenize(this.text).comments.map((comment) => this.#commentNode(comment)))];
  }

  getInlineConfigNodes(): CommentNode[] {
    // comments are only looked for where there may be such a one
    if (!this.text.includes('eslint')) return [];
    return this.getAllComments().filter(({ value }) => CONFIG_COMMENT.test(value));
  }

  #commentNode({ kind, start, end }: Comment): CommentNode {
    const text = this.text.slice(start, end);
    const loc = this.locOf({ start, end });
    return kind === 'line'
      ? { type: 'LineComment', value: text.slice(2), range: [start, end], loc }
      : // VS Code writes /** eslint-disable … */ into files of languages that it does not know
        { type: 'BlockComment', value: text.slice(2, -2).replace(/^\*(?=\s*eslint-)/, ''), range: [start, end], loc };
  }

  getDisableDirectives(): { directives: Directive[]; problems: FileProblem[] } {
    const directives: Directive[] = [];
    const problems: FileProblem[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const parsed = comments.parseDirective(node.value);
      const type = /^eslint-(disable|enable|disable-next-line|disable-line)$/.exec(parsed?.label ?? '')?.[1];
      if (!parsed || type === undefined) continue;
      if (type === 'disable-line' && node.loc.start.line !== node.loc.end.line) {
        problems.push({ ruleId: null, message: 'eslint-disable-line comments must not span lines.', loc: node.loc });
        continue;
      }
      const { value, justification } = parsed;
      directives.push(new Directive({ type: type as Directive['type'], node, value, justification }));
    }
    return { directives, problems };
  }

  applyInlineConfig(): { configs: InlineConfig[]; problems: FileProblem[] } {
    const configs: InlineConfig[] = [];
    const problems: FileProblem[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const parsed = comments.parseDirective(node.value);
      if (parsed?.label !== 'eslint') continue;
      const { loc } = node;
      const rules = comments.parseJSONLikeConfig(parsed.value);
      if (rules.ok) configs.push({ config: { rules: rules.config }, loc });
      else problems.push({ ruleId: null, message: rules.error.message, loc });
    }
    return { configs, problems };
  }
}

const KEYS = ['children'];
/** Every node has its children at the same key, whatever PostgreSQL calls it. */
const VISITOR_KEYS = new Proxy<Record<string, string[]>>({}, { get: () => KEYS });
