/** Every rule against its fixture. */
import { rules } from '@idempotify/rules';
import { describe, expect, it } from 'vitest';
import { expectedLines, fixCase, foundLines, readFixture, runCase } from './fixture.ts';

for (const rule of rules.filter(({ kind }) => kind === 'sql' || kind === 'history')) {
  describe(rule.name, () => {
    for (const one of readFixture(rule.name)) {
      it(`${one.title} (line ${one.line})`, () => {
        const found = runCase(rule, one);
        for (const file of one.files)
          expect(
            [...foundLines(found.get(file.path) ?? [])].sort(([a], [b]) => a - b),
            file.path,
          ).toEqual([...expectedLines(file)]);
        if (one.fixed !== undefined) expect(fixCase(rule, one)).toBe(one.fixed);
        for (const finding of [...found.values()].flat()) expect(finding.rule).not.toBe('syntax-error');
      });
    }
  });
}
