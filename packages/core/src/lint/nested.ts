/**
 * The SQL inside of DO blocks and of function bodies, with its place in the file. PL/pgSQL's own parser says what is a statement; its
 * text is then found in the body, from the place of the one before on.
 */
import { constantText, type Node } from '../model/ast.ts';
import { parseSql, tokenize, type Range, type Statement, type Token } from '../parse/index.ts';
import { parsePlpgsql } from '../parse/postgres.ts';

export interface NestedStatement {
  readonly statement: Statement;
  /** Under an IF, a CASE, a loop, or in a block with an EXCEPTION part. */
  readonly conditional: boolean;
}

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

interface Found {
  readonly query: string;
  /** The text is the value of a string literal in the body. */
  readonly literal: boolean;
  readonly conditional: boolean;
}

/** `IF … THEN RETURN; END IF`: what follows runs only sometimes. */
const leaves = (node: Node): boolean =>
  (node?.PLpgSQL_stmt_if?.then_body ?? []).some((item: Node) => item.PLpgSQL_stmt_return || item.PLpgSQL_stmt_exit);

function collect(node: Node, conditional: boolean, out: Found[]): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    let behind = conditional;
    for (const item of node) {
      collect(item, behind, out);
      if (leaves(item)) behind = true;
    }
    return;
  }
  for (const [tag, value] of Object.entries<Node>(node)) {
    switch (tag) {
      case 'PLpgSQL_stmt_execsql':
        out.push({ query: value.sqlstmt?.PLpgSQL_expr?.query ?? '', literal: false, conditional });
        break;
      case 'PLpgSQL_stmt_dynexecute': {
        const expression: string = value.query?.PLpgSQL_expr?.query ?? '';
        const target = parseSql(`SELECT ${expression}`).statements[0]?.node?.targetList?.[0]?.ResTarget?.val;
        const text = constantText(target);
        if (text !== undefined) out.push({ query: text, literal: true, conditional });
        break;
      }
      case 'PLpgSQL_stmt_block':
        collect(value.body, conditional || value.exceptions !== undefined, out);
        collect(value.exceptions, true, out);
        break;
      case 'PLpgSQL_stmt_if':
      case 'PLpgSQL_stmt_case':
      case 'PLpgSQL_stmt_loop':
      case 'PLpgSQL_stmt_while':
      case 'PLpgSQL_stmt_fori':
      case 'PLpgSQL_stmt_fors':
      case 'PLpgSQL_stmt_forc':
      case 'PLpgSQL_stmt_dynfors':
      case 'PLpgSQL_stmt_foreach_a':
        collect(Object.values(value), true, out);
        break;
      default:
        collect(value, conditional, out);
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

/**
 * @param statement a DO block, or CREATE FUNCTION or PROCEDURE in SQL or PL/pgSQL
 * @param text of the file
 * @returns the statements that could be found and read, in the order of the text; what can't be read is simply not there
 */
export function nestedStatements(statement: Statement, text: string): readonly NestedStatement[] {
  const token = bodyToken(statement);
  if (!token) return [];
  const body = insideOf(text, token);
  const language = languageOf(statement);
  if (language === 'sql') {
    if (!body) return [];
    return parseSql(text, { ranges: [body] })
      .statements.filter(({ tag }) => tag !== '')
      .map((inner) => ({ statement: inner, conditional: false }));
  }
  if (language !== 'plpgsql') return [];
  const tree = parsePlpgsql(text.slice(statement.range.start, statement.range.end)) as Node;
  const found: Found[] = [];
  for (const item of tree?.plpgsql_funcs ?? []) collect(item.PLpgSQL_function?.action, false, found);
  const out: NestedStatement[] = [];
  let from = body?.start ?? 0;
  const literals = body ? tokenize(text, body).tokens.filter(({ kind }) => kind === 'string') : [];
  for (const { query, literal, conditional } of found) {
    const place = body && (literal ? literalWith(query) : plainAt(query));
    const statements = place
      ? parseSql(text, { ranges: [place] }).statements
      : parseSql(query).statements.map((inner) => standingAt(inner, statement.range));
    for (const inner of statements) if (inner.tag !== '') out.push({ statement: inner, conditional });
    if (place) from = place.end;
  }
  return out.sort((a, b) => a.statement.range.start - b.statement.range.start);

  function plainAt(query: string): Range | undefined {
    const wanted = query.trim();
    const at = text.indexOf(wanted, from);
    const found = at >= 0 && body && at + wanted.length <= body.end ? at : text.indexOf(wanted, body?.start);
    return found >= 0 && body && found + wanted.length <= body.end
      ? { start: found, end: found + wanted.length }
      : undefined;
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
