import { qualified, quoteLiteral, strings, type LintFile, type LintStatement, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';
import { addedValue, usesOf } from './lib/enum-values.ts';

/** What runs in the same transaction; a DO block is one by itself. */
const unitOf = (statement: LintStatement): unknown => statement.transaction ?? statement.outer;

/** Since version 18, the values of a type that the same transaction has made may be used. */
const isFresh = (name: string, unit: unknown, before: LintStatement, file: LintFile): boolean =>
  file.pgVersion >= 18 &&
  file.all.some(
    (one) =>
      one.tag === 'CreateEnumStmt' &&
      unitOf(one) === unit &&
      // mutant: it is another statement
      one.range.start < before.range.start &&
      qualified(strings(one.node.typeName)).name === name,
  );

export const rule: SqlRule = {
  kind: 'sql',
  name: 'enum-value-used-before-commit',
  category: 'transaction',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'A value is added to an enum and used in the same transaction, which fails',
  on: {
    AlterEnumStmt(statement, file, report) {
      const added = addedValue(statement);
      const unit = unitOf(statement);
      if (!added || unit === undefined || isFresh(added.type.name, unit, statement, file)) return;
      for (const later of file.all) {
        // mutant: ADD VALUE itself uses nothing
        if (later.range.start < statement.range.start || unitOf(later) !== unit) continue;
        for (const at of usesOf(added, later, file.text))
          report({
            at,
            message: `${quoteLiteral(added.value)} is added to ${printedName(added.type)} in the same transaction: PostgreSQL refuses to use a new value before it is committed (55P04, unsafe use of new value).`,
            help:
              file.transactions.scope === 'all-pending'
                ? `${file.tool.title} runs all pending migrations in one transaction: deploy the new value first, and use it in a migration of a later deploy.`
                : 'Use the value in a later migration, which runs once this one is committed.',
          });
      }
    },
  },
};
