/** What the report says of a guard is what the guard does. */
import { createRewriter, type FileResult } from '@idempotify/codemods';
import { toolByName } from '@idempotify/core';
import { expect, test } from 'vitest';

const SETUP = 'CREATE TABLE t (id int, a text);';

function rewrite(migration: string): FileResult {
  const prisma = toolByName('prisma');
  if (!prisma) throw new Error('there is no tool "prisma"');
  return createRewriter({ guard: 'shape', pgVersion: 14 }, prisma, {
    before: () => [{ path: '0/migration.sql', read: () => SETUP }],
  }).rewrite({ path: '1/migration.sql', text: migration });
}

const raises = (text: string): boolean => text.includes('is there with another definition');

test.each([
  ['CREATE INDEX t_id ON t (id);', /^runs when it is missing, raises when something else is there$/, true],
  ['CREATE INDEX ON t (id);', /^runs when none of this definition is there; the name is .* not looked at$/, false],
  [
    'ALTER TABLE t ADD UNIQUE (id);',
    /^runs when none of this definition is there; the name is .* not looked at$/,
    false,
  ],
  [
    'ALTER TABLE t ADD COLUMN b int, DROP COLUMN a, ADD COLUMN a int;',
    /^runs when it has not been done, raises when /,
    true,
  ],
  [
    'DO $$ BEGIN ALTER TABLE t ADD COLUMN b int; UPDATE t SET b = random(); END $$;',
    /, raises when something else is/,
    true,
  ],
  [
    'ALTER TABLE t RENAME COLUMN a TO b;',
    /^runs while the old name is there; what bears the new name counts as /,
    false,
  ],
  ['ALTER TABLE t ALTER COLUMN id TYPE numeric USING id / 2.0;', /^runs when it has not been done$/, false],
] as const)('%s', (migration, message, raising) => {
  const { text, statements } = rewrite(migration);
  expect(statements.map(({ outcome }) => outcome)).toEqual(['guarded']);
  expect(statements[0]?.message).toMatch(message);
  expect(raises(text)).toBe(raising);
});

test("what stands behind the author's own check is not compared: another one of that name is the author's affair", () => {
  const { text } = rewrite(`DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b') THEN
    ALTER TABLE t ADD COLUMN b int;
  END IF;
  ALTER TABLE t ADD COLUMN IF NOT EXISTS c int;
  ALTER TABLE t ADD COLUMN d int;
  UPDATE t SET d = random();
END $$;`);
  expect(text).toContain(`ARRAY['d integer']`);
  expect(text).not.toContain('b integer');
  expect(text).not.toContain('c integer');
});
