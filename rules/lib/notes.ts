/** Rules that tell what a migration tool's API makes of a call: the reader of the tool's migrations has noted it. */
// mutants: test/rules/scripts.test.ts
import type { Category, ScriptRule, Severity } from '@idempotify/core';

interface NoteRule {
  /** As in the notes. */
  readonly name: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly summary: string;
}

export const noteRule = ({ name, category, severity, summary }: NoteRule): ScriptRule => ({
  kind: 'script',
  name,
  category,
  severity,
  presets: category === 'guard' ? ['recommended', 'rerun'] : ['recommended'],
  summary,
  check({ notes }, report) {
    for (const { rule, at, message, help } of notes) if (rule === name) report({ at, message, help });
  },
});
