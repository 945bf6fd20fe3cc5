/** TypeORM: classes with `up(queryRunner: QueryRunner)`. Measured with 1.1.1; its API is that of 0.3 with more `ifExists`. */
import { propertyName, unwrap, type Node } from '../ast.ts';
import { Roles } from '../roles.ts';
import { sqlOf } from '../sql-text.ts';
import type { JsTool, ReadCall } from '../tool.ts';
import { methodsNamed } from '../up.ts';

/** `implements MigrationInterface`, also under a namespace. */
const isMigration = (owner: Node): boolean =>
  ((owner['implements'] ?? []) as readonly Node[]).some((each) => {
    const expression: Node = each['expression'];
    return (expression['name'] ?? expression['property']?.name) === 'MigrationInterface';
  });

const member = (role: string, property: string): string | undefined => {
  if (role === 'queryRunner')
    return { manager: 'manager', connection: 'connection', dataSource: 'connection' }[property];
  if (role === 'connection' && property === 'manager') return 'manager';
  return undefined;
};

export const typeorm: JsTool = {
  name: 'typeorm',
  recognises: (scope) =>
    scope.modules.has('typeorm') || methodsNamed(scope, 'up', (owner) => isMigration(owner)).length > 0,
  // JavaScript has no `implements`: there, any class with up and down that takes a query runner
  ups: (scope) => methodsNamed(scope, 'up', () => true),
  roles: (up, scope) => new Roles(scope, new Map(), member, up.owner).within(up.node, [], ['queryRunner']),
  read(site): ReadCall | undefined {
    const { node, roles } = site;
    if (node.type !== 'CallExpression') return undefined;
    const callee = unwrap(node['callee']);
    if (callee.type !== 'MemberExpression') return undefined;
    const method = propertyName(callee);
    const role = roles.of(callee['object']);
    if (role === undefined || method === undefined) return undefined;
    const what = `${roles.scope.source.slice(...callee['object'].range)}.${method}`;
    if (method === 'query') {
      const [literal, values] = node['arguments'] as readonly Node[];
      const sql = literal && sqlOf(literal, roles.scope);
      if (!literal || !sql)
        return { steps: [{ kind: 'opaque', site, node, what, parts: [], why: 'its SQL is not written here' }] };
      return {
        steps: [
          { kind: 'sql', site, node, what, parts: [{ sql, exact: true }], literal, bindings: values !== undefined },
        ],
      };
    }
    return undefined;
  },
  transactions(_scope, up) {
    const field = (up.owner?.['body']['body'] as readonly Node[] | undefined)?.find(
      (each) => each.type === 'PropertyDefinition' && propertyName(each) === 'transaction',
    );
    if (field?.['value']?.value === false)
      return {
        scope: 'statement',
        concurrently: 'yes',
        note: '`transaction = false`: TypeORM commits every statement on its own.',
      };
    return {
      scope: 'all-pending',
      concurrently: 'no',
      note: 'TypeORM runs all pending migrations in one transaction unless --transaction says otherwise.',
    };
  },
};
