/**
 * Calls that are written as one expression, one awaited after the other instead: a chain of builder calls, `.then(() => …)`,
 * `Promise.all([…])`, `(knex) => knex.schema…`. Where each call is a statement of its own, a test can stand in front of it.
 *
 * What the calls themselves say stays in the file as it is; only what stands between them is written anew.
 */
import type { Edit } from '@idempotify/core';
import {
  childrenOf,
  dotted,
  isFunction,
  propertyName,
  unwrap,
  walkTree,
  type Node,
  type Program,
} from '@idempotify/javascript';
import type { Writer } from './writer.ts';

/** One thing to wait for. */
export interface Unit {
  /** Written in front of what stays: `knex.schema`. */
  readonly prefix: string;
  /** What stays. */
  readonly range: Node['range'];
}

export interface Sequence {
  readonly kind: 'sequence';
  /** The statement, or the arrow function whose body it is. */
  readonly outer: Node;
  /** The function that has to be `async`. */
  readonly fn: Node;
  /** Where `async ` goes; undefined when it is there. */
  readonly asyncAt: number | undefined;
  /** The statement ends the function there, and something stands behind it. */
  readonly returns: boolean;
  readonly units: readonly Unit[];
  /** It is `await …;` with nothing to take apart: it can stay as it is within an `if`. */
  readonly plain: boolean;
}

export interface NoSequence {
  readonly kind: 'none';
  readonly why: string;
}

/** Says where a chain is taken apart; undefined: it is one thing. */
export type Split = (expression: Node) => readonly Unit[] | undefined;

class Unable extends Error {}

export function sequenceAt(target: Node, program: Program, split: Split): Sequence | NoSequence {
  try {
    return find(target, program, split);
  } catch (error) {
    if (error instanceof Unable) return { kind: 'none', why: error.message };
    throw error;
  }
}

function find(target: Node, program: Program, split: Split): Sequence {
  const path = pathTo(program, target);
  let end = path.length - 1;
  for (;;) {
    let at = end;
    while (at >= 0 && !isFunction(path[at])) at--;
    const fn = path[at];
    if (!fn) throw new Unable('it stands in no function');
    const parent = path[at - 1];
    if (parent?.type === 'CallExpression' && isThen(parent) && (parent['arguments'] as readonly Node[]).includes(fn)) {
      end = at - 1;
      continue;
    }
    if (fn['generator']) throw new Unable('it stands in a generator');
    if (!mayReturnNothing(fn)) throw new Unable('its function has to return something else than a promise of nothing');
    const asyncAt = fn['async'] ? undefined : asyncPlace(fn, parent);
    if (fn['body'].type !== 'BlockStatement') {
      return {
        kind: 'sequence',
        outer: fn,
        fn,
        asyncAt,
        returns: false,
        units: flatten(fn['body'], split),
        plain: false,
      };
    }
    let statement: Node | undefined;
    let block: Node | undefined;
    for (let i = end; i > at; i--) {
      const node = path[i] as Node;
      if (!/Statement$|Declaration$/.test(node.type)) continue;
      statement = node;
      block = path[i - 1];
      break;
    }
    if (statement?.type !== 'ExpressionStatement' && statement?.type !== 'ReturnStatement')
      throw new Unable('something is done with its result');
    const expression: Node = statement.type === 'ReturnStatement' ? statement['argument'] : statement['expression'];
    const awaited = unwrap(expression).type === 'AwaitExpression';
    if (statement.type === 'ExpressionStatement' && !awaited) throw new Unable('nothing waits for it');
    if (block?.type !== 'BlockStatement') throw new Unable('it stands in no block of its own');
    const units = flatten(expression, split);
    const body = fn['body']['body'] as readonly Node[];
    return {
      kind: 'sequence',
      outer: statement,
      fn,
      asyncAt,
      returns: statement.type === 'ReturnStatement' && body[body.length - 1] !== statement,
      units,
      plain: units.length === 1 && statement.type === 'ExpressionStatement',
    };
  }
}

/** Whether the types of a function let it be `async`, and return nothing in the end. */
function mayReturnNothing(fn: Node): boolean {
  const type: Node | undefined = fn['returnType']?.typeAnnotation;
  if (!type || /^TS(?:Any|Unknown)Keyword$/.test(type.type)) return true;
  if (type.type !== 'TSTypeReference' || type['typeName']['name'] !== 'Promise') return false;
  const given: Node | undefined = (type['typeArguments'] ?? type['typeParameters'])?.params[0];
  return given !== undefined && /^TS(?:Void|Any|Unknown)Keyword$/.test(given.type);
}

/** The nodes from the root to one of them. */
function pathTo(root: Node, target: Node): Node[] {
  const path: Node[] = [];
  const enter = (node: Node): boolean => {
    path.push(node);
    if (node === target) return true;
    for (const child of childrenOf(node)) {
      // babel's ranges of wrappers hold those of what they wrap
      if (child.range[0] <= target.range[0] && target.range[1] <= child.range[1] && enter(child)) return true;
    }
    path.pop();
    return false;
  };
  enter(root);
  return path;
}

function isThen(call: Node): boolean {
  const callee = unwrap(call['callee']);
  return callee.type === 'MemberExpression' && propertyName(callee) === 'then';
}

