/** Chains of calls, as builders are written: `db.schema.createTable('x').addColumn(…).execute()`. */
import { propertyName, unwrap, type Node } from './ast.ts';

export interface Call {
  readonly name: string;
  readonly args: readonly Node[];
  /** The call, from the start of the chain to its closing parenthesis. */
  readonly node: Node;
  /** From behind what it is called on (white space, comments, dot) to the closing parenthesis. */
  readonly range: Node['range'];
  /** Where its name begins. */
  readonly at: number;
}

export interface Chain {
  /** What the first method is called on: `knex.schema`, `this`, `knex('users')`. */
  readonly base: Node;
  readonly calls: readonly Call[];
}

/** Reads `base.a(…).b(…)`. A property between two calls belongs to the base: `x.a().b.c()` is `c` on `x.a().b`. */
export function chainOf(expression: Node): Chain {
  const calls: Call[] = [];
  let node = unwrap(expression);
  while (node.type === 'CallExpression') {
    const callee = unwrap(node['callee']);
    const name = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    if (name === undefined) break;
    calls.unshift({
      name,
      args: node['arguments'],
      node,
      range: [callee['object'].range[1], node.range[1]],
      at: callee['property'].range[0],
    });
    node = unwrap(callee['object']);
  }
  return { base: node, calls };
}

/** The name of a function's first parameter, without its type and default. */
export function firstParameter(fn: Node): string | undefined {
  const [given] = fn['params'] as readonly Node[];
  const parameter: Node | undefined = given?.type === 'AssignmentPattern' ? given['left'] : given;
  return parameter?.type === 'Identifier' ? parameter['name'] : undefined;
}

/** The statements of a function; one with an expression for its body has that expression alone. */
export function bodyOf(fn: Node): readonly Node[] {
  const body: Node = fn['body'];
  return body.type === 'BlockStatement' ? body['body'] : [body];
}
