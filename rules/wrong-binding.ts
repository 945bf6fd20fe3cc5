import { noteRule } from './lib/notes.ts';

export const rule = noteRule({
  name: 'wrong-binding',
  category: 'data',
  severity: 'error',
  summary: 'A migration tool takes a part of the SQL for the place of a value',
});
