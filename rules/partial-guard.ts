import { noteRule } from './lib/notes.ts';

export const rule = noteRule({
  name: 'partial-guard',
  category: 'guard',
  severity: 'warning',
  summary: 'A guard of a migration tool covers only a part of what its call does',
});
