/** What the readers of formats give back, and how text that was unescaped finds back to its file. */
import type { DeployStage, Range } from '@idempotify/core';

/** Text and where each of its UTF-16 units stands in the file. */
export interface MappedText {
  readonly text: string;
  offsetOf(index: number): number;
}

/** A command line before the shell's grammar has seen it. */
export interface Found extends MappedText {
  readonly where: string;
  readonly stage: DeployStage;
  readonly shell: { readonly errexit: boolean; readonly pipefail: boolean };
  readonly failurePasses?: { readonly at: Range; readonly text: string };
}

/** Reads one format. Throws `BrokenFile` for text that isn't of it. */
export type Reader = (text: string, path: string) => readonly Found[];

export class BrokenFile extends Error {
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

export const PLAIN = { errexit: false, pipefail: false } as const;
export const ERREXIT = { errexit: true, pipefail: false } as const;
export const STRICT = { errexit: true, pipefail: true } as const;

/** A part of the file as it is. */
export const slice = (file: string, start: number, end: number): MappedText => ({
  text: file.slice(start, end),
  offsetOf: (index) => start + index,
});

/** Text with the offset of each unit; the end is behind the last one unless it is given. */
export function mapped(text: string, offsets: readonly number[], end = (offsets.at(-1) ?? -1) + 1): MappedText {
  return { text, offsetOf: (index) => offsets[index] ?? end };
}

/** Puts texts behind each other; what is between them stands where the earlier one ends. */
export function joined(parts: readonly MappedText[], separator: string): MappedText {
  let text = '';
  const offsets: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      const before = parts[index - 1] as MappedText;
      for (const unit of separator) {
        text += unit;
        offsets.push(before.offsetOf(before.text.length));
      }
    }
    for (let at = 0; at < part.text.length; at++) offsets.push(part.offsetOf(at));
    text += part.text;
  }
  const last = parts.at(-1);
  return mapped(text, offsets, last?.offsetOf(last.text.length));
}

/** The arguments of an exec form as a shell would have to be told them. */
export function execForm(words: readonly MappedText[]): MappedText {
  // ENTRYPOINT ["sh", "-c"] leaves the only word of CMD to a shell
  if (words.length === 1 && /\s/.test(words[0]?.text ?? '')) return words[0] as MappedText;
  return joined(words.map(quotedWord), ' ');
}

function quotedWord(word: MappedText): MappedText {
  if (/^[\w@%+=:,./~-]+$/.test(word.text)) return word;
  let text = "'";
  const offsets = [word.offsetOf(0)];
  for (let at = 0; at < word.text.length; at++) {
    const unit = word.text.charAt(at);
    for (const each of unit === "'" ? "'\\''" : unit) {
      text += each;
      offsets.push(word.offsetOf(at));
    }
  }
  offsets.push(word.offsetOf(word.text.length));
  return mapped(`${text}'`, offsets, word.offsetOf(word.text.length));
}

const BACKSLASH: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  0: '\0',
  a: '\x07',
  v: '\v',
  e: '\x1b',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

/**
 * Finds each unit of a value in the source that a parser read it from: between `start` and `end`, without the quotes. Formats differ in
 * which white space they drop and fold, so a value's white space is found only nearly; everything else is found exactly.
 *
 * @param escapes 'backslash' = as JSON, TOML and YAML have them; 'doubled' = '' in YAML
 */
export function align(
  value: string,
  file: string,
  start: number,
  end: number,
  escapes: 'none' | 'doubled' | 'backslash',
): MappedText {
  const offsets: number[] = [];
  let at = start;
  /** What is written at `at`: its units, and how long it is. */
  const unitAt = (): { text: string; length: number } => {
    const first = file.charAt(at);
    if (escapes === 'doubled' && first === "'" && file.charAt(at + 1) === "'") return { text: "'", length: 2 };
    if (escapes !== 'backslash' || first !== '\\') return { text: first, length: 1 };
    const letter = file.charAt(at + 1);
    const digits = { x: 2, u: 4, U: 8 }[letter];
    if (digits === undefined) return { text: BACKSLASH[letter] ?? letter, length: 2 };
    const code = Number.parseInt(file.slice(at + 2, at + 2 + digits), 16);
    return { text: code <= 0x10ffff ? String.fromCodePoint(code) : '', length: 2 + digits };
  };
  const space = (text: string): boolean => text === ' ' || text === '\t' || text === '\n' || text === '\r';
  let index = 0;
  while (index < value.length) {
    const wanted = value.charAt(index);
    if (space(wanted)) {
      const unit = at < end ? unitAt() : undefined;
      offsets.push(at);
      index++;
      if (!unit || !space(unit.text)) continue;
      // CRLF is one line break in every one of these formats
      at += unit.text === '\r' && wanted === '\n' && file.charAt(at + 1) === '\n' ? 2 : unit.length;
      continue;
    }
    let unit = at < end ? unitAt() : undefined;
    // an escaped line break is white space that the value doesn't have
    while (unit && at < end && (space(unit.text) || (unit.length === 2 && /[\r\n]/.test(unit.text)))) {
      at += unit.length;
      unit = at < end ? unitAt() : undefined;
    }
    if (unit === undefined || !value.startsWith(unit.text, index) || unit.text === '') {
      offsets.push(Math.min(at, end));
      index++;
      continue;
    }
    for (let each = 0; each < unit.text.length; each++) offsets.push(at);
    index += unit.text.length;
    at += unit.length;
  }
  return mapped(value, offsets, at);
}
