/** Calls of functions that are not in the file, with the tool's own objects among their arguments. */
import { isFunction, unwrap, type Node } from '../ast.ts';
import type { Call } from '../calls.ts';
import type { Roles } from '../roles.ts';
import type { ReadCall } from '../tool.ts';
import type { CallSite } from '../walk.ts';

/** What such a call sends nobody knows; undefined where it is none. */
export function passedOn(site: CallSite, roles: readonly string[]): ReadCall | undefined {
  const { node } = site;
  const { scope } = site.roles;
  if (node.type !== 'CallExpression') return undefined;
  const callee = unwrap(node['callee']);
  if (isFunction(callee) || (callee.type === 'Identifier' && scope.functionOf(callee))) return undefined;
  // this.method(queryInterface): a method of the class is read
  if (callee.type === 'MemberExpression' && unwrap(callee['object']).type === 'ThisExpression') return undefined;
  const given = (node['arguments'] as readonly Node[]).some((argument) => {
    const role = site.roles.of(argument);
    return role !== undefined && roles.includes(role);
  });
  if (!given) return undefined;
  const what = scope.source.slice(...callee.range);
  if (/^(?:console|assert)\b/.test(what)) return undefined;
  const why = 'the function that is called stands in another file';
  return { steps: [{ kind: 'opaque', site, node, what, parts: [], why }] };
}

/**
 * The same for a chain of calls: a function of another file, or a model, that is given the tool's objects may do anything.
 *
 * @param base what the chain begins with
 * @returns why it is not known what is sent; undefined where no code of another file is given one of these roles
 */
export function doneElsewhere(
  base: Node,
  calls: readonly Call[],
  roles: Roles,
  wanted: readonly string[],
): string | undefined {
  const given = (args: readonly Node[]): boolean =>
    args.some((arg) => {
      const role = roles.of(arg);
      return role !== undefined && wanted.includes(role);
    });
  if (calls.some((call) => given(call.args))) return 'it is done by code of another file';
  if (base.type !== 'CallExpression' || !given(base['arguments'])) return undefined;
  const callee = unwrap(base['callee']);
  return callee.type === 'Identifier' && !roles.scope.functionOf(callee)
    ? 'it is a function of another file'
    : undefined;
}
