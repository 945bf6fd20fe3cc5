/** What the names of a file mean, as far as that can be read off: constants and functions. No type information is needed. */
import { childrenOf, isFunction, propertyName, unwrap, walkTree, type Node, type Program } from './ast.ts';

export interface Constant {
  readonly node: Node;
  /** It is used in several places: what is written there is not one of them's. */
  readonly shared: boolean;
}

/** A name, what declares it, and where it means that. */
interface Declaration {
  readonly node: Node;
  readonly range: Node['range'];
}

/** The names of an expression's type, where somebody knows types: `QueryRunner`. */
export type TypeNames = (node: Node) => readonly string[];

export class Scope {
  readonly program: Program;
  readonly source: string;
  readonly typeNames: TypeNames | undefined;
  #declared: ReadonlyMap<string, readonly Declaration[]> | undefined;
  #destructured: readonly Node[] | undefined;
  #assigned: ReadonlySet<string> | undefined;
  readonly #numbers = new Map<string, { readonly number: number; readonly text: string }>();

  constructor(program: Program, source: string, typeNames?: TypeNames) {
    this.program = program;
    this.source = source;
    this.typeNames = typeNames;
  }

  /** A number for an expression: the same one wherever the same is written and means the same. */
  numberOf(node: Node): number {
    const text = this.source.slice(...node.range).replace(/\s+/g, ' ');
    const key = `${text} ${this.#meaningOf(node)}`;
    let known = this.#numbers.get(key);
    if (!known) this.#numbers.set(key, (known = { number: this.#numbers.size + 1, text }));
    return known.number;
  }

  /** The expression that has this number. */
  numbered(number: number): string | undefined {
    return [...this.#numbers.values()][number - 1]?.text;
  }

  /** Names that are set somewhere behind their declaration. */
  #assignedNames(): ReadonlySet<string> {
    if (this.#assigned) return this.#assigned;
    const assigned = new Set<string>();
    walkTree(this.program, (node) => {
      const target: Node | undefined =
        node.type === 'AssignmentExpression'
          ? node['left']
          : node.type === 'UpdateExpression'
            ? node['argument']
            : undefined;
      if (target) walkTree(target, (inner) => void (inner.type === 'Identifier' && assigned.add(inner['name'])));
    });
    return (this.#assigned = assigned);
  }

  /** The declarations that the names in an expression mean; its place, where it may be something else each time. */
  #meaningOf(expression: Node): string {
    let changes = false;
    const declared: number[] = [];
    walkTree(expression, (node) => {
      if (node.type === 'CallExpression' || node.type === 'AwaitExpression') changes = true;
      if (node.type !== 'Identifier') return;
      const found = this.#declarationOf({ name: node['name'], range: node.range });
      if (!found) return;
      declared.push(found.node.range[0]);
      if (this.#assignedNames().has(node['name'])) changes = true;
    });
    return changes ? `at ${expression.range[0]}` : declared.join(' ');
  }

  #declarations(): ReadonlyMap<string, readonly Declaration[]> {
    if (this.#declared) return this.#declared;
    const declared = new Map<string, Declaration[]>();
    const add = (name: string, node: Node, range: Node['range']): void => {
      const list = declared.get(name);
      if (list) list.push({ node, range });
      else declared.set(name, [{ node, range }]);
    };
    /** @param of what declares all names of a pattern */
    const names = (pattern: Node, of: Node, range: Node['range']): void => {
      if (pattern.type === 'Identifier') return add(pattern['name'], of, range);
      if (pattern.type === 'Property') return names(pattern['value'], of, range);
      if (pattern.type === 'AssignmentPattern') return names(pattern['left'], of, range);
      for (const child of childrenOf(pattern)) names(child, of, range);
    };
    const collect = (node: Node, block: Node['range'], fn: Node['range']): void => {
      if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
        if (node['id']) add(node['id']['name'], node, block);
      }
      if (node.type === 'VariableDeclaration') {
        for (const declarator of node['declarations'] as readonly Node[]) {
          const simple = node['kind'] === 'const' && declarator['id'].type === 'Identifier';
          names(declarator['id'], simple ? declarator : declarator['id'], node['kind'] === 'var' ? fn : block);
        }
      }
      if (isFunction(node)) {
        for (const parameter of node['params']) names(parameter, parameter, node.range);
        for (const child of childrenOf(node)) collect(child, node.range, node.range);
        return;
      }
      const opens = node.type === 'BlockStatement' || node.type === 'StaticBlock' || /^For/.test(node.type);
      for (const child of childrenOf(node)) collect(child, opens ? node.range : block, fn);
    };
    collect(this.program, [0, this.source.length], [0, this.source.length]);
    return (this.#declared = declared);
  }

  /** The declaration that a name means at its place: the innermost one around it. */
  #declarationOf({ name, range }: { readonly name: string; readonly range: Node['range'] }): Declaration | undefined {
    let innermost: Declaration | undefined;
    let twice = false;
    for (const each of this.#declarations().get(name) ?? []) {
      if (each.range[0] > range[0] || range[1] > each.range[1]) continue;
      if (!innermost || each.range[0] > innermost.range[0]) {
        innermost = each;
        twice = false;
      } else if (each.range[0] === innermost.range[0]) twice = true;
    }
    return twice ? undefined : innermost;
  }

  #usesOf(name: string, range: Node['range']): number {
    let uses = 0;
    walkTree(this.program, (node) => {
      if (node.range[1] < range[0] || node.range[0] > range[1]) return false;
      if (node.type === 'Identifier' && node['name'] === name) uses++;
      return undefined;
    });
    // the declaration itself is one
    return uses - 1;
  }

