import { noteRule } from './lib/notes.ts';

export const rule = noteRule({
  name: 'ignored-guard',
  category: 'guard',
  severity: 'warning',
  summary: 'A migration tool ignores an option that looks like a guard',
});
