import { describe, expect, test } from 'vitest';
import { applyEdits, lineIndex } from '@idempotify/core';

describe('applyEdits', () => {
  test('leaves everything outside of the edits alone', () => {
    const text = '\ufeffa 😀\r\nb\tc\0';
    expect(applyEdits(text, [])).toBe(text);
    expect(
      applyEdits(text, [
        { start: 7, end: 8, text: 'X' },
        { start: 1, end: 2, text: '' },
        { start: text.length, end: text.length, text: '!' },
      ]),
    ).toBe('\ufeff 😀\r\nX\tc\0!');
  });

  test('insertions at one place keep their order and come before what is replaced there', () => {
    const edits = [
      { start: 1, end: 2, text: 'B' },
      { start: 1, end: 1, text: '<' },
      { start: 1, end: 1, text: '(' },
      { start: 2, end: 2, text: ')' },
    ];
    expect(applyEdits('abc', edits)).toBe('a<(B)c');
  });

  test.each([
    [
      [
        { start: 0, end: 2, text: '' },
        { start: 1, end: 3, text: '' },
      ],
    ],
    [
      [
        { start: 0, end: 3, text: '' },
        { start: 1, end: 1, text: 'x' },
      ],
    ],
    [
      [
        { start: 1, end: 2, text: '' },
        { start: 1, end: 2, text: '' },
      ],
    ],
    [[{ start: 2, end: 1, text: '' }]],
    [[{ start: -1, end: 1, text: '' }]],
    [[{ start: 0, end: 4, text: '' }]],
    [[{ start: NaN, end: 1, text: '' }]],
  ])('%j is refused', (edits) => {
    expect(() => applyEdits('abc', edits)).toThrow(RangeError);
  });
});

describe('lineIndex', () => {
  test.each([
    ['', 0, '1:1'],
    ['abc', 2, '1:3'],
    ['a\nb', 1, '1:2'],
    ['a\nb', 2, '2:1'],
    ['a\r\nb', 2, '1:3'],
    ['a\r\nb', 3, '2:1'],
    ['a\rb\r\rc', 5, '4:1'],
    ['\n\n', 2, '3:1'],
    ['😀x', 2, '1:3'],
    ['a\u2028b', 2, '1:3'],
    ['\ufeffab', 0, '1:1'],
    ['\ufeffab', 1, '1:1'],
    ['\ufeffab', 2, '1:2'],
    ['a\n', 99, '2:1'],
  ])('%j at %i is %s', (text, offset, expected) => {
    const { line, column } = lineIndex(text).at(offset);
    expect(`${line}:${column}`).toBe(expected);
  });
});
