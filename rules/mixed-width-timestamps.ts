import type { HistoryRule } from '@idempotify/core';
import { comesAfter, readVersion, type ReadVersion } from './lib/order.ts';

export const rule: HistoryRule = {
  kind: 'history',
  name: 'mixed-width-timestamps',
  category: 'history',
  severity: 'warning',
  presets: ['recommended'],
  summary:
    'Numbers of different lengths in front of names: the tool runs the migrations in another order than people read them',
  check(history, report) {
    const told = new Set<number>();
    let last: { readonly file: number; readonly version: ReadVersion } | undefined;
    for (const [file, { path }] of history.files.entries()) {
      const version = readVersion(path);
      if (!version) continue;
      if (!last || !comesAfter(last.version, version)) {
        last = { file, version };
        continue;
      }
      // one of the same length stands where its number says; another rule looks at the order of a journal
      if (last.version.digits.length === version.digits.length || told.has(last.file)) continue;
      told.add(last.file);
      report(
        { file: last.file },
        {
          message: `The number in front of this migration has ${last.version.digits.length} digits, that of ${path} has ${version.digits.length}: by their dates this one comes later, but ${history.tool.title} runs it first.`,
          help: 'Give all numbers the same length. A migration that has been applied is known by its name: rename it only together with what the tool has recorded.',
        },
      );
    }
  },
};
