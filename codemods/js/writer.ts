/** Writes JavaScript into a file as its author would: same indentation, same quotes, same line breaks. */
import type { Edit } from '@idempotify/core';
import { escaped, walkTree, type Node, type Scope } from '@idempotify/javascript';

export class Writer {
  readonly source: string;
  readonly newline: string;
  /** One step of indentation. */
  readonly indent: string;
  readonly quote: "'" | '"';
  readonly semicolon: string;
  readonly #scope: Scope;
  readonly #functions = new Set<Node>();

  constructor(scope: Scope) {
    const { source } = scope;
    this.#scope = scope;
    this.source = source;
    this.newline = /\r\n/.test(source) ? '\r\n' : '\n';
    this.indent = /^(\t| {2,8})\S/m.exec(source)?.[1] ?? '  ';
    this.quote = usualQuote(scope);
    this.semicolon = /;[^\S\r\n]*(?:\/\/.*)?\r?$/m.test(source) ? ';' : '';
  }

  /** A string as it is written in this file; a template where it has several lines. */
  string(text: string): string {
    if (/[\r\n]/.test(text)) return this.template(text);
    const quote =
      text.includes(this.quote) && !text.includes(this.quote === "'" ? '"' : "'")
        ? this.quote === "'"
          ? '"'
          : "'"
        : this.quote;
    return `${quote}${escaped(text, quote)}${quote}`;
  }

  template(text: string): string {
    return `\`${escaped(text, '`').replace(/\r?\n/g, this.newline)}\``;
  }

  /**
   * SQL as an argument of a call at an offset. In one line where it is one; several lines are moved in, as long as no string of several
   * lines stands in them: that would be changed.
   */
  sql(text: string, at: number): string {
    if (!/[\r\n]/.test(text)) return /'/.test(text) && /"/.test(text) ? this.template(text) : this.string(text);
    const bare = text.replace(/\$(?:idempotify)?\$/g, '').replace(/'[^'\r\n]*'|"[^"\r\n]*"/g, '');
    if (/['"$]/.test(bare)) return this.template(text);
    const outer = this.indentAt(at);
    const lines = text.split(/\r?\n/).map((line) => `${outer}${this.indent}${line}`);
    return this.template(`\n${lines.join('\n')}\n${outer}`);
  }

  /** The white space in front of the line that an offset lies in. */
  indentAt(offset: number): string {
    const start = Math.max(this.source.lastIndexOf('\n', offset - 1), this.source.lastIndexOf('\r', offset - 1)) + 1;
    return /^[^\S\r\n]*/.exec(this.source.slice(start))![0];
  }

  /** Puts a statement into an `if`. Its lines move in by one step; those that stand in a template stay as they are. */
  wrapIf(statement: Node, test: string): Edit[] {
    return this.wrap(statement, `if (${test}) {`, '}');
  }

  /** Puts a statement between two lines, one step further in. */
  wrap(statement: Node, given: string, closing: string): Edit[] {
    const [start, end] = statement.range;
    // what stands between `if (…)` and `else` must not take the `else` for its own
    const between = /^\s*else\b/.test(this.source.slice(end));
    const [before, after] = between ? [`{ ${given}`, `${closing} }`] : [given, closing];
    const outer = this.indentAt(start);
    const edits: Edit[] = [{ start, end: start, text: `${before}${this.newline}${outer}${this.indent}` }];
    for (const line of this.#lineStarts(statement)) edits.push({ start: line, end: line, text: this.indent });
    edits.push({ start: end, end, text: `${this.newline}${outer}${after}` });
    return edits;
  }

  /** Moves the lines of a range behind its first one, so that the first would begin with this indentation. */
  moveLines([start, end]: Node['range'], indent: string): Edit[] {
    const now = this.indentAt(start);
    if (now === indent) return [];
    return this.#lineStarts(this.#scope.program, [start, end]).flatMap((line) => {
      if (this.source.startsWith(now, line)) return [{ start: line, end: line + now.length, text: indent }];
      return indent.startsWith(now) ? [{ start: line, end: line, text: indent.slice(now.length) }] : [];
    });
  }

  /** Whether a function is asked for the first time: what is written for it once (`async`) is written then. */
  firstIn(fn: Node): boolean {
    const first = !this.#functions.has(fn);
    this.#functions.add(fn);
    return first;
  }

  /** Offsets of the lines of a node behind its first one, without blank ones and those that begin inside of a template. */
  #lineStarts(node: Node, [start, end]: Node['range'] = node.range): number[] {
    const templates: Node['range'][] = [];
    walkTree(node, (inner) => {
      if (inner.type === 'TemplateElement' || (inner.type === 'Literal' && typeof inner['value'] === 'string'))
        templates.push(inner.range);
    });
    const lines: number[] = [];
    for (const { index, 0: match } of this.source.slice(start, end).matchAll(/\r\n|[\r\n]/g)) {
      const at = start + index + match.length;
      if (/^[^\S\r\n]*(?:[\r\n]|$)/.test(this.source.slice(at, end))) continue;
      if (!templates.some(([from, to]) => from < at && at <= to)) lines.push(at);
    }
    return lines;
  }

