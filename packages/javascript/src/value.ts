/** What is known of an expression without running it. */
import { dotted, propertyName, unwrap, walkTree, type Node } from './ast.ts';
import type { Scope } from './scope.ts';
import { evaluate, hasUnknown, isArray, isObject, Raw, type Value as StaticValue } from './static.ts';

/**
 * - constants are themselves, also those that stand in a `const` of the file;
 * - names of the tool, and calls of them, are what they say: `DataTypes.STRING(10)`, `Sequelize.fn('now')`, `pgm.func('now()')`;
 * - everything else is not known.
 */
export type Value = Plain | readonly Value[] | ObjectValue | Reference | UnknownValue;
export type Plain = string | number | bigint | boolean | null | undefined;

/** An object literal. */
export class ObjectValue {
  /** In the order of the text. A key is a reference where it is computed of one: `[Op.ne]`. */
  readonly entries: readonly (readonly [key: string | Reference, value: Value])[];
  /** More may be in it: a spread or a computed key that is not known. */
  readonly open: boolean;

  constructor(entries: ObjectValue['entries'], open = false) {
    this.entries = entries;
    this.open = open;
  }

  /** The last of that name, as in JavaScript; undefined where there is none. */
  get(name: string): Value {
    return this.entries.findLast(([key]) => key === name)?.[1];
  }

  has(name: string): boolean {
    return this.entries.some(([key]) => key === name);
  }
}

interface Link {
  readonly name: string;
  /** It is called. */
  readonly args?: readonly Value[];
}

/** A name that the file does not define, with what is called of it: `Sequelize.STRING(10).BINARY` has four links, the second one called. */
export class Reference {
  readonly links: readonly Link[];
  readonly node: Node;

  /** See `UnknownValue`. */
  readonly placeholder: string;

  constructor(links: readonly Link[], node: Node, source: string) {
    this.links = links;
    this.node = node;
    this.placeholder = placeholderFor(node, source);
  }

  get last(): Link {
    return this.links[this.links.length - 1]!;
  }
}

/** What only a run can tell. */
export class UnknownValue {
  readonly node: Node;
  /** Where it is a name: what stands for it in SQL. What is written in the same way has the same. */
  readonly placeholder: string;

  constructor(node: Node, source: string) {
    this.node = node;
    this.placeholder = placeholderFor(node, source);
  }
}

function placeholderFor(node: Node, source: string): string {
  let hash = 0;
  for (const c of source.slice(...node.range)) hash = (hash * 31 + c.codePointAt(0)!) % 1_000_000_007;
  return `_idempotify_expression_${hash}_`;
}

/** Whether a value is known, as a whole: nothing in it is left to a run. */
export const isUnknown = (value: Value): value is UnknownValue | Reference =>
  value instanceof UnknownValue || value instanceof Reference;

const MOST = 100;

export function valueOf(expression: Node, scope: Scope, depth = 0): Value {
  const node = unwrap(expression);
  const inner = (of: Node): Value => valueOf(of, scope, depth + 1);
  const unknown = new UnknownValue(node, scope.source);
  if (depth > MOST) return unknown;
  switch (node.type) {
    case 'Literal':
      return node['regex'] || node['bigint'] ? unknown : (node['value'] as Plain);
    case 'TemplateLiteral': {
      let text = '';
      for (const [index, quasi] of (node['quasis'] as readonly Node[]).entries()) {
        text += String(quasi['value'].cooked);
        const expressions = node['expressions'] as readonly Node[];
        if (index === expressions.length) continue;
        const value = inner(expressions[index]!);
        if (typeof value !== 'string' && typeof value !== 'number') return unknown;
        text += String(value);
      }
      return text;
    }
    case 'Identifier': {
      if (node['name'] === 'undefined') return undefined;
      const constant = scope.constant(node);
      if (constant) return isChanged(node['name'], unwrap(constant.node), scope) ? unknown : inner(constant.node);
      return new Reference([{ name: node['name'] as string }], node, scope.source);
    }
    case 'ArrayExpression': {
      const items: Value[] = [];
      for (const element of node['elements'] as readonly (Node | null)[]) {
        if (!element) items.push(undefined);
        else if (element.type === 'SpreadElement') {
          const spread = inner(element['argument']);
          if (!Array.isArray(spread)) return unknown;
          items.push(...(spread as readonly Value[]));
        } else items.push(inner(element));
      }
      return items;
    }
    case 'ObjectExpression':
      return objectOf(node, inner);
    case 'UnaryExpression': {
      const value = inner(node['argument']);
      if (node['operator'] === '-' && typeof value === 'number') return -value;
      if (node['operator'] === '!' && (typeof value === 'boolean' || typeof value === 'number')) return !value;
      return unknown;
    }
    case 'BinaryExpression': {
      if (node['operator'] !== '+') return unknown;
      const [left, right] = [inner(node['left']), inner(node['right'])];
      const words = [left, right].every((side) => typeof side === 'string' || typeof side === 'number');
      return words && (typeof left === 'string' || typeof right === 'string') ? String(left) + String(right) : unknown;
    }
    case 'MemberExpression': {
      const object = inner(node['object']);
      const name = propertyName(node);
      if (name === undefined) return unknown;
      if (object instanceof ObjectValue) return object.has(name) && !object.open ? object.get(name) : unknown;
      if (!(object instanceof Reference)) return plain(node, scope) ?? unknown;
      // an enum of the file
      const member = object.links.length === 1 ? plain(node, scope) : undefined;
      return member ?? new Reference([...object.links, { name }], node, scope.source);
    }
    case 'NewExpression':
    case 'CallExpression': {
      const callee = unwrap(node['callee']);
      const of = callee.type === 'Identifier' || callee.type === 'MemberExpression' ? inner(callee) : unknown;
      const isBuiltIn = of instanceof Reference && /^(?:Object|JSON)$/.test(of.links[0]!.name);
      if (isBuiltIn || !(of instanceof Reference) || of.last.args) return plain(node, scope) ?? unknown;
      const args: Value[] = [];
      for (const argument of node['arguments'] as readonly Node[]) {
        if (argument.type !== 'SpreadElement') args.push(inner(argument));
        else {
          const spread = inner(argument['argument']);
          if (!Array.isArray(spread)) return unknown;
          args.push(...(spread as readonly Value[]));
        }
      }
      return new Reference([...of.links.slice(0, -1), { name: of.last.name, args }], node, scope.source);
    }
    default:
      return unknown;
  }
}

