/** The options that a builder call is given, as far as they are written down in the file, with the nodes in which they stand. */
import { propertyName, unwrap, walkTree, type Node } from './ast.ts';
import type { Scope } from './scope.ts';
import { SqlText } from './sql-text.ts';
import { evaluate, type Value as Static } from './static.ts';

/** What is only known when it runs. */
export class Unwritten {
  readonly node: Node;
  /** A name that stands for it in SQL. */
  readonly placeholder: string;
  constructor(node: Node, scope: Scope) {
    this.node = node;
    this.placeholder = SqlText.unknown(node, scope).text;
  }
}

/** An object; `open` when it may have more properties than are known: a spread, a computed name. */
export class Options {
  readonly properties: ReadonlyMap<string, OptionValue>;
  readonly open: boolean;
  readonly node: Node;
  /** Stands for properties that may be there. */

  readonly rest: Unwritten;

  constructor(node: Node, scope: Scope, properties: ReadonlyMap<string, OptionValue>, open: boolean) {
    this.node = node;
    this.rest = new Unwritten(node, scope);
    this.properties = properties;
    this.open = open;
  }

  get(name: string): OptionValue {
    if (this.properties.has(name)) return this.properties.get(name);
    return this.open ? this.rest : undefined;
  }
}

export type OptionValue = string | number | boolean | null | undefined | Unwritten | Options | readonly OptionValue[];

/** The value of an expression: constants, arrays, objects, `new Class({ … })` and what names of the file stand for. */
export function optionsOf(expression: Node | null | undefined, scope: Scope, depth = 0): OptionValue {
  if (!expression) return undefined;
  const node = resolved(expression, scope);
  const unwritten = (each: Node): Unwritten => new Unwritten(each, scope);
  if (depth > 20) return unwritten(node);
  const inner = (each: Node): OptionValue => optionsOf(each, scope, depth + 1);
  switch (node.type) {
    case 'ArrayExpression': {
      const items: OptionValue[] = [];
      for (const each of node['elements'] as readonly (Node | null)[]) {
        if (!each) return unwritten(node);
        if (each.type !== 'SpreadElement') items.push(inner(each));
        else {
          const spread = inner(each['argument']);
          if (!Array.isArray(spread)) return unwritten(node);
          items.push(...(spread as readonly OptionValue[]));
        }
      }
      return items;
    }
    case 'ObjectExpression': {
      const properties = new Map<string, OptionValue>();
      let open = false;
      for (const each of node['properties'] as readonly Node[]) {
        if (each.type === 'SpreadElement') {
          const spread = inner(each['argument']);
          if (spread instanceof Options) {
            for (const [name, value] of spread.properties) properties.set(name, value);
            if (!spread.open) continue;
          }
          open = true;
          continue;
        }
        const name = propertyName(each);
        if (name === undefined) open = true;
        else properties.set(name, each['method'] === true ? unwritten(each) : inner(each['value']));
      }
      return new Options(node, scope, properties, open);
    }
    case 'NewExpression': {
      const [options] = node['arguments'] as readonly Node[];
      const value = options ? inner(options) : undefined;
      return value instanceof Options ? value : unwritten(node);
    }
    case 'Identifier':
      return node['name'] === 'undefined' ? undefined : unwritten(node);
  }
  return plain(evaluate(node, { scope })) ?? unwritten(node);
}

/** A scalar, or a list of them. */
function plain(value: Static): OptionValue {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return undefined;
  const items = (value as readonly Static[]).map(plain);
  return items.includes(undefined) ? undefined : items;
}

/** What a name stands for, fields of the class that are set once included. */
export function resolved(expression: Node, scope: Scope): Node {
  const node = scope.resolve(expression);
  if (node.type !== 'MemberExpression' || unwrap(node['object']).type !== 'ThisExpression') return node;
  const field = fieldOf(propertyName(node), node, scope);
  return field ? scope.resolve(field) : node;
}

/** The value that the class around a node gives to a field, when nothing else in the file sets it. */
function fieldOf(name: string | undefined, node: Node, scope: Scope): Node | undefined {
  if (name === undefined) return undefined;
  let value: Node | undefined;
  let set = 0;
  const visit = (each: Node): void => {
    if (each.type === 'PropertyDefinition' && propertyName(each) === name) {
      set++;
      value = each['value'] ?? undefined;
    }
    if (each.type === 'AssignmentExpression') {
      const left = unwrap(each['left']);
      if (left.type === 'MemberExpression' && propertyName(left) === name) set++;
    }
  };
  walkTree(scope.program, visit);
  return set === 1 && value && value !== node ? value : undefined;
}
