/** Drizzle's list of migrations. */
import type { FolderView } from '@idempotify/core';

export const JOURNAL = 'meta/_journal.json';

export interface JournalEntry {
  readonly tag: string;
  /** Milliseconds since 1970. */
  readonly when: number;
  /** Of its tag in the text. */
  readonly at: { readonly start: number; readonly end: number };
}

/** undefined when there is none, or none that Drizzle could read. */
export function readJournal(folder: FolderView): readonly JournalEntry[] | undefined {
  if (!folder.exists(JOURNAL)) return undefined;
  const text = folder.read(JOURNAL);
  let entries: unknown;
  try {
    entries = (JSON.parse(text) as { entries?: unknown } | null)?.entries;
  } catch {
    return undefined;
  }
  if (!Array.isArray(entries)) return undefined;
  let from = 0;
  return entries.map((entry: { tag?: unknown; when?: unknown } | null): JournalEntry => {
    const tag = String(entry?.tag);
    const quoted = JSON.stringify(tag);
    const start = Math.max(text.indexOf(quoted, from), 0);
    from = start + quoted.length;
    return { tag, when: Number(entry?.when), at: { start, end: from } };
  });
}
