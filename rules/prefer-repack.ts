import { rangeVar, type LintFile, type LintStatement, type Node, type ReportFn, type SqlRule } from '@idempotify/core';
import { printedName } from './lib/names.ts';
import { isOn } from './lib/options.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'prefer-repack',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'VACUUM FULL or CLUSTER writes whole tables anew while they are locked',
  squawk: ['prefer-repack'],
  on: {
    VacuumStmt(statement, file, report) {
      const { node } = statement;
      if (!(node.options as Node[] | undefined)?.some(({ DefElem }) => DefElem.defname === 'full' && isOn(DefElem)))
        return;
      const tables = (node.rels as Node[] | undefined)?.map(({ VacuumRelation }) => VacuumRelation.relation);
      tell('VACUUM FULL', tables, statement, file, report);
    },
    ClusterStmt(statement, file, report) {
      const { relation } = statement.node;
      tell('CLUSTER', relation && [relation], statement, file, report);
    },
  },
};

function tell(
  what: string,
  tables: readonly Node[] | undefined,
  statement: LintStatement,
  file: LintFile,
  report: ReportFn,
): void {
  const old = tables?.map(rangeVar).filter((table) => !file.isNew(table, statement));
  if (old?.length === 0) return;
  report({
    at: statement,
    message: `${what} writes ${old ? old.map(printedName).join(', ') : 'all tables'} anew, with all indexes, and until that is done nobody can read or write ${old ? 'there' : 'the table that it is at'}.`,
    help:
      file.pgVersion >= 19
        ? 'REPACK (CONCURRENTLY) does it while everybody goes on. It is upkeep rather than a migration: run it apart from the deploy.'
        : 'The extension pg_repack does it while everybody goes on; often a plain VACUUM is enough. It is upkeep rather than a migration: run it apart from the deploy.',
  });
}
