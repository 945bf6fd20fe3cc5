/** What comments say to the rewriter of migrations in JavaScript. */
import { guardsOf, rewriteJavaScript } from '@idempotify/codemods/js';
import { toolByName } from '@idempotify/core';
import { describe, expect, it } from 'vitest';

const rewrite = (body: string, before = ''): ReturnType<typeof rewriteJavaScript> =>
  rewriteJavaScript(
    {
      path: '1700000000000-a.ts',
      text: `${before}import 'typeorm';\nexport class A1 {\n  async up(q) {\n${body}\n  }\n}\n`,
    },
    {
      guards: guardsOf('typeorm')!,
      tool: toolByName('typeorm')!,
      options: { guard: 'shape', pgVersion: 14 },
      history: () => undefined,
    },
  );
const outcomes = (result: ReturnType<typeof rewriteJavaScript>): string[] =>
  result.statements.map(({ outcome }) => outcome);

describe('comments that disable', () => {
  it.each([
    [
      'the next statement',
      `// idempotify-disable-next-statement -- by hand\nawait q.query('DROP TABLE a');\nawait q.query('DROP TABLE b');`,
    ],
    [
      'a rule about reruns',
      `// idempotify-disable-next-statement rerun-drop -- by hand\nawait q.query('DROP TABLE a');\nawait q.query('DROP TABLE b');`,
    ],
    [
      'the line',
      `await q.query('DROP TABLE a'); // idempotify-disable-line -- by hand\nawait q.query('DROP TABLE b');`,
    ],
    [
      'in SQL',
      "await q.query(`-- idempotify-disable-next-statement -- by hand\nDROP TABLE a`);\nawait q.query('DROP TABLE b');",
    ],
    [
      'a call of the builder',
      `// idempotify-disable-next-statement -- by hand\nawait q.dropTable('a');\nawait q.query('DROP TABLE b');`,
    ],
  ])('%s', (_title, body) => {
    const result = rewrite(body);
    expect(outcomes(result)).toEqual(['disabled', 'native']);
    expect(result.text).toContain('DROP TABLE IF EXISTS b');
    expect(result.text).not.toMatch(/IF EXISTS a|dropTable\('a', /);
  });
  it('the file', () => {
    const result = rewrite(`await q.query('DROP TABLE a');`, '// idempotify-disable-file -- applied everywhere\n');
    expect(result.changed).toBe(false);
    expect(outcomes(result)).toEqual(['disabled']);
  });
  it('are void without a reason, and about other rules no business of the rewriter', () => {
    const unreasoned = rewrite(`// idempotify-disable-next-statement\nawait q.query('DROP TABLE a');`);
    expect(unreasoned.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '4:1 a comment that disables needs a reason: // idempotify-disable-next-statement -- why',
    ]);
    expect(
      outcomes(rewrite(`// idempotify-disable-next-statement ban-drop-table -- gone\nawait q.query('DROP TABLE a');`)),
    ).toEqual(['native']);
  });
});
