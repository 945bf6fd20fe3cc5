/**
 * The SQL inside of DO blocks and of function bodies, with its place in the file. PL/pgSQL's own parser says what is a statement; its
 * text is then found in the body, from the place of the one before on.
 */
import { constantText, walk, type Node } from '../model/ast.ts';
import { parseSql, tokenize, type Range, type Statement, type Token } from '../parse/index.ts';
import { parsePlpgsql } from '../parse/postgres.ts';

export interface NestedStatement {
  readonly statement: Statement;
  /** Under an IF, a CASE, a loop, or in a block with an EXCEPTION part. */
  readonly conditional: boolean;
}

/** `IF condition THEN …` or ELSIF. */
export interface Branch {
  /** `SELECT condition`, with the places of the condition in the file. */
  readonly condition: Statement;
  /** What its THEN part runs, at any depth. */
  readonly statements: readonly Statement[];
}

/** One `WHEN … THEN …` behind EXCEPTION. */
export interface Handler {
  /** The WHEN and its conditions. */
  readonly at: Range;
  /** In lower case: `duplicate_object`, `others`, or the five characters of an SQLSTATE. */
  readonly conditions: readonly string[];
  /** It may raise an error itself. */
  readonly raises: boolean;
}

/** BEGIN … EXCEPTION … END. */
export interface HandledBlock {
  /** What the block runs, down to the next block with an EXCEPTION part of its own, and whether an IF or a loop decides on it. */
  readonly statements: readonly NestedStatement[];
  readonly handlers: readonly Handler[];
}

/** What stands in a DO block, or in the body of a function. */
export interface NestedCode {
  readonly statements: readonly NestedStatement[];
  /** What is asked of the database on the way: conditions of IF, SELECT INTO, PERFORM and assignments, each a SELECT. */
  readonly questions: readonly Statement[];
  readonly branches: readonly Branch[];
  readonly blocks: readonly HandledBlock[];
}

const NOTHING: NestedCode = { statements: [], questions: [], branches: [], blocks: [] };

/** The inside of a string token that stands in the file as it is meant; undefined when quotes in it are doubled or escaped. */
function insideOf(text: string, token: Range): Range | undefined {
  const tag = /^\$[^$]*\$/.exec(text.slice(token.start, token.start + 130))?.[0];
  if (tag !== undefined) return { start: token.start + tag.length, end: token.end - tag.length };
  if (text[token.start] !== "'") return undefined;
  const inner = text.slice(token.start + 1, token.end - 1);
  return inner.includes("''") ? undefined : { start: token.start + 1, end: token.end - 1 };
}

/** The longest string of the statement: its body, since a language or a file name is never longer than that. */
function bodyToken(statement: Statement): Token | undefined {
  let longest: Token | undefined;
  for (const token of statement.tokens)
    if (token.kind === 'string' && (!longest || token.end - token.start > longest.end - longest.start)) longest = token;
  return longest;
}

/** A condition, by its place in the text; the statements under it refer to it. */
interface FoundBranch {
  readonly condition: Found;
}

interface FoundBlock {
  readonly handlers: readonly Handler[];
}

interface Found {
  readonly query: string;
  /**
   * - `statement`: runs as it is. `literal`: the text is the value of a string literal in the body.
   * - `query`: its result is kept in variables. `expression`: a SELECT without that word. `perform`: what stands behind PERFORM.
   */
  readonly kind: 'statement' | 'literal' | 'query' | 'expression' | 'perform';
  readonly conditional: boolean;
  readonly branches: readonly FoundBranch[];
  /** The innermost block with an EXCEPTION part, and whether something in that block decides on it. */
  readonly block: FoundBlock | undefined;
  readonly conditionalInBlock: boolean;
}

/** `IF … THEN RETURN; END IF`: what follows runs only sometimes. */
const leaves = (node: Node): boolean =>
  (node?.PLpgSQL_stmt_if?.then_body ?? []).some((item: Node) => item.PLpgSQL_stmt_return || item.PLpgSQL_stmt_exit);

/** elog levels: ERROR and above end what is running. */
const ERROR = 21;

const raises = (node: Node): boolean => {
  let found = false;
  walk({ node }, (tag, inner) => {
    if (tag === 'PLpgSQL_stmt_raise' && inner.elog_level >= ERROR) found = true;
  });
  return found;
};

/** Goes through PL/pgSQL's tree in the order of the text. */
class Collector {
  readonly found: Found[] = [];
  readonly branches: FoundBranch[] = [];
  readonly blocks: FoundBlock[] = [];
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #whole: Range;
  #token = 0;

  constructor(text: string, tokens: readonly Token[], whole: Range) {
    this.#text = text;
    this.#tokens = tokens;
    this.#whole = whole;
  }

