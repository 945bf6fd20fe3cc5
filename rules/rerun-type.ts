import { objectName, truncateName, type Node } from '@idempotify/core';
import { exists, lastName, relationName, rerunRule, type Words } from './lib/rerun.ts';

const NO_CLAUSE = 'PostgreSQL has no IF NOT EXISTS for this';

export const rule = rerunRule({
  name: 'rerun-type',
  summary: 'A type or domain is made or added to, which fails the second time',
  words({ tag, node }): Words {
    const help = `${NO_CLAUSE}; --fix writes a guard that makes the type when it is missing and raises when another one is there.`;
    switch (tag) {
      case 'CompositeTypeStmt':
        return { error: exists('type', relationName(node.typevar)), help };
      case 'CreateDomainStmt':
        return { error: exists('type', lastName(node.domainname)), help };
      case 'DefineStmt':
        return { error: exists('type', lastName(node.defnames)), help };
      case 'AlterTableStmt':
        return attribute(node);
      case 'AlterDomainStmt':
        return domainConstraint(node);
      default:
        return { error: exists('type', lastName(node.typeName)), help };
    }
  },
});

/** ALTER TYPE … ADD ATTRIBUTE, DROP ATTRIBUTE. */
function attribute(node: Node): Words {
  const type = relationName(node.relation);
  const command: Node = node.cmds[0].AlterTableCmd;
  const name = truncateName(command.def?.ColumnDef?.colname ?? command.name);
  return {
    error:
      command.subtype === 'AT_AddColumn'
        ? { text: `column "${name}" of relation "${type}" already exists`, code: '42701' }
        : { text: `column "${name}" of relation "${type}" does not exist`, code: '42703' },
    help: 'DROP ATTRIBUTE knows IF EXISTS, ADD ATTRIBUTE needs a guard: --fix writes them.',
  };
}

function domainConstraint(node: Node): Words {
  const domain = objectName({ List: { items: node.typeName } }).name;
  // a constraint without a name raises no error
  const name = truncateName(node.def?.Constraint?.conname ?? '');
  return {
    error: { text: `constraint "${name}" for domain "${domain}" already exists`, code: '42710' },
    repeats: 'adds the same constraint once more, under another name',
    help: `${NO_CLAUSE}; --fix writes a guard that adds the constraint when it is missing.`,
  };
}
