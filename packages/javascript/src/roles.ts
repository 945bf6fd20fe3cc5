/** What the names in a function stand for in the tool's terms: its query runner, its builder, its connection. */
import { isFunction, propertyName, unwrap, type Node } from './ast.ts';
import type { Scope } from './scope.ts';

/** The role of `object.property`, given the object's. */
export type MemberRole = (role: string, property: string) => string | undefined;

export class Roles {
  readonly scope: Scope;
  readonly #names: ReadonlyMap<string, string>;
  readonly #member: MemberRole;
  readonly #owner: Node | undefined;
  readonly #types: Readonly<Record<string, string>>;

  /** @param owner the class whose method is read; `this` has the role 'this' */
  constructor(
    scope: Scope,
    names: ReadonlyMap<string, string>,
    member: MemberRole,
    owner?: Node,
    types: Readonly<Record<string, string>> = {},
  ) {
    this.scope = scope;
    this.#names = names;
    this.#member = member;
    this.#owner = owner;
    this.#types = types;
  }

  /** The role of an expression; undefined when it has none. */
  of(expression: Node): string | undefined {
    return this.#read(expression, 0) ?? this.#typed(unwrap(expression));
  }

  /** What its type says, where the text does not tell. */
  #typed(node: Node): string | undefined {
    const { typeNames } = this.scope;
    if (!typeNames || node.type === 'ThisExpression') return undefined;
    for (const name of typeNames(node)) if (Object.hasOwn(this.#types, name)) return this.#types[name];
    return undefined;
  }

  /** The same with the types of a tool. */
  withTypes(types: Readonly<Record<string, string>> | undefined): Roles {
    return types ? new Roles(this.scope, this.#names, this.#member, this.#owner, types) : this;
  }

  #read(expression: Node, depth: number): string | undefined {
    const node = unwrap(expression);
    if (depth > 20) return undefined;
    if (node.type === 'ThisExpression') return 'this';
    if (node.type === 'AwaitExpression') return this.#read(node['argument'], depth + 1);
    if (node.type === 'Identifier') {
      const known = this.#names.get(node['name']);
      if (known !== undefined) return known;
      // const x = queryInterface.sequelize
      const constant = this.scope.constant(node);
      return constant ? this.#read(constant.node, depth + 1) : this.#destructured(node['name'], depth);
    }
    if (node.type !== 'MemberExpression') return undefined;
    const name = propertyName(node);
    const object = this.#read(node['object'], depth + 1) ?? this.#typed(unwrap(node['object']));
    return object !== undefined && name !== undefined ? this.#member(object, name) : undefined;
  }

  /** `const { sequelize } = queryInterface`. */
  #destructured(name: string, depth: number): string | undefined {
    for (const declarator of this.scope.destructured) {
      for (const property of declarator['id']['properties'] as readonly Node[]) {
        if (
          property.type !== 'Property' ||
          property['value'].type !== 'Identifier' ||
          property['value']['name'] !== name
        )
          continue;
        const object = this.#read(declarator['init'], depth + 1);
        const key = propertyName(property);
        return object !== undefined && key !== undefined ? this.#member(object, key) : undefined;
      }
    }
    return undefined;
  }

  /**
   * The roles in a function that is called with these arguments: its parameters take those of the arguments.
   * @param named roles for parameters whose arguments are not written down, by position
   */
  within(fn: Node, args: readonly Node[], named: readonly (string | undefined)[] = []): Roles {
    const names = new Map(this.#names);
    (fn['params'] as readonly Node[]).forEach((parameter, index) => {
      const argument = args[index];
      const role = named[index] ?? (argument ? this.of(argument) : undefined);
      this.#bind(parameter, role, names);
    });
    return new Roles(this.scope, names, this.#member, this.#owner, this.#types);
  }

  #bind(parameter: Node, role: string | undefined, names: Map<string, string>): void {
    const pattern = parameter.type === 'AssignmentPattern' ? parameter['left'] : parameter;
    if (pattern.type === 'Identifier') {
      // another thing of the same name hides it
      if (role === undefined) names.delete(pattern['name']);
      else names.set(pattern['name'], role);
    } else if (pattern.type === 'ObjectPattern' && role !== undefined) {
      for (const property of pattern['properties'] as readonly Node[]) {
        if (property.type !== 'Property') continue;
        const key = propertyName(property);
        this.#bind(property['value'], key === undefined ? undefined : this.#member(role, key), names);
      }
    }
  }

  /** The names that stand for a role. */
  namesOf(role: string): string[] {
    return [...this.#names].filter(([, each]) => each === role).map(([name]) => name);
  }

  /** A method of the class that is read. */
  method(name: string): Node | undefined {
    for (const member of (this.#owner?.['body']['body'] ?? []) as readonly Node[]) {
      if (!/^(?:MethodDefinition|PropertyDefinition)$/.test(member.type) || propertyName(member) !== name) continue;
      const value: Node | null = member['value'];
      return value && isFunction(value) && value['body'] ? value : undefined;
    }
    return undefined;
  }
}
