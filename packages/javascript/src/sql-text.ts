/**
 * SQL that stands in a JavaScript expression, with the place in the file of every character of it: through escapes, `+` and constants,
 * and back for edits.
 */
import type { Edit, Range } from '@idempotify/core';
import { unwrap, type Node } from './ast.ts';
import type { Scope } from './scope.ts';

/** How a literal is delimited, which says what has to be escaped in it. */
export type Quote = "'" | '"' | '`';

interface Segment {
  /** Offset in the SQL. */
  readonly at: number;
  readonly length: number;
  /** Offsets in the file. */
  readonly start: number;
  readonly end: number;
  /**
   * - `text`: stands in the file as it is, character by character;
   * - `escape`: another spelling, as a whole;
   * - `expression`: a placeholder for what is only known when it runs;
   * - `constant`: the value of a constant that stands elsewhere.
   */
  readonly kind: 'text' | 'escape' | 'expression' | 'constant';
  /** undefined where nothing can be written. */
  readonly quote: Quote | undefined;
}

/** Names that no schema has; as identifiers they may stand in most places of SQL where a template has an expression. */
const PLACEHOLDER = /_idem_expr_\d+_|0000idempotify\d+/;
const PLACEHOLDERS = /_idem_expr_(\d+)_|0000idempotify(\d+)/g;

/** Ways to fill in what is not known: the first that makes SQL of the whole is taken. */
export const FILLINGS = ['name', 'string', 'number'] as const;
export type Filling = (typeof FILLINGS)[number];

export class SqlText {
  /** What the tool is given; LF where the file has CRLF, as JavaScript has it in templates. */
  readonly text: string;
  readonly #segments: readonly Segment[];

  private constructor(text: string, segments: readonly Segment[]) {
    this.text = text;
    this.#segments = segments;
  }

  /** @internal for the builder below, and for texts that are made elsewhere */
  static of(text: string, segments: readonly Segment[]): SqlText {
    return new SqlText(text, segments);
  }

  /** SQL that nobody has written: the translation of a call. Everything of it stands for the call. */
  static translated(text: string, [start, end]: Node['range']): SqlText {
    return new SqlText(text, [{ at: 0, length: text.length, start, end, kind: 'constant', quote: undefined }]);
  }

  /** Some of it is only known when it runs. */
  get hasExpressions(): boolean {
    return this.#segments.some(({ kind }) => kind === 'expression');
  }

  /** Whether a piece of SQL holds a placeholder: it must not be taken for the name of something. */
  static hasPlaceholder(sql: string): boolean {
    return PLACEHOLDER.test(sql);
  }

  /** The placeholders of a text as they stand in the file: `${expression}`. */
  static explained(text: string, scope: Scope): string {
    return text.replace(PLACEHOLDERS, (_all, name?: string, string?: string) => {
      const expression = scope.numbered(Number(name ?? string)) ?? '…';
      return `\${${expression.length > 40 ? `${expression.slice(0, 39)}…` : expression}}`;
    });
  }

  /** What is only known when it runs, as something that may stand in its place. The same expression is the same everywhere. */
  static unknown(node: Node, scope: Scope, filling: Filling = 'name'): SqlText {
    const number = scope.numberOf(node);
    const text =
      filling === 'name' ? `_idem_expr_${number}_` : filling === 'string' ? `'0000idempotify${number}'` : `${number}`;
    const [start, end] = node.range;
    return new SqlText(text, [{ at: 0, length: text.length, start, end, kind: 'expression', quote: undefined }]);
  }

  /** The places in the file of what it is made of, without those of constants that stand elsewhere; neighbours as one. */
  get places(): readonly Range[] {
    const out: { start: number; end: number }[] = [];
    for (const { kind, start, end } of this.#segments) {
      const last = out[out.length - 1];
      if (kind === 'constant') continue;
      if (last?.end === start) last.end = end;
      else out.push({ start, end });
    }
    return out;
  }

