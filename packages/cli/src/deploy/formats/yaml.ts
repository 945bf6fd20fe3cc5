/** What the YAML formats have in common. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { BrokenFile, align, execForm, joined, type MappedText } from '../found.ts';

export class Yaml {
  readonly #text: string;
  readonly #document: Document;

  constructor(document: Document, text: string) {
    this.#document = document;
    this.#text = text;
  }

  /** The documents of a file. */
  static read(text: string): readonly Yaml[] {
    const documents = parseAllDocuments(text, {
      // `on: push` and `restart: no` are strings, as the tools that read them see it
      version: '1.2',
      customTags: [unknownTag('!reference', 'seq'), unknownTag('!override'), unknownTag('!reset')],
      logLevel: 'silent',
      // that a key stands twice is for the tool that reads the file to complain about
      uniqueKeys: false,
    });
    if (!Array.isArray(documents)) return [];
    for (const { errors } of documents) {
      const [error] = errors;
      if (error)
        throw new BrokenFile(
          `is not YAML (${/^.*?(?= at line \d+|:?$)/m.exec(error.message)?.[0] ?? ''})`,
          error.pos[0],
        );
    }
    return documents.map((document) => new Yaml(document, text));
  }

  get root(): unknown {
    return this.#document.contents;
  }

  /** What an alias stands for; other nodes as they are. */
  resolve(node: unknown): Node | undefined {
    return (isAlias(node) ? node.resolve(this.#document) : node) as Node | undefined;
  }

  /** The members of a mapping, those that `<<` merges in included where it doesn't have them itself. */
  entries(node: unknown): readonly { readonly key: string; readonly value: unknown; readonly pair: Pair }[] {
    const map = this.resolve(node);
    if (!isMap(map)) return [];
    const own = map.items.map((pair) => ({ key: keyOf(pair), value: pair.value, pair }));
    const merged = own
      .filter(({ key }) => key === '<<')
      .flatMap(({ value }) => {
        const from = this.resolve(value);
        return (isSeq(from) ? from.items : [from]).flatMap((each) => this.entries(each));
      });
    return [
      ...own.filter(({ key }) => key !== '<<'),
      ...merged.filter(({ key }) => !own.some((each) => each.key === key)),
    ];
  }

  get(node: unknown, ...path: readonly string[]): unknown {
    let at: unknown = node;
    for (const key of path) at = this.entries(at).find((entry) => entry.key === key)?.value;
    return this.resolve(at);
  }

  items(node: unknown): readonly unknown[] {
    const list = this.resolve(node);
    return isSeq(list) ? list.items.map((item) => this.resolve(item)) : [];
  }

  /** The plain value of a scalar. */
  value(node: unknown, ...path: readonly string[]): unknown {
    const at = this.get(node, ...path);
    return isScalar(at) ? at.value : undefined;
  }

  string(node: unknown, ...path: readonly string[]): string | undefined {
    const value = this.value(node, ...path);
    return typeof value === 'string' ? value : undefined;
  }

  text(node: unknown): MappedText | undefined {
    const scalar = this.resolve(node);
    if (!isScalar(scalar) || typeof scalar.value !== 'string' || !scalar.range) return undefined;
    return align(scalar.value, this.#text, ...contentOf(scalar, this.#text), escapesOf(scalar));
  }

  /** A string, or a list that is an exec form. */
  exec(node: unknown): MappedText | undefined {
    const list = this.resolve(node);
    if (!isSeq(list)) return this.text(list);
    const words = list.items.map((item) => this.text(item)).filter((each) => each !== undefined);
    return words.length === 0 ? undefined : execForm(words);
  }

  /** A string, or a list (of lists) of lines of one script. */
  script(node: unknown): MappedText | undefined {
    const lines = this.#lines(node);
    return lines.length === 0 ? undefined : joined(lines, '\n');
  }

  #lines(node: unknown): MappedText[] {
    const list = this.resolve(node);
    // what !reference means stands elsewhere
    if (isSeq(list)) return list.tag === '!reference' ? [] : list.items.flatMap((item) => this.#lines(item));
    const text = this.text(list);
    return text ? [text] : [];
  }

  /** From a key to the end of its value. */
  rangeOf({ key, value }: Pair): { start: number; end: number } {
    const start = (key as Node).range?.[0] ?? 0;
    return { start, end: (value as Node | null)?.range?.[1] ?? start };
  }
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');

const unknownTag = (tag: string, collection?: 'seq') =>
  collection
    ? { tag, collection, resolve: (node: unknown) => node as never }
    : { tag, resolve: (value: string) => value };

const escapesOf = ({ type }: Scalar): 'none' | 'doubled' | 'backslash' =>
  type === 'QUOTE_DOUBLE' ? 'backslash' : type === 'QUOTE_SINGLE' ? 'doubled' : 'none';

/** Without quotes; without the header of a block. */
function contentOf({ type, range }: Scalar, text: string): [number, number] {
  const [start, end] = range as [number, number, number];
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return [start + 1, end - 1];
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return [start, end];
  const line = text.indexOf('\n', start);
  return [line === -1 || line >= end ? end : line + 1, end];
}
