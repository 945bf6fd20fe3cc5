import type { SqlRule } from '@idempotify/core';
import { catches, clearsTheWay, isAboutSecondRun, secondRunError } from './lib/second-run.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'guard-handler-misses-error',
  category: 'guard',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'An EXCEPTION part catches another error than the one that a second run raises',
  on: {
    DoStmt(statement, file, report) {
      for (const { statements, handlers } of file.codeOf(statement).blocks) {
        const conditions = handlers.flatMap((handler) => handler.conditions);
        if (!conditions.some(isAboutSecondRun)) continue;
        // what an error is caught for is not run again, nor what follows it
        for (const { statement: inner, conditional } of statements) {
          const error = conditional || clearsTheWay(inner, file) ? undefined : secondRunError(inner);
          if (!error) continue;
          if (!catches(conditions, error))
            report({
              at: inner.range,
              message: `A second run of this raises ${error.condition} (${error.code}), but the block catches ${conditions.join(', ')}: the migration fails although it looks guarded.`,
              help: `Catch what is raised: WHEN ${error.condition}. Asking the catalog in an IF is better: it hides no other error.`,
            });
          break;
        }
      }
    },
  },
};
