import type { HistoryRule } from '@idempotify/core';
import { fileOf, firstConflicts, printedFact, rangeOf } from './lib/history.ts';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'used-before-created',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'Something is used that only a later migration creates',
  check(history, report) {
    for (const { at, later } of firstConflicts(history, 'used-before-created')) {
      const where =
        later.file === at.file ? 'further down in this file' : `in ${fileOf(history, later, at)}, which runs later`;
      report(
        { file: at.file },
        {
          at: rangeOf(at),
          message: `This needs ${printedFact(later.fact)}, which is only created ${where}: the migration fails in an empty database.`,
          help: 'Move what creates it in front of this, or move this behind it.',
        },
      );
    }
  },
};
