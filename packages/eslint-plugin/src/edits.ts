import { type Edit, applyEdits } from '@idempotify/core';

export interface Fix {
  range: [number, number];
  text: string;
}

/** All edits of a finding as one, with the text between them. */
export function edited(text: string, edits: readonly Edit[]): Fix {
  const start = Math.min(...edits.map((edit) => edit.start));
  const end = Math.max(...edits.map((edit) => edit.end));
  const moved = edits.map((edit) => ({ start: edit.start - start, end: edit.end - start, text: edit.text }));
  return { range: [start, end], text: applyEdits(text.slice(start, end), moved) };
}
