/** Replaces `[start, end)` (UTF-16 offsets) by `text`; `start === end` inserts. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Applies edits that refer to the unchanged `text`, in any order; every other character stays. Insertions at the same
 * offset come out in the order given, and before a replacement that starts there.
 * @throws RangeError when edits overlap or lie outside of the text
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  // Array.prototype.sort is stable: equal positions keep their order
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let out = '';
  let at = 0;
  for (const edit of sorted) {
    if (!(edit.start >= 0 && edit.end >= edit.start && edit.end <= text.length)) {
      throw new RangeError(`edit ${edit.start}..${edit.end} lies outside of the text (0..${text.length})`);
    }
    if (edit.start < at) throw new RangeError(`edit ${edit.start}..${edit.end} overlaps the one that ends at ${at}`);
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}
