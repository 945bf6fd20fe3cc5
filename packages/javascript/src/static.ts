/**
 * What an expression is worth without running the program: literals, templates, arrays, objects, constants and enums of the same file. What
 * can't be known stays `Unknown` with its source, so that the same expression is the same thing wherever it stands.
 */
import { propertyName, unwrap, type Node } from './ast.ts';
import type { Scope } from './scope.ts';

/** A piece of SQL: what `knex.raw(…)` and Kysely's sql`…` make. */
export class Raw {
  readonly sql: string;
  constructor(sql: string) {
    this.sql = sql;
  }
}

/** The time at which it runs: a piece of SQL for whom it need not be the very same. */
export class Now extends Raw {}

/** Known only when the migration runs. */
export class Unknown {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  /** Stands for it in names: the same expression gives the same text, and never one with a dot or a quote. */
  get placeholder(): string {
    return `‹${this.source.replace(/\s+/g, ' ').replaceAll('.', '·').replaceAll('"', '′').replaceAll("'", '′')}›`;
  }
}

export type Value =
  string | number | boolean | null | undefined | Raw | Unknown | readonly Value[] | { readonly [key: string]: Value };

export interface Env {
  readonly scope: Scope;
  /** What a tool's own call (`knex.fn.now()`) or template is worth; undefined where it is none of those. */
  call?(node: Node, evaluate: (node: Node) => Value): Value | Raw | undefined;
  /** Names bound while a loop or a callback is read. */
  readonly bound?: ReadonlyMap<string, Value>;
}

export const isObject = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Raw) &&
  !(value instanceof Unknown);

export const isArray = (value: Value): value is readonly Value[] => Array.isArray(value);

/** Whether there is something in it that is not known. */
export const hasUnknown = (value: Value): boolean =>
  value instanceof Unknown ||
  (isArray(value) && value.some(hasUnknown)) ||
  (isObject(value) && Object.values(value).some(hasUnknown));

const sourceOf = (node: Node, env: Env): string => env.scope.source.slice(...node.range);

/** The enum of the file that a name stands for. */
function enumNamed(name: string, scope: Scope): Node | undefined {
  for (const statement of scope.program.body) {
    const declared: Node | null = statement.type === 'ExportNamedDeclaration' ? statement['declaration'] : statement;
    if (declared?.type === 'TSEnumDeclaration' && declared['id']['name'] === name) return declared;
  }
  return undefined;
}

const membersOf = (declared: Node): readonly Node[] => declared['body']?.['members'] ?? declared['members'] ?? [];

const memberKey = (member: Node): string => String(member['id']['name'] ?? member['id']['value']);

export function evaluate(given: Node, env: Env, depth = 0): Value {
  const node = unwrap(given);
  const again = (inner: Node): Value => evaluate(inner, env, depth + 1);
  const unknown = (): Unknown => new Unknown(sourceOf(node, env));
  if (depth > 40) return unknown();
  switch (node.type) {
    case 'Literal': {
      if (node['regex'] !== undefined || node['bigint'] !== undefined) return unknown();
      return node['value'] as string | number | boolean | null;
    }
    case 'TemplateLiteral': {
      const quasis = node['quasis'] as readonly Node[];
      const values = (node['expressions'] as readonly Node[]).map(again);
      if (values.some((value) => typeof value !== 'string' && typeof value !== 'number')) return unknown();
      return quasis
        .map((quasi, index) => ((quasi['value'] as { cooked: string }).cooked ?? '') + String(values[index] ?? ''))
        .join('');
    }
    case 'BinaryExpression': {
      if (node['operator'] !== '+') return unknown();
      const [left, right] = [again(node['left']), again(node['right'])];
      if (typeof left === 'number' && typeof right === 'number') return left + right;
      const plain = (value: Value): value is string | number => typeof value === 'string' || typeof value === 'number';
      return plain(left) && plain(right) ? `${left}${right}` : unknown();
    }
    case 'UnaryExpression': {
      const value = again(node['argument']);
      if (node['operator'] === '-' && typeof value === 'number') return -value;
      if (node['operator'] === '!' && typeof value === 'boolean') return !value;
      return node['operator'] === 'void' ? undefined : unknown();
    }
    case 'ArrayExpression': {
      const out: Value[] = [];
      for (const element of node['elements'] as (Node | null)[]) {
        if (element === null) return unknown();
        if (element.type === 'SpreadElement') {
          const spread = again(element['argument']);
          if (!isArray(spread)) return unknown();
          out.push(...spread);
        } else out.push(again(element));
      }
      return out;
    }
    case 'ObjectExpression': {
      const out: Record<string, Value> = {};
      for (const property of node['properties'] as readonly Node[]) {
        if (property.type === 'SpreadElement') {
          const spread = again(property['argument']);
          if (!isObject(spread)) return unknown();
          Object.assign(out, spread);
          continue;
        }
        let key = propertyName(property);
        if (key === undefined && property['computed'] === true) {
          const computed = again(property['key']);
          if (typeof computed === 'string' || typeof computed === 'number') key = String(computed);
          else if (computed instanceof Unknown) key = computed.placeholder;
        }
        if (key === undefined || property['kind'] === 'get' || property['kind'] === 'set') return unknown();
        out[key] = again(property['value']);
      }
      return out;
    }
    case 'Identifier': {
      const name = node['name'] as string;
      if (name === 'undefined') return undefined;
      if (env.bound?.has(name)) return env.bound.get(name);
      const constant = env.scope.constant(node);
      return constant ? again(constant.node) : unknown();
    }
    case 'MemberExpression': {
      const object = unwrap(node['object']);
      const name =
        propertyName(node) ??
        (node['computed'] && node['property'].type === 'Literal' ? String(node['property']['value']) : undefined);
      if (name === undefined) return unknown();
      if (object.type === 'Identifier' && !env.bound?.has(object['name'] as string)) {
        const declared = enumNamed(object['name'], env.scope);
        if (declared) return enumMember(declared, name, again) ?? unknown();
      }
      const value = again(object);
      if (isObject(value) && Object.hasOwn(value, name)) return value[name];
      if (isArray(value) && /^\d+$/.test(name) && Number(name) < value.length) return value[Number(name)];
      return unknown();
    }
    case 'NewExpression':
      return env.call?.(node, again) ?? now(node) ?? unknown();
    case 'TaggedTemplateExpression':
      return env.call?.(node, again) ?? unknown();
    case 'CallExpression': {
      const known = env.call?.(node, again) ?? now(node);
      if (known !== undefined) return known;
      return builtIn(node, again, env) ?? unknown();
    }
    default:
      return unknown();
  }
}