  /** What a `const` was set to, if the name means that one only. */
  constant(identifier: Node): Constant | undefined {
    const found = this.#declarationOf({ name: identifier['name'], range: identifier.range });
    const declarator = found?.node;
    if (!found || declarator?.type !== 'VariableDeclarator' || !declarator['init']) return undefined;
    return { node: declarator['init'], shared: this.#usesOf(identifier['name'], found.range) > 1 };
  }

  /** The function that a name stands for. */
  functionOf(identifier: Node): Node | undefined {
    const found = this.#declarationOf({ name: identifier['name'], range: identifier.range })?.node;
    if (!found) return undefined;
    if (isFunction(found)) return found;
    const init = found.type === 'VariableDeclarator' && found['init'] ? unwrap(found['init']) : undefined;
    return isFunction(init) ? init : undefined;
  }

  /** Declarators that take an object apart: `const { a, b } = object`. */
  get destructured(): readonly Node[] {
    if (this.#destructured) return this.#destructured;
    const found: Node[] = [];
    walkTree(this.program, (node) => {
      if (node.type === 'VariableDeclarator' && node['id'].type === 'ObjectPattern' && node['init']) found.push(node);
    });
    return (this.#destructured = found);
  }

  /** Declarators that take an array apart: `const [rows] = result`. */
  get destructuredArrays(): readonly Node[] {
    const found: Node[] = [];
    walkTree(this.program, (node) => {
      if (node.type === 'VariableDeclarator' && node['id'].type === 'ArrayPattern' && node['init']) found.push(node);
    });
    return found;
  }

  /** The class, object or function that an expression stands for. */
  resolve(expression: Node): Node {
    const node = unwrap(expression);
    if (node.type !== 'Identifier') return node;
    const found = this.#declarationOf({ name: node['name'], range: node.range })?.node;
    if (!found || found.type === 'Identifier') return node;
    return found.type === 'VariableDeclarator' && found['init'] ? unwrap(found['init']) : found;
  }

  /** The value of an expression that is a plain constant: string, number, boolean, null; undefined when that is not known. */
  value(expression: Node | undefined): string | number | boolean | null | undefined {
    if (!expression) return undefined;
    const node = this.resolve(expression);
    if (node.type === 'Literal' && !node['regex'] && !node['bigint']) return node['value'];
    if (node.type === 'TemplateLiteral' && node['expressions'].length === 0) return node['quasis'][0].value.cooked;
    if (node.type === 'UnaryExpression' && node['operator'] === '-') {
      const value = this.value(node['argument']);
      return typeof value === 'number' ? -value : undefined;
    }
    if (node.type === 'BinaryExpression' && node['operator'] === '+') {
      const left = this.value(node['left']);
      const right = this.value(node['right']);
      return typeof left === 'string' && typeof right === 'string' ? left + right : undefined;
    }
    if (node.type === 'TemplateLiteral') {
      let text = '';
      for (const [index, quasi] of (node['quasis'] as readonly Node[]).entries()) {
        text += quasi['value'].cooked;
        const inner = node['expressions'][index] as Node | undefined;
        if (!inner) continue;
        const value = this.value(inner);
        if (typeof value !== 'string' && typeof value !== 'number') return undefined;
        text += String(value);
      }
      return text;
    }
    if (node.type === 'MemberExpression' && !node['computed']) {
      const object = this.resolve(node['object']);
      if (object.type !== 'ObjectExpression') return undefined;
      for (const property of object['properties'] as readonly Node[])
        if (property.type === 'Property' && propertyName(property) === propertyName(node))
          return this.value(property['value']);
    }
    return undefined;
  }

  /** The modules that the file imports or requires. */
  get modules(): ReadonlySet<string> {
    const modules = new Set<string>();
    walkTree(this.program, (node) => {
      if (node.type === 'ImportDeclaration') modules.add(node['source']['value']);
      else if (node.type === 'TSExternalModuleReference' && node['expression'].type === 'Literal')
        modules.add(node['expression']['value']);
      else if (
        node.type === 'CallExpression' &&
        node['callee'].type === 'Identifier' &&
        node['callee']['name'] === 'require' &&
        node['arguments'][0]?.type === 'Literal'
      )
        modules.add(node['arguments'][0]['value']);
    });
    return modules;
  }
}
