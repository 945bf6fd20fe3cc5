/**
 * Three units meet here and nowhere else: tree locations are UTF-8 bytes, PostgreSQL's error positions are code
 * points, and every offset of ours is UTF-16.
 */

/** Converts positions in one text that was given to PostgreSQL into UTF-16 offsets in that text. */
export interface Units {
  /** UTF-8 byte offset -> UTF-16 offset. */
  fromBytes(byte: number): number;
}

const ASCII: Units = { fromBytes: (byte) => byte };

/**
 * @param text the text as PostgreSQL got it
 * @param byteLength its length in UTF-8
 */
export function units(text: string, byteLength: number): Units {
  if (byteLength === text.length) return ASCII;
  // bytes[k] is the byte offset just behind the k-th non-ASCII character, offsets[k] its UTF-16 offset; between two
  // of them both count alike.
  const bytes: number[] = [0];
  const offsets: number[] = [0];
  let byte = 0;
  for (let i = 0; i < text.length;) {
    const c = text.charCodeAt(i);
    if (c < 0x80) {
      i++;
      byte++;
      continue;
    }
    if (c < 0x800) byte += 2;
    else if (c >= 0xd800 && c < 0xdc00) {
      byte += 4;
      i++;
    } else byte += 3;
    i++;
    bytes.push(byte);
    offsets.push(i);
  }
  return {
    fromBytes(at) {
      let low = 0;
      let high = bytes.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (bytes[middle]! <= at) low = middle;
        else high = middle - 1;
      }
      return Math.min(offsets[low]! + at - bytes[low]!, offsets[low + 1] ?? text.length);
    },
  };
}

/** Number of code points -> UTF-16 offset in `text`, at most its length. */
export function fromCodePoints(text: string, count: number): number {
  let i = 0;
  while (count > 0 && i < text.length) {
    const c = text.charCodeAt(i);
    i += c >= 0xd800 && c < 0xdc00 && i + 1 < text.length ? 2 : 1;
    count--;
  }
  return i;
}