function asyncPlace(fn: Node, parent: Node | undefined): number {
  if (parent?.type === 'Property' && parent['method']) return parent['key'].range[0] as number;
  if (parent?.type === 'MethodDefinition') return parent['key'].range[0] as number;
  return fn.range[0];
}

function flatten(expression: Node, split: Split): Unit[] {
  const node = unwrap(expression);
  if (node.type === 'AwaitExpression') return flatten(node['argument'], split);
  if (node.type !== 'CallExpression' && node.type !== 'TaggedTemplateExpression')
    throw new Unable('it is part of something else than calls');
  if (node.type === 'CallExpression') {
    const callee = unwrap(node['callee']);
    const args = node['arguments'] as readonly Node[];
    const name = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    if (name === 'then') {
      const [callback] = args;
      const fn = callback && unwrap(callback);
      if (args.length !== 1 || !isFunction(fn)) throw new Unable('its `.then` is more than a function to run next');
      return [...flatten(callee['object'], split), ...flattenFunction(fn, split)];
    }
    if (name === 'catch' || name === 'finally') throw new Unable(`it stands before a \`.${name}\``);
    const path = dotted(callee)?.join('.');
    if (path === 'Promise.resolve' && args.length === 0) return [];
    if (path === 'Promise.all') {
      const list = args[0] && unwrap(args[0]);
      if (list?.type !== 'ArrayExpression') throw new Unable('the list of `Promise.all` is not written down');
      return (list['elements'] as readonly (Node | null)[]).flatMap((element) => {
        if (!element || element.type === 'SpreadElement')
          throw new Unable('the list of `Promise.all` is not written down');
        return flatten(element, split);
      });
    }
  }
  return [...(split(node) ?? [{ prefix: '', range: node.range }])];
}

function flattenFunction(fn: Node, split: Split): Unit[] {
  const [parameter, ...more] = fn['params'] as readonly Node[];
  if (parameter && (more.length > 0 || parameter.type !== 'Identifier' || mentions(fn['body'], parameter['name'])))
    throw new Unable('what one call gives is used by the next one');
  if (fn['body'].type !== 'BlockStatement') return flatten(fn['body'], split);
  const body = fn['body']['body'] as readonly Node[];
  return body.flatMap((statement, index) => {
    if (statement.type === 'EmptyStatement') return [];
    if (statement.type === 'ExpressionStatement' && unwrap(statement['expression']).type === 'AwaitExpression')
      return flatten(statement['expression'], split);
    if (statement.type === 'ReturnStatement' && index === body.length - 1)
      return statement['argument'] ? flatten(statement['argument'], split) : [];
    throw new Unable('what is done next is more than calls');
  });
}

function mentions(node: Node, name: string): boolean {
  let found = false;
  walkTree(node, (inner) => {
    found ||= inner.type === 'Identifier' && inner['name'] === name;
    return !found;
  });
  return found;
}

/**
 * The edits that make statements of the units.
 *
 * @param tests the condition of a unit that stands in an `if`
 * @param replaced units that are written anew as a whole: their lines stay where they are
 * @param makeAsync whether this is to write the `async` of the function: once for every function
 */
export function writeSequence(
  sequence: Sequence,
  tests: ReadonlyMap<Unit, string>,
  write: Writer,
  comments: readonly { readonly range: Node['range'] }[],
  makeAsync: boolean,
  replaced: ReadonlySet<Unit> = new Set(),
): Edit[] {
  const { outer, units, fn } = sequence;
  const { source, newline, semicolon, indent } = write;
  const isArrow = outer === fn;
  const outside = write.indentAt(outer.range[0]);
  const here = isArrow ? outside + indent : outside;
  const edits: Edit[] = [];
  const [start, end] = isArrow ? [source.lastIndexOf('=>', fn['body'].range[0]) + 2, fn.range[1]] : outer.range;
  /** Comments between two units stand in front of the second one. */
  const kept = (from: number, to: number): string =>
    comments
      .filter(({ range }) => from <= range[0] && range[1] <= to)
      .map(({ range }) => `${source.slice(...range)}${newline}${here}`)
      .join('');
  let at = start;
  let tail = isArrow ? ` {${newline}${here}` : '';
  for (const unit of units) {
    const test = tests.get(unit);
    const lead =
      test === undefined ? `await ${unit.prefix}` : `if (${test}) {${newline}${here}${indent}await ${unit.prefix}`;
    edits.push({ start: at, end: unit.range[0], text: `${tail}${kept(at, unit.range[0])}${lead}` });
    if (!replaced.has(unit)) edits.push(...write.moveLines(unit.range, test === undefined ? here : here + indent));
    tail = `${semicolon}${test === undefined ? '' : `${newline}${here}}`}${newline}${here}`;
    at = unit.range[1];
  }
  const last = tail.slice(0, tail.length - newline.length - here.length);
  const rest = kept(at, end).trimEnd();
  const behind = rest === '' ? '' : `${newline}${here}${rest}`;
  const back = sequence.returns ? `${newline}${here}return${semicolon}` : '';
  edits.push({ start: at, end, text: `${last}${behind}${back}${isArrow ? `${newline}${outside}}` : ''}` });
  if (makeAsync && sequence.asyncAt !== undefined)
    edits.push({ start: sequence.asyncAt, end: sequence.asyncAt, text: 'async ' });
  return edits;
}
