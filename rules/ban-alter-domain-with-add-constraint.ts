import { qualified, strings, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';

/** AlterDomainType in src/include/nodes/parsenodes.h */
const CHECKS_ALL_ROWS: ReadonlySet<string> = new Set(['C', 'O']);

export const rule: SqlRule = {
  kind: 'sql',
  name: 'ban-alter-domain-with-add-constraint',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'A constraint is added to a domain: all tables that use it are checked while they are locked against writes',
  squawk: ['ban-alter-domain-with-add-constraint'],
  on: {
    AlterDomainStmt(statement, file, report) {
      const { node } = statement;
      if (!CHECKS_ALL_ROWS.has(node.subtype) || node.def?.Constraint.skip_validation) return;
      const domain = qualified(strings(node.typeName));
      if (file.isNew(domain, statement)) return;
      report({
        at: statement,
        message: `PostgreSQL checks every row of every table that has a column of the domain ${printedName(domain)}, and until that is done nobody can write to any of them.`,
        help:
          node.subtype === 'C'
            ? 'Add it with NOT VALID, which counts for new values at once, and check the old ones with ALTER DOMAIN … VALIDATE CONSTRAINT in a later transaction, at a quiet time. Or give the tables CHECK constraints instead.'
            : 'Give the columns of the tables NOT NULL one by one instead (see adding-not-nullable-field).',
      });
    },
  },
};