  /**
   * A range of it as one range of the file.
   * @param literal the expression that it is made from
   * @returns undefined when it is spread over places that have other things between them
   */
  rangeOf(from: number, to: number, literal: Range): Range | undefined {
    const touched = this.#segments.filter(({ at, length }) =>
      from === to ? at <= from && from <= at + length : at < to && from < at + length,
    );
    const isInside = ({ start, end }: Range): boolean => literal.start <= start && end <= literal.end;
    for (const [index, segment] of touched.entries()) {
      const before = touched[index - 1];
      if (before && (before.end > segment.start || isInside(before) !== isInside(segment))) return undefined;
    }
    const start = this.sourceOf(from);
    return { start, end: Math.max(start, this.sourceOf(to, 'end')) };
  }

  #segmentAt(offset: number): Segment | undefined {
    return this.#segments.find(({ at, length }) => at <= offset && offset < at + length);
  }

  /**
   * The place in the file of an offset of the SQL.
   * @param edge `end`: the place behind the character in front of it
   */
  sourceOf(offset: number, edge: 'start' | 'end' = 'start'): number {
    const segment = this.#segmentAt(edge === 'end' && offset > 0 ? offset - 1 : offset);
    if (!segment) {
      const last = this.#segments[this.#segments.length - 1];
      return last ? last.end : 0;
    }
    if (segment.kind === 'text') return segment.start + (offset - segment.at);
    return edge === 'end' ? segment.end : segment.start;
  }

  /** A part of it, for tools that read more into a text (a statement of several, what stands behind a prefix). */
  slice(from: number, to = this.text.length): SqlText {
    const segments: Segment[] = [];
    for (const segment of this.#segments) {
      const start = Math.max(segment.at, from);
      const end = Math.min(segment.at + segment.length, to);
      if (start >= end) continue;
      segments.push(
        segment.kind === 'text'
          ? {
              ...segment,
              at: start - from,
              length: end - start,
              start: segment.start + start - segment.at,
              end: segment.start + end - segment.at,
            }
          : { ...segment, at: start - from, length: end - start },
      );
    }
    return new SqlText(this.text.slice(from, to), segments);
  }

  /**
   * The same with other text in some places: what a tool makes of `?` or `:name` before it sends the text.
   * @param parts ascending, without overlap; `kind` says whether it is what stands there in another spelling or something unknown
   */
  replace(
    parts: readonly {
      readonly start: number;
      readonly end: number;
      readonly text: string;
      readonly kind: 'escape' | 'expression';
    }[],
  ): SqlText {
    let result = new SqlText('', []);
    let from = 0;
    for (const part of parts) {
      const start = this.sourceOf(part.start);
      const end = this.sourceOf(part.end, 'end');
      const quote = this.#segmentAt(part.start)?.quote;
      result = result
        .append(this.slice(from, part.start))
        .append(new SqlText(part.text, [{ at: 0, length: part.text.length, start, end, kind: part.kind, quote }]));
      from = part.end;
    }
    return result.append(this.slice(from));
  }

  append(other: SqlText): SqlText {
    return new SqlText(this.text + other.text, [
      ...this.#segments,
      ...other.#segments.map((segment) => ({ ...segment, at: segment.at + this.text.length })),
    ]);
  }

  /**
   * Edits of the SQL as edits of the file, escaped for the literal that they fall into.
   *
   * @param edits offsets in this SQL
   * @param source the file
   * @param escape what the tool itself wants escaped (`?` in knex.raw); by default nothing
   * @returns undefined when one of them can't be written: it would overwrite an expression, a constant that stands elsewhere, or the
   *   seam of two literals
   */
  toEdits(edits: readonly Edit[], source: string, escape: (sql: string) => string = (sql) => sql): Edit[] | undefined {
    const out: Edit[] = [];
    const toTemplate = new Map<string, readonly [number, number]>();
    for (const edit of edits) {
      if (edit.start === edit.end) {
        const place = this.#insertion(edit.start);
        if (!place) return undefined;
        out.push({ start: place.at, end: place.at, text: escaped(escape(edit.text), place.quote) });
        if (/[\r\n]/.test(edit.text) && place.quote !== '`') noteLiteral(source, place.at, place.quote, toTemplate);
        continue;
      }
      const touched = this.#segments.filter(({ at, length }) => at < edit.end && edit.start < at + length);
      const first = touched[0];
      const last = touched[touched.length - 1];
      if (!first || !last) return undefined;
      const { quote } = first;
      if (quote === undefined) return undefined;
      const writable = touched.every(
        (segment, index) =>
          (segment.kind === 'text' || segment.kind === 'escape') &&
          segment.quote === quote &&
          (index === 0 || touched[index - 1]!.end === segment.start),
      );
      // another spelling is replaced as a whole or not at all
      const whole = touched.every(
        (segment) => segment.kind === 'text' || (segment.at >= edit.start && segment.at + segment.length <= edit.end),
      );
      if (!writable || !whole) return undefined;
      const start = this.sourceOf(edit.start);
      out.push({ start, end: this.sourceOf(edit.end, 'end'), text: escaped(escape(edit.text), quote) });
      if (/[\r\n]/.test(edit.text) && quote !== '`') noteLiteral(source, start, quote, toTemplate);
    }
    return toTemplate.size === 0 ? out : asTemplates(out, [...toTemplate.values()], source);
  }

  /** Where text can be put in at an offset, and how the literal there is delimited. */
  #insertion(offset: number): { readonly at: number; readonly quote: Quote } | undefined {
    for (const segment of this.#segments) {
      const end = segment.at + segment.length;
      if (segment.quote === undefined || offset < segment.at || offset > end) continue;
      if (segment.kind === 'text') return { at: segment.start + (offset - segment.at), quote: segment.quote };
      if (segment.kind === 'escape' && (offset === segment.at || offset === end))
        return { at: offset === end ? segment.end : segment.start, quote: segment.quote };
    }
    return undefined;
  }
}

