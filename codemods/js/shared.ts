/** Functions that `up` calls and that other code calls as well, such as `down`: what is changed in them is changed for all. */
import { isFunction, propertyName, walkTree, type Migration, type Node, type Step } from '@idempotify/javascript';

interface Named {
  readonly fn: Node;
  readonly name: string;
  /** Where the name is declared. */
  readonly at: Node;
}

const inside = (inner: Node['range'], [start, end]: Node['range']): boolean => start <= inner[0] && inner[1] <= end;

/** @returns whether a step stands in such a function */
export function sharedSteps({ scope, ups, steps }: Migration): (step: Step) => boolean {
  const isUp = (range: Node['range']): boolean => ups.some(({ node }) => inside(range, node.range));
  if (steps.every(({ node }) => isUp(node.range))) return () => false;
  const helpers = functionsOf(scope.program).filter(
    ({ fn }) => !isUp(fn.range) && steps.some(({ node }) => inside(node.range, fn.range)),
  );
  const shared = new Set<Named>();
  // what is called from a function that is shared is shared
  for (let before = -1; before < shared.size;) {
    before = shared.size;
    const forwards = (range: Node['range']): boolean =>
      isUp(range) || helpers.some((helper) => !shared.has(helper) && inside(range, helper.fn.range));
    for (const helper of helpers) {
      walkTree(scope.program, (node) => {
        const isName =
          (node.type === 'Identifier' || node.type === 'PrivateIdentifier') && node['name'] === helper.name;
        if (isName && node !== helper.at && !forwards(node.range)) shared.add(helper);
      });
    }
  }
  return ({ node }) => [...shared].some(({ fn }) => inside(node.range, fn.range));
}

function functionsOf(program: Node): Named[] {
  const named: Named[] = [];
  walkTree(program, (node) => {
    const key: Node | undefined = node['key'] ?? node['id'];
    const fn: unknown = node.type === 'FunctionDeclaration' ? node : (node['value'] ?? node['init']);
    if (!key || typeof fn !== 'object' || fn === null || !isFunction(fn as Node)) return;
    const name =
      node.type === 'FunctionDeclaration' || node.type === 'VariableDeclarator' ? key['name'] : propertyName(node);
    if (typeof name === 'string') named.push({ fn: fn as Node, name, at: key });
  });
  return named;
}
