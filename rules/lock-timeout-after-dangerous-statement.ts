import { lineIndex, type SqlRule } from '@idempotify/core';
import { heldUp } from './lib/locks.ts';
import { firstWithout, setLater } from './lib/timeouts.ts';

export const rule: SqlRule = {
  kind: 'sql',
  name: 'lock-timeout-after-dangerous-statement',
  category: 'lock',
  severity: 'warning',
  presets: ['recommended', 'squawk'],
  summary: 'lock_timeout is only set behind the statement that it should guard',
  squawk: ['require-lock-timeout', 'require-timeout-settings'],
  file(file, report) {
    const found = firstWithout(file, 'lock_timeout');
    const later = found && setLater(file, 'lock_timeout', found.statement);
    if (!later) return;
    const { statement, level, on } = found;
    const { line } = lineIndex(file.text).at(later.range.start);
    report({
      at: statement,
      message: `lock_timeout is only set on line ${line}, behind this statement, which waits without an end for its lock (${level}) on ${on}; ${heldUp(level)} behind it.`,
      help: 'Move the SET lock_timeout in front of it. SET LOCAL has to stand in the same transaction.',
    });
  },
};
