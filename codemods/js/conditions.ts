/** Tests in front of a call that ask the database: a second run may be answered otherwise, and go another way than the first. */
import { walkTree, type Migration, type Node, type Scope, type Step } from '@idempotify/javascript';

/**
 * Whether it depends on what the database holds that a call runs, where nobody can say that the test is about the call itself.
 *
 * @param subjects what its statements are about, as the rewriter prints it: `table "User"`, `column a of t`
 */
export function decidedByDatabase(step: Step, subjects: readonly string[], migration: Migration): boolean {
  if (step.guarded) return false;
  const names = subjects.flatMap((subject) => subject.match(/[\p{L}\p{N}_$]+/gu) ?? []);
  return step.site.conditions.some(({ test }) => {
    const asked = explained(test, step, migration);
    if (asked === undefined) return false;
    const words = new Set(asked.match(/[\p{L}\p{N}_$]+/gu));
    return !names.some((name) => words.has(name));
  });
}

/** The test with what its names were set to; undefined where nothing of it comes from the database. */
function explained(test: Node, { site }: Step, { scope, ups }: Migration): string | undefined {
  const isCallback = !ups.some(({ node }) => node === site.within);
  const seen = new Set<string>();
  const texts: string[] = [];
  let asks = false;
  const explain = (node: Node): void => {
    texts.push(scope.source.slice(...node.range));
    walkTree(node, (inner) => {
      if (inner.type === 'AwaitExpression') asks = true;
      if (inner.type !== 'Identifier' || seen.has(inner['name'])) return;
      seen.add(inner['name']);
      for (const value of valuesOf(inner['name'], scope)) explain(value);
      // what a promise has given: .then((exists) => …)
      if (isCallback && isInside(inner, site.within) && isParameter(inner['name'], site.within)) asks = true;
    });
  };
  explain(test);
  return asks ? texts.join('\n') : undefined;
}

/** Everything that a name is set to anywhere in the file. */
function valuesOf(name: string, scope: Scope): Node[] {
  const values: Node[] = [];
  walkTree(scope.program, (node) => {
    const [target, value] =
      node.type === 'VariableDeclarator'
        ? [node['id'], node['init']]
        : node.type === 'AssignmentExpression'
          ? [node['left'], node['right']]
          : node.type === 'ForOfStatement'
            ? [node['left'], node['right']]
            : [undefined, undefined];
    if (!target || !value) return;
    walkTree(target, (inner) => {
      if (inner.type === 'Identifier' && inner['name'] === name) values.push(value);
    });
  });
  return values;
}

const isInside = (inner: Node, outer: Node): boolean =>
  outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];

const isParameter = (name: string, { type, params }: Node): boolean =>
  type !== 'FunctionDeclaration' &&
  ((params ?? []) as readonly Node[]).some((each) => each.type === 'Identifier' && each['name'] === name);
