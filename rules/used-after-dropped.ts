import type { HistoryRule } from '@idempotify/core';
import { fileOf, firstConflicts, printedFact, rangeOf } from './lib/history.ts';

const GONE: Readonly<Record<string, string>> = { rename: 'renames', move: 'moves to another schema' };

export const rule: HistoryRule = {
  kind: 'history',
  name: 'used-after-dropped',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'Something is used that an earlier statement has dropped, renamed or moved',
  check(history, report) {
    for (const { at, dropped } of firstConflicts(history, 'used-after-dropped')) {
      const { op, to } = dropped.fact;
      const how = `${fileOf(history, dropped, at)} ${GONE[op] ?? 'drops'}${to === undefined ? '' : ` (${to})`}`;
      report(
        { file: at.file },
        {
          at: rangeOf(at),
          message: `This needs ${printedFact(at.fact)}, which ${how}: the migration fails.`,
          help: 'Use what has taken its place, or create it again first. To drop something that may be gone, say IF EXISTS.',
        },
      );
    }
  },
};
