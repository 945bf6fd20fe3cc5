/** The calls of a function in the order in which they run, each with what decides whether it does. */
import { childrenOf, isFunction, propertyName, unwrap, type Node } from './ast.ts';
import type { Roles } from './roles.ts';

/** A test in front of a call. */
export interface Condition {
  readonly test: Node;
  /** The call runs when the test holds (true), when it does not (false). */
  readonly holds: boolean;
}

export interface CallSite {
  /** A CallExpression, or a TaggedTemplateExpression. */
  readonly node: Node;
  /**
   * What it is all of, with `await` or `return` in front: the ExpressionStatement or ReturnStatement. undefined where something
   * is done with its result, or where it is one of several in an expression.
   */
  readonly statement: Node | undefined;
  /** It is all of the body of `() => call`. */
  readonly arrow: Node | undefined;
  readonly awaited: boolean;
  /** Tests that it stands behind, from the outside in. */
  readonly conditions: readonly Condition[];
  /** It may run more than once, or not at all, for another reason than a test: said as the end of "it stands ". */
  readonly uncertain: string | undefined;
  /** The function that it stands in: the up function, or one that is called from it. */
  readonly within: Node;
  readonly roles: Roles;
}

/** What a reader says of a call. */
export interface Claim {
  /** Functions among its arguments that run once, here: what stands in them is part of the migration. */
  readonly inline?: readonly { readonly callback: Node; readonly roles?: Roles }[];
  /** What is called on: the earlier part of a chain, which is read first. */
  readonly chained?: Node;
  /** Called when what is chained has been read, and before what stands inline. */
  readonly claimed?: () => void;
}

/** @returns undefined = it is nobody's: what is in it is looked at */
export type Reader = (site: CallSite) => Claim | undefined;

interface Context {
  readonly conditions: readonly Condition[];
  readonly uncertain: string | undefined;
  readonly within: Node;
  readonly roles: Roles;
}

const LOOPS: ReadonlySet<string> = new Set([
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
]);
const REPEATING = /^(?:forEach|map|flatMap|reduce|filter|some|every|each|eachSeries|mapSeries|times)$/;

