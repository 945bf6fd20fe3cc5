import type { SqlRule } from '@idempotify/core';
import { blocking, milliseconds, timeline, type Setting } from './lib/timeouts.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'lock-timeout-zero',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'lock_timeout is switched off for a statement that others have to queue up behind',
  file(file, report) {
    const told = new Set<Setting>();
    for (const { statement, current } of timeline(file, 'lock_timeout')) {
      if (!current || told.has(current) || milliseconds(current.value) !== 0) continue;
      const found = blocking(statement, file);
      if (!found) continue;
      told.add(current);
      report({
        at: current.statement,
        message: `0 switches lock_timeout off: a later statement waits without an end for its lock (${found.level}) on ${found.on}, and others queue up behind it.`,
        help: "Give it a time, for instance SET lock_timeout = '5s';, or leave the line out where the role has one.",
      });
    }
  },
};
