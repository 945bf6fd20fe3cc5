/** Whether a text may hold a name that PostgreSQL cuts. */
const LONG = 64;
const QUOTE = 34;

const isNamePart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95 || c === 36;

/**
 * One pass over the characters tells nearly all texts that hold none.
 *
 * @returns true when it may, false when it certainly holds none
 */
export function mayHoldLongName(text: string): boolean {
  let word = 0;
  /** Where the text in quotes may have begun, and before the last quote. */
  let from = -1;
  let before = -1;
  let last = -2;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c > 127) return true;
    if (isNamePart(c)) {
      if (++word >= LONG) return true;
      continue;
    }
    word = 0;
    if (c !== QUOTE) continue;
    if (from >= 0 && at - from > LONG) return true;
    // a quote that is doubled ends nothing
    if (last === at - 1) {
      if (before >= 0) from = before;
    } else {
      before = from;
      from = at;
    }
    last = at;
  }
  return false;
}
