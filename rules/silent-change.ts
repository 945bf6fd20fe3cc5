import { noteRule } from './lib/notes.ts';

export const rule = noteRule({
  name: 'silent-change',
  category: 'data',
  severity: 'warning',
  summary: 'A call of a migration tool does something else than it says, without an error',
});