  /** The source of a node. */
  text(node: Node): string {
    return this.source.slice(...node.range);
  }

  /** Inserts an argument at a position of a call, with those before it that are missing given by `filler`. */
  argument(call: Node, position: number, text: string, filler = 'undefined'): Edit[] {
    const given = call['arguments'] as readonly Node[];
    const present = given[position];
    if (present) return [{ start: present.range[0], end: present.range[1], text }];
    const last = given[given.length - 1];
    const first = given[0];
    // arguments on lines of their own
    const own = first && /[\r\n]\s*$/.test(this.source.slice(call['callee'].range[1], first.range[0]));
    const between = own ? `,${this.newline}${this.indentAt(first.range[0])}` : ', ';
    const missing = [...Array.from({ length: position - given.length }, () => filler), text].join(between);
    if (last) return [{ start: last.range[1], end: last.range[1], text: `${between}${missing}` }];
    const close = call.range[1] - 1;
    return [{ start: close, end: close, text: missing }];
  }

  /** Sets a property of an object that is written down: replaces its value, or adds it behind the last one. */
  property(object: Node, name: string, value: string): Edit[] {
    const properties = object['properties'] as readonly Node[];
    const present = properties.find(
      (each) => each.type === 'Property' && (each['key']['name'] ?? each['key']['value']) === name,
    );
    if (present) return [{ start: present['value'].range[0], end: present['value'].range[1], text: value }];
    const last = properties[properties.length - 1];
    const [start, end] = object.range;
    if (!last) return [{ start, end, text: `{ ${name}: ${value} }` }];
    const between = this.source.slice(last.range[1], end);
    const multiline = /[\r\n]/.test(between);
    const added = multiline
      ? `,${this.newline}${this.indentAt(last.range[0])}${name}: ${value}`
      : `, ${name}: ${value}`;
    return [{ start: last.range[1], end: last.range[1], text: added }];
  }

  /** The comments of a range in front of a statement: for what is written anew in their place. */
  commentsAhead([start, end]: Node['range'], statement: Node): Edit[] {
    const at = statement.range[0];
    const between = this.newline + this.indentAt(at);
    const inside = (this.#scope.program.comments ?? []).filter(({ range }) => start <= range[0] && range[1] <= end);
    return inside.map(({ range }) => ({ start: at, end: at, text: this.source.slice(...range) + between }));
  }

  /** Whether comments stand in a range: what would be lost if it were written anew. */
  hasComments([start, end]: Node['range']): boolean {
    return (this.#scope.program.comments ?? []).some(({ range }) => start <= range[0] && range[1] <= end);
  }
}

/** How the file writes its strings; quotes in SQL say nothing about that. */
function usualQuote({ program, source }: Scope): "'" | '"' {
  let double = 0;
  walkTree(program, ({ type, value, range }) => {
    if (type === 'Literal' && typeof value === 'string') double += source[range[0]] === '"' ? 1 : -1;
  });
  return double > 0 ? '"' : "'";
}