  /** Where the next `WHEN condition` stands. */
  #handlerAt(conditions: readonly string[]): Range {
    const word = (index: number): string => {
      const token = this.#tokens[index];
      return token ? this.#text.slice(token.start, token.end).toLowerCase() : '';
    };
    for (let i = this.#token; i < this.#tokens.length; i++) {
      if (word(i) !== 'when' || (word(i + 1) !== conditions[0] && word(i + 1) !== 'sqlstate')) continue;
      let last = i + 1;
      while (last < this.#tokens.length - 1 && word(last + 1) !== 'then') last++;
      this.#token = last;
      return { start: (this.#tokens[i] as Token).start, end: (this.#tokens[last] as Token).end };
    }
    return this.#whole;
  }

  collect(node: Node, scope: Omit<Found, 'query' | 'kind'>): void {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      let inner = scope;
      for (const item of node) {
        this.collect(item, inner);
        if (leaves(item)) inner = { ...inner, conditional: true, conditionalInBlock: true };
      }
      return;
    }
    const add = (kind: Found['kind'], query: string | undefined): Found => {
      const found: Found = { ...scope, kind, query: query ?? '' };
      this.found.push(found);
      return found;
    };
    const branch = (condition: Node, body: Node): void => {
      const one = { condition: add('expression', condition?.PLpgSQL_expr?.query) };
      this.branches.push(one);
      this.collect(body, {
        ...scope,
        conditional: true,
        conditionalInBlock: true,
        branches: [...scope.branches, one],
      });
    };
    for (const [tag, value] of Object.entries<Node>(node)) {
      switch (tag) {
        case 'PLpgSQL_stmt_execsql':
          add(value.into ? 'query' : 'statement', value.sqlstmt?.PLpgSQL_expr?.query);
          break;
        case 'PLpgSQL_stmt_perform':
          // PL/pgSQL has put SELECT in the place of the word PERFORM
          add('perform', (value.expr?.PLpgSQL_expr?.query as string | undefined)?.replace(/^\s*SELECT/i, ''));
          break;
        case 'PLpgSQL_stmt_assign':
          add('expression', (value.expr?.PLpgSQL_expr?.query as string | undefined)?.replace(/^[^=]*?:?=\s*/, ''));
          break;
        case 'PLpgSQL_stmt_dynexecute': {
          const expression: string = value.query?.PLpgSQL_expr?.query ?? '';
          const target = parseSql(`SELECT ${expression}`).statements[0]?.node?.targetList?.[0]?.ResTarget?.val;
          const text = constantText(target);
          if (text !== undefined) add('literal', text);
          break;
        }
        case 'PLpgSQL_stmt_block': {
          const clauses: Node[] = value.exceptions?.PLpgSQL_exception_block?.exc_list ?? [];
          if (clauses.length === 0) {
            this.collect(value.body, scope);
            break;
          }
          const handlers: Handler[] = [];
          const block = { handlers };
          this.blocks.push(block);
          this.collect(value.body, { ...scope, conditional: true, block, conditionalInBlock: false });
          for (const { PLpgSQL_exception: clause } of clauses) {
            const conditions: string[] = (clause?.conditions ?? []).map((item: Node) =>
              String(item.PLpgSQL_condition?.condname ?? '').toLowerCase(),
            );
            handlers.push({ at: this.#handlerAt(conditions), conditions, raises: raises(clause?.action) });
            this.collect(clause?.action, { ...scope, conditional: true });
          }
          break;
        }
        case 'PLpgSQL_stmt_if':
          branch(value.cond, value.then_body);
          for (const item of value.elsif_list ?? []) branch(item.PLpgSQL_if_elsif?.cond, item.PLpgSQL_if_elsif?.stmts);
          this.collect(value.else_body, { ...scope, conditional: true, conditionalInBlock: true });
          break;
        case 'PLpgSQL_stmt_case':
        case 'PLpgSQL_stmt_loop':
        case 'PLpgSQL_stmt_while':
        case 'PLpgSQL_stmt_fori':
        case 'PLpgSQL_stmt_fors':
        case 'PLpgSQL_stmt_forc':
        case 'PLpgSQL_stmt_dynfors':
        case 'PLpgSQL_stmt_foreach_a':
          this.collect(Object.values(value), { ...scope, conditional: true, conditionalInBlock: true });
          break;
        default:
          this.collect(value, scope);
      }
    }
  }
}

/** A statement of a text of its own, seen as standing at one place of the file: where exactly, its quotes don't let us say. */
function standingAt(statement: Statement, place: Range): Statement {
  return {
    index: statement.index,
    range: place,
    end: place.end,
    hasSemicolon: statement.hasSemicolon,
    leading: [],
    tag: statement.tag,
    node: statement.node,
    offsetOf: () => place.start,
    tokens: [],
  };
}

const SELECT = 'SELECT ';

/** `SELECT expression` for an expression that stands in the file at `place`. */
function asSelect(expression: string, place: Range | undefined, whole: Range): Statement | undefined {
  const [read] = parseSql(SELECT + expression).statements;
  if (!read || read.tag === '') return undefined;
  if (!place) return standingAt(read, whole);
  const shift = place.start - SELECT.length;
  return {
    ...standingAt(read, place),
    offsetOf: (location) => Math.max(place.start, read.offsetOf(location) + shift),
  };
}

/**
 * @param statement a DO block, or CREATE FUNCTION or PROCEDURE in SQL or PL/pgSQL
 * @param text of the file
 * @returns what could be found and read, in the order of the text; what can't be read is simply not there
 */
export function nestedCode(statement: Statement, text: string): NestedCode {
  const token = bodyToken(statement);
  if (!token) return NOTHING;
  const body = insideOf(text, token);
  const language = languageOf(statement);
  if (language === 'sql') {
    if (!body) return NOTHING;
    return {
      ...NOTHING,
      statements: parseSql(text, { ranges: [body] })
        .statements.filter(({ tag }) => tag !== '')
        .map((inner) => ({ statement: inner, conditional: false })),
    };
  }
  if (language !== 'plpgsql') return NOTHING;
  const tree = parsePlpgsql(text.slice(statement.range.start, statement.range.end)) as Node;
  const tokens = body ? tokenize(text, body).tokens : [];
  const collector = new Collector(text, tokens, statement.range);
  for (const item of tree?.plpgsql_funcs ?? [])
    collector.collect(item.PLpgSQL_function?.action, {
      conditional: false,
      branches: [],
      block: undefined,
      conditionalInBlock: false,
    });
  const statements: NestedStatement[] = [];
  const questions: Statement[] = [];
  const conditions = new Map<Found, Statement>();
  const inBranch = new Map<FoundBranch, Statement[]>(collector.branches.map((one) => [one, []]));
  const inBlock = new Map<FoundBlock, NestedStatement[]>(collector.blocks.map((one) => [one, []]));
  let from = body?.start ?? 0;
  const literals = tokens.filter(({ kind }) => kind === 'string');
  for (const found of collector.found) {
    const { query, kind, conditional, branches, block, conditionalInBlock } = found;
    const performed = kind === 'perform' ? performAt(query) : undefined;
    const place = body && (kind === 'literal' ? literalWith(query) : (performed?.place ?? plainAt(query)));
    if (place) from = place.end;
    let read: readonly Statement[];
    if (kind === 'expression' || kind === 'perform') {
      const question = asSelect(query.trim(), place, statement.range);
      if (!question) continue;
      questions.push(question);
      if (kind === 'expression') {
        conditions.set(found, question);
        continue;
      }
      read = [performed ? { ...question, range: performed.whole, tokens: performed.tokens } : question];
    } else
      read = place
        ? parseSql(text, { ranges: [place] }).statements
        : parseSql(query).statements.map((inner) => standingAt(inner, statement.range));
    for (const inner of read) {
      if (inner.tag === '') continue;
      if (kind === 'query' && inner.tag === 'SelectStmt') questions.push(inner);
      statements.push({ statement: inner, conditional });
      for (const one of branches) inBranch.get(one)?.push(inner);
      if (block) inBlock.get(block)?.push({ statement: inner, conditional: conditionalInBlock });
    }
  }
  return {
    statements: statements.sort((a, b) => a.statement.range.start - b.statement.range.start),
    questions,
    branches: [...inBranch].flatMap(([{ condition: found }, inside]) => {
      const condition = conditions.get(found);
      return condition ? [{ condition, statements: inside }] : [];
    }),
    blocks: [...inBlock].map(([{ handlers }, inside]) => ({ statements: inside, handlers })),
  };

  function plainAt(query: string): Range | undefined {
    const wanted = query.trim();
    const at = text.indexOf(wanted, from);
    const found = at >= 0 && body && at + wanted.length <= body.end ? at : text.indexOf(wanted, body?.start);
    return found >= 0 && body && found + wanted.length <= body.end
      ? { start: found, end: found + wanted.length }
      : undefined;
  }
  /** The text behind the next PERFORM that goes on with it. */
  function performAt(query: string): { place: Range; whole: Range; tokens: readonly Token[] } | undefined {
    const wanted = query.trimEnd();
    const start = query.length - query.trimStart().length;
    const index = tokens.findIndex(
      (token) =>
        token.start >= from &&
        /^perform$/i.test(text.slice(token.start, token.end)) &&
        text.startsWith(wanted, token.end),
    );
    const word = tokens[index];
    if (!word) return undefined;
    const end = word.end + wanted.length;
    return {
      place: { start: word.end + start, end },
      whole: { start: word.start, end },
      tokens: tokens.slice(index).filter((token) => token.end <= end),
    };
  }
  function literalWith(query: string): Range | undefined {
    const fits = (inside: Range | undefined): boolean =>
      inside !== undefined && text.slice(inside.start, inside.end) === query;
    const inner = literals.map((each) => insideOf(text, each)).filter(fits) as Range[];
    return inner.find(({ start }) => start >= from) ?? inner[0];
  }
}

/** In lower case; a DO block without LANGUAGE is in PL/pgSQL (docs: DO). */
function languageOf(statement: Statement): string {
  const options: Node[] = (statement.node.options ?? statement.node.args ?? []) as Node[];
  const named = options.find((item) => item.DefElem?.defname === 'language')?.DefElem?.arg?.String?.sval as
    string | undefined;
  if (named !== undefined) return named.toLowerCase();
  return statement.tag === 'DoStmt' ? 'plpgsql' : '';
}
