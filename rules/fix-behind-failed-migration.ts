import type { Conflict, Fact, HistoryRule, LintHistory, Placed } from '@idempotify/core';
import { printedFact, rangeOf } from './lib/history.ts';

/** What a later file has to do with the object of a conflict so that the file would have worked. */
const REPAIRS: Readonly<Record<Conflict['kind'], (fact: Fact) => boolean>> = {
  'created-twice': ({ op }) => op === 'drop' || op === 'rename',
  'used-before-created': ({ op }) => op === 'create',
  'used-after-dropped': ({ op }) => op === 'create',
};

const isSame = (a: Fact, b: Fact): boolean =>
  a.cls === b.cls &&
  a.name === b.name &&
  (a.schema ?? 'public') === (b.schema ?? 'public') &&
  a.on?.name === b.on?.name;

function repairOf(history: LintHistory, { kind, at }: Conflict): Placed | undefined {
  for (const [file, { facts }] of history.files.entries()) {
    if (file <= at.file) continue;
    const fact = facts.find((one) => isSame(one, at.fact) && REPAIRS[kind](one));
    if (fact) return { file, fact };
  }
  return undefined;
}

export const rule: HistoryRule = {
  kind: 'history',
  name: 'fix-behind-failed-migration',
  category: 'history',
  severity: 'error',
  presets: ['recommended', 'rerun'],
  summary: 'A migration repairs what an earlier one fails at, and is therefore never reached',
  check(history, report) {
    for (const conflict of history.replay.conflicts) {
      const repair = repairOf(history, conflict);
      if (!repair) continue;
      report(
        { file: repair.file },
        {
          at: rangeOf(repair),
          message: `This puts ${printedFact(conflict.at.fact)} right, but ${history.files[conflict.at.file]?.path ?? ''} fails because of it first, and nothing behind a failed migration is run.`,
          help: 'Correct the migration that fails: where it has failed, it is recorded nowhere as done, so editing it is safe.',
        },
      );
    }
  },
};