/** What a few calls and the enums of the file are worth, where nothing in it is left to a run. */
function plain(node: Node, scope: Scope): Value {
  let changed = false;
  walkTree(node, (inner) => {
    const constant = inner.type === 'Identifier' ? scope.constant(inner) : undefined;
    if (constant) changed ||= isChanged(inner['name'], unwrap(constant.node), scope);
  });
  if (changed) return undefined;
  const value = evaluate(node, { scope });
  return hasUnknown(value) ? undefined : fromStatic(value);
}

function fromStatic(value: StaticValue): Value {
  if (isArray(value)) return value.map(fromStatic);
  if (isObject(value))
    return new ObjectValue(Object.entries(value).map(([key, one]) => [key, fromStatic(one)] as const));
  return value instanceof Raw ? undefined : (value as Plain);
}

/** A `const` keeps its value, but what is in an array or an object may be set elsewhere. */
function isChanged(name: string, value: Node, scope: Scope): boolean {
  if (value.type !== 'ObjectExpression' && value.type !== 'ArrayExpression') return false;
  let changed = false;
  const isIt = (expression: Node): boolean => dotted(expression)?.[0] === name;
  walkTree(scope.program, (node) => {
    if (changed) return false;
    if (node.type === 'AssignmentExpression' && node['left'].type === 'MemberExpression') changed = isIt(node['left']);
    else if (node.type === 'CallExpression') {
      const callee = unwrap(node['callee']);
      const [first] = node['arguments'] as readonly Node[];
      if (callee.type !== 'MemberExpression') return undefined;
      const method = propertyName(callee) ?? '';
      changed = MUTATES.test(method)
        ? isIt(callee['object'])
        : method === 'assign' && first !== undefined && isIt(first);
    }
    return undefined;
  });
  return changed;
}

const MUTATES = /^(?:push|unshift|pop|shift|splice|sort|reverse)$/;

function objectOf(node: Node, inner: (of: Node) => Value): ObjectValue {
  const entries: (readonly [string | Reference, Value])[] = [];
  let open = false;
  for (const property of node['properties'] as readonly Node[]) {
    if (property.type !== 'Property') {
      const spread = property['argument'] ? inner(property['argument']) : undefined;
      if (spread instanceof ObjectValue) {
        entries.push(...spread.entries);
        open ||= spread.open;
      } else open = true;
      continue;
    }
    const key: Node = property['key'];
    const name: Value = property['computed']
      ? inner(key)
      : key.type === 'Identifier'
        ? (key['name'] as string)
        : String(key['value']);
    if (typeof name === 'string' || typeof name === 'number') entries.push([String(name), inner(property['value'])]);
    // a name on its own is a variable, and no symbol of the tool's
    else if (name instanceof Reference && name.links.length > 1) entries.push([name, inner(property['value'])]);
    else open = true;
  }
  return new ObjectValue(entries, open);
}
