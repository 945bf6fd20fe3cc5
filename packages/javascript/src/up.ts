/** Where a file says what happens when it is run forwards. */
import { dotted, isFunction, propertyName, unwrap, type Node } from './ast.ts';
import type { Scope } from './scope.ts';

export interface Up {
  /** The function, with its `params` and its `body`. */
  readonly node: Node;
  /** The class whose method it is. */
  readonly owner?: Node;
}

/** The function that a method, a property or a class field stands for. */
function functionIn(member: Node, scope: Scope): Node | undefined {
  const value: Node | null | undefined = member['value'];
  if (!value) return undefined;
  const resolved = scope.resolve(value);
  return isFunction(resolved) && resolved['body'] ? resolved : undefined;
}

/** Methods (or fields with a function) of the classes of a file. */
export function methodsNamed(scope: Scope, name: string, isWanted: (owner: Node) => boolean): Up[] {
  const found: Up[] = [];
  const look = (node: Node): void => {
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return;
    if (!isWanted(node)) return;
    for (const member of node['body']['body'] as readonly Node[]) {
      if (member['static'] || (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition')) continue;
      if (propertyName(member) !== name) continue;
      const of = functionIn(member, scope);
      if (of) found.push({ node: of, owner: node });
    }
  };
  for (const statement of scope.program.body) {
    look(statement);
    if (/^Export(?:Named|Default)Declaration$/.test(statement.type) && statement['declaration'])
      look(statement['declaration']);
    // module.exports = class …, exports.X = class …, const X = class …
    if (statement.type === 'ExpressionStatement' && statement['expression'].type === 'AssignmentExpression')
      look(unwrap(statement['expression']['right']));
    if (statement.type === 'VariableDeclaration')
      for (const declarator of statement['declarations'] as readonly Node[])
        if (declarator['init']) look(unwrap(declarator['init']));
    if (statement.type === 'TSExportAssignment') look(unwrap(statement['expression']));
  }
  return found;
}

/** A value that the file exports under a name, in any of the ways of CommonJS and of ECMAScript modules. */
export function exportedValue(scope: Scope, name: string): Node | undefined {
  for (const statement of scope.program.body) {
    switch (statement.type) {
      case 'ExportNamedDeclaration': {
        const declaration: Node | null = statement['declaration'];
        if (declaration?.type === 'FunctionDeclaration' && declaration['id']['name'] === name) return declaration;
        if (declaration?.type === 'VariableDeclaration')
          for (const declarator of declaration['declarations'] as readonly Node[])
            if (declarator['id']['name'] === name && declarator['init']) return scope.resolve(declarator['init']);
        for (const specifier of (statement['specifiers'] ?? []) as readonly Node[])
          if (!statement['source'] && specifier['exported']['name'] === name) return scope.resolve(specifier['local']);
        break;
      }
      case 'ExportDefaultDeclaration':
      case 'TSExportAssignment': {
        const value = memberNamed(scope, statement['declaration'] ?? statement['expression'], name);
        if (value) return value;
        break;
      }
      case 'ExpressionStatement': {
        const value = assigned(scope, unwrap(statement['expression']), name);
        if (value) return value;
        break;
      }
    }
  }
  return undefined;
}

/** The same, where it is a function. */
export function exportedFunction(scope: Scope, name: string): Up | undefined {
  const value = exportedValue(scope, name);
  return isFunction(value) && value['body'] ? { node: value } : undefined;
}

/** `exports.NAME = …`, `module.exports.NAME = …`, `module.exports = { NAME }`, also several in a row. */
function assigned(scope: Scope, expression: Node, name: string): Node | undefined {
  if (expression.type !== 'AssignmentExpression' || expression['operator'] !== '=') return undefined;
  const right = unwrap(expression['right']);
  const target = dotted(expression['left']);
  if (target) {
    const last = target[target.length - 1];
    const path = target.join('.');
    if (last === name && (path === `exports.${name}` || path === `module.exports.${name}`))
      return right.type === 'AssignmentExpression' ? lastOf(scope, right) : scope.resolve(right);
    if (path === 'module.exports' || path === 'exports.default') {
      const value = memberNamed(scope, right.type === 'AssignmentExpression' ? lastOf(scope, right) : right, name);
      if (value) return value;
    }
  }
  return right.type === 'AssignmentExpression' ? assigned(scope, right, name) : undefined;
}

function lastOf(scope: Scope, assignment: Node): Node {
  let value = assignment;
  while (value.type === 'AssignmentExpression') value = unwrap(value['right']);
  return scope.resolve(value);
}

/** The member of an object that is written down, or of what `defineX({ … })` is given. */
function memberNamed(scope: Scope, expression: Node, name: string): Node | undefined {
  let object = scope.resolve(expression);
  if (object.type === 'CallExpression' && object['arguments'].length === 1)
    object = scope.resolve(object['arguments'][0]);
  if (object.type !== 'ObjectExpression') return undefined;
  for (const property of object['properties'] as readonly Node[])
    if (property.type === 'Property' && propertyName(property) === name) return scope.resolve(property['value']);
  return undefined;
}
