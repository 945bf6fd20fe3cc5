export interface LineIndex {
  /** 1-based line and column (UTF-16 units) of a UTF-16 offset. An offset behind the end counts as the end. */
  at(offset: number): { line: number; column: number };
}

/** Line starts of `text`; lines end at `\n`, `\r\n` or a lone `\r`. A BOM at the start takes no column. */
export function lineIndex(text: string): LineIndex {
  const starts: number[] = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x0a) starts.push(i + 1);
    else if (c === 0x0d && text.charCodeAt(i + 1) !== 0x0a) starts.push(i + 1);
  }
  return {
    at(offset) {
      const wanted = Math.min(offset, text.length);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= wanted) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: Math.max(wanted - starts[low]!, 0) + 1 };
    },
  };
}
