/** ESTree as babel's `estree` plugin, typescript-eslint's parser and espree give it: what is read of it, and how it is walked. */

export interface Node {
  readonly type: string;
  /** UTF-16 offsets in the file. */
  readonly range: readonly [number, number];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the parsers' trees have no type in common
  readonly [field: string]: any;
}

export interface JsComment {
  readonly type: string;
  /** Without `//` or the stars. */
  readonly value: string;
  readonly range: readonly [number, number];
}

/** A file's tree. */
export interface Program extends Node {
  readonly type: 'Program';
  readonly body: readonly Node[];
  readonly comments?: readonly JsComment[] | null;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** Fields that lead back up or beside the tree. */
const ASIDE: ReadonlySet<string> = new Set([
  'parent',
  'range',
  'loc',
  'tokens',
  'comments',
  'leadingComments',
  'trailingComments',
  'innerComments',
  'extra',
  'errors',
]);

/** The children of a node in the order of the text, as far as parsers keep it in their fields. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const field in node) {
    if (ASIDE.has(field)) continue;
    const value: unknown = node[field];
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) for (const each of value) if (isNode(each)) children.push(each);
  }
  return children;
}

/** Calls `visit` for a node and everything below it; what `visit` answers with `false` is not entered. */
export function walkTree(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walkTree(child, visit);
}

const WRAPPERS: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'ParenthesizedExpression',
  'ChainExpression',
]);

/** Without what only types or parentheses put around an expression. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (WRAPPERS.has(inner.type)) inner = inner['expression'];
  return inner;
}

/** The name of a property that is written down: `a.b`, `a['b']`, `{ b: … }`, `{ 'b': … }`. */
export function propertyName(node: Node): string | undefined {
  const key: Node | undefined = node.type === 'MemberExpression' ? node['property'] : node['key'];
  if (!key) return undefined;
  if (!node['computed'] && (key.type === 'Identifier' || key.type === 'PrivateIdentifier')) return key['name'];
  return key.type === 'Literal' && typeof key['value'] === 'string' ? key['value'] : undefined;
}

/** A function with its parameters and its body, or the expression that is all of it. */
export interface FunctionNode extends Node {
  readonly params: readonly Node[];
}

export const isFunction = (node: Node | null | undefined): node is FunctionNode =>
  node?.type === 'FunctionDeclaration' ||
  node?.type === 'FunctionExpression' ||
  node?.type === 'ArrowFunctionExpression';

/** The dotted names of an expression: `this.a.b` = ['this', 'a', 'b']; undefined when it is anything else. */
export function dotted(expression: Node): string[] | undefined {
  const node = unwrap(expression);
  if (node.type === 'Identifier') return [node['name']];
  if (node.type === 'ThisExpression') return ['this'];
  if (node.type !== 'MemberExpression') return undefined;
  const object = dotted(node['object']);
  const name = propertyName(node);
  return object && name !== undefined ? [...object, name] : undefined;
}

/** The value of a property of an object expression that is written there itself; undefined when there is none. */
export function propertyOf(object: Node | undefined, name: string): Node | undefined {
  if (!object) return undefined;
  const of = unwrap(object);
  if (of.type !== 'ObjectExpression') return undefined;
  for (const property of of['properties'] as readonly Node[])
    if (property.type === 'Property' && propertyName(property) === name) return unwrap(property['value']);
  return undefined;
}

/** Whether all properties of an object expression are written there: no spread, no computed name. */
export function isComplete(object: Node): boolean {
  const of = unwrap(object);
  return (
    of.type === 'ObjectExpression' &&
    (of['properties'] as readonly Node[]).every(
      (property) => property.type === 'Property' && propertyName(property) !== undefined,
    )
  );
}