/** Text as it has to be written between these quotes. */
export function escaped(text: string, quote: Quote): string {
  if (quote === '`') return text.replace(/\\/g, '\\\\').replace(/`/g, '\\`').replace(/\$\{/g, '\\${');
  return text
    .replace(/\\/g, '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(/\r/g, '\\r')
    .replace(/\n/g, '\\n')
    .replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

/** The literal around an offset; where several lines are put into it, it becomes a template. */
function noteLiteral(source: string, at: number, quote: Quote, into: Map<string, readonly [number, number]>): void {
  const unescapedQuote = (index: number): boolean => {
    if (source[index] !== quote) return false;
    let slashes = 0;
    while (source[index - 1 - slashes] === '\\') slashes++;
    return slashes % 2 === 0;
  };
  let start = at - 1;
  while (start >= 0 && !unescapedQuote(start)) start--;
  let end = at;
  while (end < source.length && !unescapedQuote(end)) end++;
  if (start >= 0 && end < source.length) into.set(String(start), [start, end]);
}

/** Literals in single or double quotes become templates: what is put in has line breaks that nobody can read as `\n`. */
function asTemplates(edits: readonly Edit[], literals: readonly (readonly [number, number])[], source: string): Edit[] {
  const out: Edit[] = [];
  const inLiteral = (edit: Edit): readonly [number, number] | undefined =>
    literals.find(([start, end]) => start < edit.start && edit.end <= end);
  for (const edit of edits) {
    const literal = inLiteral(edit);
    if (!literal) out.push(edit);
    else {
      const quote = source[literal[0]] as Quote;
      const plain = edit.text
        .replaceAll('\\n', '\n')
        .replaceAll('\\r', '\r')
        .replaceAll(`\\${quote}`, quote)
        .replace(/`/g, '\\`')
        .replace(/\$\{/g, '\\${');
      out.push({ ...edit, text: plain });
    }
  }
  for (const [start, end] of literals) {
    out.push({ start, end: start + 1, text: '`' }, { start: end, end: end + 1, text: '`' });
    // what stays of the literal must mean the same between backticks; `\'` and `\"` do
    for (let i = start + 1; i < end; i++) {
      const here = source[i];
      if (here === '\\') i++;
      else if (
        (here === '`' || (here === '$' && source[i + 1] === '{')) &&
        !edits.some((edit) => edit.start <= i && i < edit.end)
      )
        out.push({ start: i, end: i, text: '\\' });
    }
  }
  return out;
}

/** What the characters between two offsets of a literal mean. */
function decode(source: string, start: number, end: number, quote: Quote, offset: number): SqlText {
  const segments: Segment[] = [];
  let text = '';
  let plain = start;
  const flush = (until: number): void => {
    if (until > plain) {
      segments.push({ at: offset + text.length, length: until - plain, start: plain, end: until, kind: 'text', quote });
      text += source.slice(plain, until);
    }
  };
  const escape = (from: number, to: number, value: string): void => {
    flush(from);
    if (value !== '') {
      segments.push({ at: offset + text.length, length: value.length, start: from, end: to, kind: 'escape', quote });
      text += value;
    }
    plain = to;
  };
  for (let i = start; i < end;) {
    const c = source[i]!;
    if (c === '\\') {
      const [value, length] = escapeAt(source, i);
      escape(i, i + length, value);
      i += length;
    } else if (c === '\r' && quote === '`') {
      // a template's line breaks are LF, whatever the file has
      const length = source[i + 1] === '\n' ? 2 : 1;
      escape(i, i + length, '\n');
      i += length;
    } else i++;
  }
  flush(end);
  return SqlText.of(
    text,
    segments.map((segment) => ({ ...segment, at: segment.at - offset })),
  );
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' };

/** Value and length of the escape sequence at an offset (ECMAScript 12.9.4). */
function escapeAt(source: string, at: number): readonly [string, number] {
  const c = source[at + 1] ?? '';
  const code = (hex: string): string => String.fromCodePoint(Number.parseInt(hex, 16));
  if (c === 'x') return [code(source.slice(at + 2, at + 4)), 4];
  if (c === 'u') {
    if (source[at + 2] === '{') {
      const close = source.indexOf('}', at);
      return [code(source.slice(at + 3, close)), close + 1 - at];
    }
    return [code(source.slice(at + 2, at + 6)), 6];
  }
  if (c === '\r') return ['', source[at + 2] === '\n' ? 3 : 2];
  if (c === '\n' || c === '\u2028' || c === '\u2029') return ['', 2];
  const octal = /^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) {
    const digits = Number.parseInt(octal, 8) > 255 ? octal.slice(0, 2) : octal;
    return [String.fromCharCode(Number.parseInt(digits, 8)), digits.length + 1];
  }
  return [SIMPLE[c] ?? c, 2];
}

/** The characters of a string literal or a template without expressions; undefined for other nodes. */
export function literalText(node: Node, source: string): SqlText | undefined {
  const [start, end] = node.range;
  if (node.type === 'Literal' && typeof node['value'] === 'string')
    return decode(source, start + 1, end - 1, source[start] as Quote, 0);
  if (node.type === 'TemplateElement') {
    // typescript-eslint and espree count the delimiters in, babel doesn't; typescript-eslint has CRLF in `raw`, the others LF
    const lengthOf = (text: string): number => text.replace(/\r\n/g, '\n').length;
    const delimited = lengthOf(source.slice(start, end)) > lengthOf(node['value'].raw);
    const from = delimited ? start + 1 : start;
    const to = delimited ? end - (source[end - 1] === '{' ? 2 : 1) : end;
    return decode(source, from, to, '`', 0);
  }
  return undefined;
}

export interface Unknown {
  readonly node: Node;
}

/**
 * The SQL of an expression, or undefined when it is not written down: a variable, the result of a call.
 *
 * @param filling how expressions in it are written
 */
export function sqlOf(expression: Node, scope: Scope, filling: Filling = 'name'): SqlText | undefined {
  const unknown = (node: Node): SqlText => SqlText.unknown(node, scope, filling);
  const constant = (value: SqlText, node: Node): SqlText =>
    SqlText.of(
      value.text,
      value.text === ''
        ? []
        : [
            {
              at: 0,
              length: value.text.length,
              start: node.range[0],
              end: node.range[1],
              // what is not known in it is not known here either
              kind: value.hasExpressions ? 'expression' : 'constant',
              quote: undefined,
            },
          ],
    );
  const read = (given: Node, depth: number): SqlText | undefined => {
    const node = unwrap(given);
    if (depth > 200) return undefined;
    switch (node.type) {
      case 'Literal':
        if (typeof node['value'] === 'string') return literalText(node, scope.source);
        return typeof node['value'] === 'number' || typeof node['value'] === 'boolean'
          ? constant(SqlText.of(String(node['value']), []), node)
          : undefined;
      case 'TemplateLiteral': {
        const quasis = node['quasis'] as readonly Node[];
        const expressions = node['expressions'] as readonly Node[];
        let text = SqlText.of('', []);
        quasis.forEach((quasi, index) => {
          text = text.append(literalText(quasi, scope.source)!);
          const inner = expressions[index];
          if (inner) text = text.append(read(inner, depth + 1) ?? unknown(inner));
        });
        return text;
      }
      case 'TaggedTemplateExpression': {
        // tags that only tidy up white space
        const tag = unwrap(node['tag']);
        const names = tag.type === 'Identifier' ? tag['name'] : undefined;
        return typeof names === 'string' && /^(?:dedent|outdent|stripIndent|codeBlock|SQL)$/.test(names)
          ? read(node['quasi'], depth + 1)
          : undefined;
      }
      case 'BinaryExpression': {
        if (node['operator'] !== '+') return undefined;
        // hundreds of lines in a row are nothing unusual
        const operands: Node[] = [];
        let left = node;
        for (; left.type === 'BinaryExpression' && left['operator'] === '+'; left = unwrap(left['left']))
          operands.unshift(left['right']);
        operands.unshift(left);
        const values = operands.map((operand) => read(operand, depth + 1));
        if (values.every((value) => value === undefined)) return undefined;
        return values.reduce<SqlText>(
          (text, value, index) => text.append(value ?? unknown(operands[index]!)),
          SqlText.of('', []),
        );
      }
      case 'CallExpression': {
        const callee = unwrap(node['callee']);
        if (callee.type !== 'MemberExpression') return undefined;
        const method = callee['computed'] ? undefined : callee['property']['name'];
        if (/^(?:trim|trimStart|trimEnd)$/.test(method) && node['arguments'].length === 0)
          return read(callee['object'], depth + 1);
        const list = unwrap(callee['object']);
        const [separator] = node['arguments'] as readonly Node[];
        if (method === 'join' && list.type === 'ArrayExpression' && separator?.type === 'Literal') {
          const between = constant(SqlText.of(String(separator['value']), []), separator);
          let text: SqlText | undefined;
          for (const element of list['elements'] as readonly (Node | null)[]) {
            const part = element && read(element, depth + 1);
            if (!part) return undefined;
            text = text ? text.append(between).append(part) : part;
          }
          return text;
        }
        return undefined;
      }
      case 'Identifier': {
        const value = scope.constant(node);
        if (!value) return undefined;
        const known = read(value.node, depth + 1);
        // what is used in one place only can be edited where it stands
        return known && !value.shared ? known : known && constant(known, node);
      }
      default:
        return undefined;
    }
  };
  return read(expression, 0);
}