export function walkCalls(fn: Node, roles: Roles, read: Reader): void {
  const seen = new Set<Node>();
  function body(of: Node, context: Context): void {
    const inner: Node = of['body'];
    if (inner.type === 'BlockStatement') block(inner['body'], context);
    else expression(inner, context, { arrow: of });
  }
  function block(statements: readonly Node[], context: Context): void {
    let here = context;
    for (const node of statements) {
      statement(node, here);
      // `if (…) return;` says of everything behind it that the test did not hold
      if (node.type === 'IfStatement' && !node['alternate'] && leaves(node['consequent']))
        here = { ...here, conditions: [...here.conditions, { test: node['test'], holds: false }] };
    }
  }
  function statement(node: Node, context: Context): void {
    switch (node.type) {
      case 'BlockStatement':
        return block(node['body'], context);
      case 'ExpressionStatement':
        return expression(node['expression'], context, { statement: node });
      case 'ReturnStatement':
        if (node['argument']) expression(node['argument'], context, { statement: node });
        return;
      case 'IfStatement': {
        expression(node['test'], context);
        const when = (holds: boolean): Context => ({
          ...context,
          conditions: [...context.conditions, { test: node['test'], holds }],
        });
        statement(node['consequent'], when(true));
        if (node['alternate']) statement(node['alternate'], when(false));
        return;
      }
      case 'TryStatement':
        statement(node['block'], { ...context, uncertain: context.uncertain ?? 'in a try block' });
        if (node['handler'])
          statement(node['handler']['body'], { ...context, uncertain: context.uncertain ?? 'in a catch block' });
        if (node['finalizer']) statement(node['finalizer'], context);
        return;
      case 'SwitchStatement':
        expression(node['discriminant'], context);
        for (const { body: inner, test } of casesOf(node))
          block(inner, {
            ...context,
            uncertain: context.uncertain ?? 'in a switch',
            conditions: test ? [...context.conditions, { test, holds: true }] : context.conditions,
          });
        return;
      case 'LabeledStatement':
        return statement(node['body'], context);
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return;
    }
    if (LOOPS.has(node.type)) {
      const looping: Context = { ...context, uncertain: context.uncertain ?? 'in a loop' };
      for (const child of childrenOf(node))
        if (child === node['body']) statement(child, looping);
        else expression(child, child === node['right'] ? context : looping);
      return;
    }
    for (const child of childrenOf(node)) expression(child, context);
  }
  interface Place {
    readonly statement?: Node;
    readonly arrow?: Node;
    readonly awaited?: boolean;
  }
  function expression(given: Node, context: Context, place: Place = {}): void {
    const node = unwrap(given);
    switch (node.type) {
      case 'AwaitExpression':
        return expression(node['argument'], context, { ...place, awaited: true });
      case 'CallExpression':
      case 'TaggedTemplateExpression':
        return call(node, context, place);
      case 'UnaryExpression':
        // `void call()` is a statement, too
        return expression(node['argument'], context, node['operator'] === 'void' ? place : {});
      case 'ConditionalExpression': {
        expression(node['test'], context);
        for (const [branch, holds] of [
          ['consequent', true],
          ['alternate', false],
        ] as const)
          expression(node[branch], { ...context, conditions: [...context.conditions, { test: node['test'], holds }] });
        return;
      }
      case 'LogicalExpression': {
        expression(node['left'], context);
        const holds = node['operator'] === '&&';
        expression(node['right'], { ...context, conditions: [...context.conditions, { test: node['left'], holds }] });
        return;
      }
    }
    // a function that nobody has called yet
    if (isFunction(node) || node.type === 'ClassExpression') return;
    for (const child of childrenOf(node)) expression(child, context);
  }
  function call(node: Node, context: Context, place: Place): void {
    const claim = read({
      node,
      statement: place.statement,
      arrow: place.arrow,
      awaited: place.awaited ?? false,
      ...context,
    });
    if (claim) {
      if (claim.chained) expression(claim.chained, context);
      claim.claimed?.();
      for (const { callback, roles: inner } of claim.inline ?? [])
        body(callback, { ...context, within: callback, roles: inner ?? context.roles.within(callback, []) });
      return;
    }
    if (node.type === 'TaggedTemplateExpression') return expression(node['quasi'], context);
    const callee = unwrap(node['callee']);
    const args = node['arguments'] as readonly Node[];
    const method = callee.type === 'MemberExpression' ? propertyName(callee) : undefined;
    if (callee.type === 'MemberExpression') expression(callee['object'], context);
    if (isFunction(callee)) body(callee, { ...context, within: callee, roles: context.roles.within(callee, args) });
    for (const argument of args) {
      const value = unwrap(argument);
      if (!isFunction(value)) expression(argument, context);
      else if (method === 'then' || method === 'finally')
        body(value, { ...context, within: value, roles: context.roles.within(value, []) });
      else
        body(value, {
          within: value,
          conditions: context.conditions,
          roles: context.roles.within(value, []),
          uncertain:
            context.uncertain ??
            (method !== undefined && REPEATING.test(method)
              ? 'in a loop'
              : 'in a function that is called by other code'),
        });
    }
    // functions of the file that are called from here
    const of =
      callee.type === 'Identifier'
        ? context.roles.scope.functionOf(callee)
        : method !== undefined && unwrap(callee['object']).type === 'ThisExpression'
          ? context.roles.method(method)
          : undefined;
    if (of && !seen.has(of)) {
      seen.add(of);
      body(of, {
        ...context,
        within: of,
        uncertain: context.uncertain ?? 'in a function of its own',
        roles: context.roles.within(of, args),
      });
    }
  }
  body(fn, { conditions: [], uncertain: undefined, within: fn, roles });
}

/** The branches of a switch, each with what it is behind, as `discriminant === 'a' || discriminant === 'b'`. */
function casesOf(node: Node): { readonly body: readonly Node[]; readonly test: Node | undefined }[] {
  const discriminant: Node = node['discriminant'];
  const out: { readonly body: readonly Node[]; readonly test: Node | undefined }[] = [];
  let test: Node | undefined;
  let known = true;
  for (const each of node['cases'] as readonly Node[]) {
    const value: Node | null = each['test'];
    if (!value) known = false;
    else {
      const range = discriminant.range;
      const is: Node = { type: 'BinaryExpression', operator: '===', left: discriminant, right: value, range };
      test = test ? { type: 'LogicalExpression', operator: '||', left: test, right: is, range } : is;
    }
    const body = each['consequent'] as readonly Node[];
    // the next one belongs to the same branch
    if (body.length === 0) continue;
    out.push({ body, test: known ? test : undefined });
    test = undefined;
    // what has no `break` runs on into the next one
    known = ends(body);
  }
  return out;
}

/** Whether what stands behind these statements is not reached from them. */
function ends(statements: readonly Node[]): boolean {
  const last = statements[statements.length - 1];
  if (last?.type === 'BlockStatement') return ends(last['body']);
  return last !== undefined && /^(?:Break|Return|Throw|Continue)Statement$/.test(last.type);
}

/** Whether a branch ends with `return`. */
function leaves(node: Node): boolean {
  if (node.type === 'ReturnStatement') return true;
  if (node.type !== 'BlockStatement') return false;
  const last = (node['body'] as readonly Node[])[node['body'].length - 1];
  return last !== undefined && leaves(last);
}
