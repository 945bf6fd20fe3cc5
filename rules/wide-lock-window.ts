import type { SqlRule } from '@idempotify/core';
import { locksOnOld } from './lib/locks.ts';
import { printedName } from './lib/names.ts';
import { together } from './lib/together.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'wide-lock-window',
  category: 'lock',
  severity: 'warning',
  presets: ['strict'],
  summary: 'One transaction keeps everybody out of several tables',
  options: {
    max: { default: 1, description: 'Tables of one transaction that are still fine.' },
  },
  file(file, report) {
    const max = file.option<number>('max');
    const locked = new Map<unknown, Set<string>>();
    for (const statement of file.all) {
      const unit = together(statement) ?? statement;
      const tables = locked.get(unit) ?? new Set<string>();
      locked.set(unit, tables);
      // once for each transaction
      if (tables.size > max) continue;
      for (const { relation, ofIndex } of locksOnOld(statement, file, 'ACCESS EXCLUSIVE'))
        if (!ofIndex) tables.add(printedName(relation));
      if (tables.size <= max) continue;
      report({
        at: statement,
        message: `With this statement the transaction keeps everybody out of ${[...tables].join(', ')} at once (ACCESS EXCLUSIVE): it holds the first lock while it waits for the next, and with a session that takes them in another order it ends in a deadlock.`,
        help: 'Change one table per transaction, in migrations of their own, and set lock_timeout.',
      });
    }
  },
};
