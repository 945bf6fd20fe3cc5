import { objectName, qualified, strings, truncateName, type Node } from '@idempotify/core';
import { firstToFail, lastName, missing, relationName, rerunRule, type PostgresError } from './lib/rerun.ts';

export const rule = rerunRule({
  name: 'rerun-drop',
  summary: 'Something is dropped, and a second run no longer finds it',
  words: ({ tag, node }) => ({
    error: errorOf(tag, node),
    help: 'Write IF EXISTS; --fix adds it, or a guard where a second run could drop something that was made later under the same name.',
  }),
});

/** What PostgreSQL calls it, and its code. */
const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  OBJECT_TABLE: ['table', '42P01'],
  OBJECT_VIEW: ['view', '42P01'],
  OBJECT_MATVIEW: ['materialized view', '42P01'],
  OBJECT_SEQUENCE: ['sequence', '42P01'],
  OBJECT_FOREIGN_TABLE: ['foreign table', '42P01'],
  OBJECT_INDEX: ['index', '42704'],
  OBJECT_TYPE: ['type', '42704'],
  OBJECT_DOMAIN: ['type', '42704'],
  OBJECT_SCHEMA: ['schema', '3F000'],
  OBJECT_EXTENSION: ['extension', '42704'],
  OBJECT_PUBLICATION: ['publication', '42704'],
  OBJECT_FOREIGN_SERVER: ['server', '42704'],
  OBJECT_EVENT_TRIGGER: ['event trigger', '42704'],
};

const ON: Readonly<Record<string, readonly [string, string]>> = {
  OBJECT_TRIGGER: ['trigger', 'table'],
  OBJECT_POLICY: ['policy', 'table'],
  OBJECT_RULE: ['rule', 'relation'],
};

function errorOf(tag: string, node: Node): PostgresError | undefined {
  switch (tag) {
    case 'AlterTableStmt': {
      const table = relationName(node.relation);
      const command = firstToFail(node);
      const name = truncateName(command.name);
      if (command.subtype === 'AT_DropColumn')
        return { text: `column "${name}" of relation "${table}" does not exist`, code: '42703' };
      if (command.subtype === 'AT_DropConstraint')
        return { text: `constraint "${name}" of relation "${table}" does not exist`, code: '42704' };
      if (command.subtype === 'AT_DropIdentity')
        return { text: `column "${name}" of relation "${table}" is not an identity column`, code: '55000' };
      return undefined;
    }
    case 'AlterDomainStmt':
      return {
        text: `constraint "${truncateName(node.name)}" of domain "${lastName(node.typeName)}" does not exist`,
        code: '42704',
      };
    case 'DropRoleStmt':
      return missing('role', truncateName(node.roles[0].RoleSpec.rolename ?? ''));
    case 'DropStmt': {
      const first: Node = node.objects[0];
      const kind = KINDS[node.removeType];
      // what is not in the search_path is called by its whole name
      if (kind) return missing(kind[0], printed(kind[0], first), kind[1]);
      const on = ON[node.removeType];
      if (!on) return undefined;
      const parts = strings(first.List.items);
      const relation = qualified(parts.slice(0, -1)).name;
      return { text: `${on[0]} "${parts.at(-1)}" for ${on[1]} "${relation}" does not exist`, code: '42704' };
    }
    default:
      return undefined;
  }
}

/** The messages for types and sequences of relations differ: a type is told with its schema. */
function printed(kind: string, object: Node): string {
  const { schema, name } = objectName(object);
  return kind === 'type' && schema !== undefined ? `${schema}.${name}` : name;
}
