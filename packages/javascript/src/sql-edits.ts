/** Edits of a statement in a migration's SQL, as edits of the file: or why they can't be made there. */
import { isScript, type Edit, type Sections, type Tool } from '@idempotify/core';
import type { Migration, Placed } from './migration.ts';
import { SqlText } from './sql-text.ts';

export type SqlEdits =
  | { readonly kind: 'edits'; readonly edits: readonly Edit[] }
  | { readonly kind: 'refused'; readonly why: string; readonly advice: string };

const refused = (why: string, advice: string): SqlEdits => ({ kind: 'refused', why, advice });

/** @param edits of `migration.sql`, all in SQL of the author's */
export function sqlEdits(migration: Migration, edits: readonly Edit[]): SqlEdits {
  const placed = edits.map(({ start }) => migration.placedAt(start));
  if (!placed.every((of): of is Placed => of?.step.kind === 'sql'))
    return refused('it is no SQL of this file that would have to be changed', 'put a test in front of the call');
  if (placed.some(({ step }) => step.bindings)) {
    const advice = 'write the values into the SQL, or put a test in front of the call';
    if (edits.some(({ text }) => /^DO\b/.test(text.trimStart())))
      return refused('its values are sent apart from the SQL, and a DO block takes none', advice);
    if (edits.some(({ text }) => text.includes(';')))
      return refused('its values are sent apart from the SQL, and then it can be one statement only', advice);
  }
  if (edits.some(({ text }) => SqlText.hasPlaceholder(text)))
    return refused(
      'a part of it is only known when it runs, and a guard has to name it',
      'write the names down, or put a test in front of the call',
    );
  const inFile = migration.toEdits(edits);
  return inFile
    ? { kind: 'edits', edits: inFile }
    : refused(
        'its text is put together from several places, and none of them is this statement alone',
        'write it as one template or one string',
      );
}

/** The tool, for the SQL of a migration: all of it runs forwards, and is sent as the file says. */
export function toolOf(migration: Migration, tool: Tool): Tool {
  const own: Pick<Tool, 'sections' | 'transactions'> = {
    sections: wholeText,
    transactions: () => migration.transactions,
  };
  return { ...tool, ...own };
}

/** The tool, for a folder whose files in JavaScript and TypeScript have been made SQL. */
export const readAsSql = (tool: Tool): Tool => ({
  ...tool,
  sections: (text, path) => (isScript(path) ? wholeText(text) : tool.sections(text, path)),
});

const wholeText = (text: string): Sections => ({ up: [{ start: 0, end: text.length }], problems: [] });
