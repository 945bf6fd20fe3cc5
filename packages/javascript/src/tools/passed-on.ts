/** Calls of functions that are not in the file, with the tool's own objects among their arguments. */
import { isFunction, unwrap, type Node } from '../ast.ts';
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
