/** The SQL of a baseline in a migration that is a program. */
import { isBaseline } from '@idempotify/database';
import { type Node, parseJavaScript, walkTree } from '@idempotify/javascript';

type Template = Node & { quasis: readonly { value: { cooked: string | null } }[]; expressions: readonly Node[] };
type Call = Node & {
  callee: Node & { property?: Node & { name?: string }; object?: Node & { name?: string } };
  arguments: Node[];
};

/**
 * As it is sent to the server: the one template literal that holds a baseline.
 * @param path only its ending is looked at
 * @returns undefined when there is none, or it was edited into something that only the program itself could put together
 */
export function embeddedSql(text: string, path: string): string | undefined {
  const parsed = parseJavaScript(text, path);
  if (parsed.kind === 'broken') return undefined;
  const found: string[] = [];
  const throughRaw = new Set<Node>();
  walkTree(parsed.program, (node) => {
    if (node.type === 'CallExpression') {
      const { callee, arguments: given } = node as Call;
      // knex.raw() takes `?` for a parameter, and `\?` for itself
      if (callee.property?.name === 'raw' && callee.object?.name === 'knex' && given[0]) throughRaw.add(given[0]);
    }
    if (node.type !== 'TemplateLiteral') return;
    const { quasis, expressions } = node as Template;
    const sql = quasis[0]?.value.cooked;
    if (expressions.length > 0 || typeof sql !== 'string' || !isBaseline(sql)) return;
    found.push(throughRaw.has(node) ? sql.replaceAll('\\?', '?') : sql);
  });
  return found.length === 1 ? found[0] : undefined;
}
