import type { HistoryRule } from '@idempotify/core';
import { migrationName, versionOf } from './lib/history.ts';

/** What the words behind the number look like; undefined where they don't tell, as a single word in lower case. */
function styleOf(words: string): string | undefined {
  if (/\s/.test(words)) return 'with spaces';
  if (/^[a-z0-9]+(?:_+[a-z0-9]+)+$/.test(words)) return 'in snake_case';
  if (/^[a-z0-9]+(?:-+[a-z0-9]+)+$/.test(words)) return 'in kebab-case';
  if (/^[A-Za-z0-9]*[a-z][A-Z][A-Za-z0-9]*$/.test(words)) return 'in camelCase';
  return undefined;
}

/** What stands behind the number. */
const wordsOf = (name: string): string => name.replace(/^[VU]?[\d-]+[-_. ]*/i, '');

/** The value that comes up most, and how often. */
function most(values: readonly string[]): readonly [value: string, count: number] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
}

/** From so many names on, and with such a share, it is a habit. */
const ENOUGH = 5;
const SHARE = 0.8;

export const rule: HistoryRule = {
  kind: 'history',
  name: 'inconsistent-naming',
  category: 'history',
  severity: 'warning',
  presets: ['strict'],
  summary: 'A migration is named in another style than nearly all others',
  check(history, report) {
    const names = history.files.map(({ path }, file) => {
      const name = migrationName(path);
      const version = versionOf(path);
      const number = version === undefined ? 'no number' : `a number of ${version.length} digits`;
      return { file, number, style: styleOf(wordsOf(name)) };
    });
    const styled = names.flatMap(({ style }) => style ?? []);
    const [number, numbered] = most(names.map((one) => one.number));
    const [style, written] = most(styled);
    for (const one of names) {
      const different: string[] = [];
      if (one.number !== number && numbered >= Math.max(ENOUGH, SHARE * names.length))
        different.push(`has ${one.number} in front, nearly all others have ${number}`);
      if (one.style !== undefined && one.style !== style && written >= Math.max(ENOUGH, SHARE * styled.length))
        different.push(`is written ${one.style}, nearly all others ${style}`);
      if (different.length === 0) continue;
      report(
        { file: one.file },
        {
          message: `The name of this migration ${different.join('; it ')}. Names of different kinds are hard to find and may sort in an unexpected order.`,
          help: 'Name new migrations as the others are named. One that has been applied keeps its name: the tool knows it by that.',
        },
      );
    }
  },
};
