import type { HistoryRule } from '@idempotify/core';
import { fileOf, firstConflicts, printedFact, rangeOf } from './lib/history.ts';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'created-twice',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'Something is created that an earlier migration has created and nothing has dropped',
  check(history, report) {
    for (const { at, earlier } of firstConflicts(history, 'created-twice')) {
      const renamed = at.fact.op !== 'create';
      report(
        { file: at.file },
        {
          at: rangeOf(at),
          message: renamed
            ? `${capital(printedFact(at.fact))} gets the name ${at.fact.to ?? ''}, which ${fileOf(history, earlier, at)} has already given away: this migration fails in every database that all migrations before it have run in.`
            : `${capital(printedFact(at.fact))} is created in ${fileOf(history, earlier, at)} already: this migration fails in every database that all migrations before it have run in.`,
          help: 'Drop the older one first, give this one another name, or take the repetition out. IF NOT EXISTS only hides it: whatever differs between the two is then silently missing.',
        },
      );
    }
  },
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
