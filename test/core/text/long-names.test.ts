import { mayHoldLongName } from '@idempotify/core';
import { expect, it } from 'vitest';

const a = (count: number): string => 'a'.repeat(count);
const words = (count: number): string => ' b'.repeat(count);

it.each([
  a(64),
  `SELECT ${a(64)}`,
  `"${words(32)}"`,
  `"${a(40)}""${words(20)}"`,
  `"""${words(32)}"`,
  `"${'""'.repeat(64)}"`,
  `SELECT "x", "${words(40)}"`,
  'ä',
])('may hold one: %s', (text) => {
  expect(mayHoldLongName(text)).toBe(true);
});

it.each(['', a(63), `"${a(63)}"`, `"${words(31)}"`, `${a(63)} ${a(63)}`, `-- it's 5" ${words(60)}`])(
  'holds none: %s',
  (text) => {
    expect(mayHoldLongName(text)).toBe(false);
  },
);