function enumMember(declared: Node, name: string, again: (node: Node) => Value): Value | undefined {
  let counter: number | undefined = 0;
  for (const member of membersOf(declared)) {
    const initializer: Node | null | undefined = member['initializer'];
    const value: Value | undefined = initializer ? again(initializer) : counter;
    if (memberKey(member) === name) return value;
    counter = typeof value === 'number' ? value + 1 : undefined;
  }
  return undefined;
}

/** `new Date()`, `new Date().toISOString()`: the time. PostgreSQL's own is another one, but as good. */
function now(node: Node): Now | undefined {
  const callee = unwrap(node['callee']);
  if (node.type === 'NewExpression')
    return callee['name'] === 'Date' && node['arguments'].length === 0 ? new Now('now()') : undefined;
  if (callee.type !== 'MemberExpression' || !/^to(?:ISOString|JSON|UTCString)$/.test(propertyName(callee) ?? ''))
    return undefined;
  const object = unwrap(callee['object']);
  return object.type === 'NewExpression' ? now(object) : undefined;
}

/** A few calls whose result is plain: `Object.values(Enum)`, `JSON.stringify(…)`, `[…].join(', ')`, `text.trim()`. */
function builtIn(node: Node, again: (node: Node) => Value, env: Env): Value | undefined {
  const callee = unwrap(node['callee']);
  const args = node['arguments'] as readonly Node[];
  if (callee.type !== 'MemberExpression') return undefined;
  const object = unwrap(callee['object']);
  const method = propertyName(callee);
  const [first] = args;
  const of = object.type === 'Identifier' ? (object['name'] as string) : undefined;
  if (of === 'Object' && first && (method === 'values' || method === 'keys')) {
    const declared = first.type === 'Identifier' ? enumNamed(first['name'], env.scope) : undefined;
    if (declared) {
      const names = membersOf(declared).map(memberKey);
      const values = names.map((name) => enumMember(declared, name, again));
      // numbers are listed twice, with their names
      if (values.some((value) => typeof value !== 'string')) return undefined;
      return method === 'keys' ? names : values;
    }
    const value = again(first);
    if (!isObject(value)) return undefined;
    return method === 'keys' ? Object.keys(value) : Object.values(value);
  }
  if (of === 'JSON' && method === 'stringify' && args.length === 1 && first) {
    const value = again(first);
    return hasUnknown(value) || value instanceof Raw ? undefined : JSON.stringify(value);
  }
  if (method === 'join' && args.length <= 1) {
    const value = again(object);
    const separator = first ? again(first) : ',';
    if (!isArray(value) || typeof separator !== 'string') return undefined;
    return value.every((one) => typeof one === 'string' || typeof one === 'number') ? value.join(separator) : undefined;
  }
  if (args.length === 0 && (method === 'trim' || method === 'toLowerCase' || method === 'toUpperCase')) {
    const value = again(object);
    return typeof value === 'string' ? value[method]() : undefined;
  }
  return undefined;
}
