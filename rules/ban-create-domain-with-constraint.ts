import { qualified, strings, type Node, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

const HARMLESS: ReadonlySet<string> = new Set(['CONSTR_DEFAULT', 'CONSTR_NULL']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-create-domain-with-constraint',
  category: 'lock',
  severity: 'warning',
  presets: ['strict', 'squawk'],
  summary: 'A domain with constraints, which are hard to change once tables use it',
  squawk: ['ban-create-domain-with-constraint'],
  on: {
    CreateDomainStmt(statement, _file, report) {
      const { node } = statement;
      for (const { Constraint: constraint } of (node.constraints ?? []) as Node[]) {
        if (HARMLESS.has(constraint.contype)) continue;
        report({
          at: { start: statement.offsetOf(constraint.location), end: statement.range.end },
          message: `A constraint of the domain ${printedName(qualified(strings(node.domainname)))} counts for every table that will use it: adding such a column rewrites the table, and changing the constraint checks all of them while they are locked against writes.`,
          help: 'Leave the constraint out of the domain, and give the tables CHECK constraints, which can be added with NOT VALID one table at a time.',
        });
      }
    },
  },
};
