import { mayHoldLongName, truncateName, type SqlRule, type Statement } from '@idempotify/core';

type Token = Statement['tokens'][number];

/** Where a long name may stand; most statements hold none. */
const MAYBE_LONG = /[\w$]{64}|"(?:[^"]|""){64}|[^\0-\x7f]/;

/** The name that a token means, before it is cut. */
function nameOf({ kind, start, end }: Token, text: string): string | undefined {
  const written = text.slice(start, end);
  if (kind === 'word') return written.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : undefined;
}

export const rule: SqlRule = {
  kind: 'sql',
  name: 'identifier-too-long',
  category: 'guard',
  severity: 'warning',
  presets: ['recommended', 'rerun', 'squawk'],
  summary: 'A name of more than 63 bytes, which PostgreSQL cuts',
  squawk: ['identifier-too-long'],
  file(file, report) {
    // mutant: only saves time
    if (!mayHoldLongName(file.text)) return;
    const told = new Set<string>();
    for (const statement of file.all) {
      // mutant: only saves time
      if (!MAYBE_LONG.test(file.text.slice(statement.range.start, statement.range.end))) continue;
      for (const token of statement.tokens) {
        const name = nameOf(token, file.text);
        if (name === undefined || told.has(name)) continue;
        const cut = truncateName(name);
        if (cut === name) continue;
        told.add(name);
        report({
          at: { start: token.start, end: token.end },
          message: `PostgreSQL cuts names after 63 bytes: this one, of ${Buffer.byteLength(name)}, becomes ${cut}. What looks for the long name as text (a guard, an ORM, a diff of schemas) does not find it, and another long name may be cut to the same.`,
          help: 'Choose a name of at most 63 bytes; in an ORM, give the constraint or the index a name of your own (in Prisma: map).',
        });
      }
    }
  },
};
