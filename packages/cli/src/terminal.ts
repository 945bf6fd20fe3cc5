/** What has to do with the terminal: colours, text that can't harm it, the progress line. */
import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/**
 * Colours only on a terminal. `--color` and `--no-color` decide, then NO_COLOR and FORCE_COLOR, then the stream.
 * (picocolors' own detection also colours when CI is set; a log file isn't a terminal.)
 */
export function colorsFor(stream: { isTTY?: boolean }, wanted?: boolean): Colors {
  const { env } = process;
  const automatic = env['NO_COLOR']
    ? false
    : env['FORCE_COLOR']
      ? env['FORCE_COLOR'] !== '0'
      : stream.isTTY === true && env['TERM'] !== 'dumb';
  return pc.createColors(wanted ?? automatic);
}

// Control characters, invisible and direction-changing ones, halves of surrogate pairs.
const UNSAFE = /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;
const UNSAFE_IN_LINE =
  /(?!\t)[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/**
 * File names, identifiers and messages come from outside: in here they can neither break a line of the report nor send
 * anything to the terminal.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** The same for one line of a file that is shown on a terminal; tabs stay. */
export function printableLine(line: string): string {
  return line.replace(UNSAFE_IN_LINE, escaped);
}

export interface Progress {
  update(done: number, total: number): void;
  /** Takes the line away, so that something else can be printed; it comes back with the next update. */
  clear(): void;
}

const SHOWN_AFTER_MS = 200;
const EVERY_MS = 80;
const ERASE_LINE = '\r\x1b[2K';

/**
 * One line on standard error, only on a terminal and only when the run takes longer than 200 ms.
 * @param line what it says
 */
export function progressLine(
  stream: NodeJS.WriteStream,
  startedAt: number,
  line = (done: number, total: number): string => `${done} of ${total} migrations …`,
): Progress {
  if (!stream.isTTY || process.env['TERM'] === 'dumb') return { update: () => undefined, clear: () => undefined };
  let visible = false;
  let last = 0;
  return {
    update(done, total) {
      const now = performance.now();
      if (now - startedAt < SHOWN_AFTER_MS || now - last < EVERY_MS) return;
      last = now;
      visible = true;
      stream.write(`${ERASE_LINE}${line(done, total)}`);
    },
    clear() {
      if (!visible) return;
      visible = false;
      stream.write(ERASE_LINE);
    },
  };
}
