/** What files are going to look like. Several parts of the set-up may have something to say about the same file. */
import fs from 'node:fs';
import { errorCode, systemMessage } from '@idempotify/core';
import { UsageError } from '../errors.ts';
import { printable } from '../terminal.ts';

/** A file that is to be made or edited. */
export interface Change {
  /** Absolute. */
  readonly file: string;
  /** Undefined when there is no such file. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
  /** For new files; those that are there keep theirs. */
  readonly mode?: number;
  /** What it is for. */
  readonly why: readonly string[];
}

export class Draft {
  readonly #before = new Map<string, Buffer | undefined>();
  readonly #files = new Map<string, { text: string; mode?: number; why: string[] }>();
  /** What a person has to know or do, as sentences. */
  readonly notes: string[] = [];

  /** The text as it is planned so far; undefined when there is no such file. @throws UsageError */
  read(file: string): string | undefined {
    const planned = this.#files.get(file);
    return planned ? planned.text : this.#original(file)?.toString('utf8');
  }

  write(file: string, text: string, why: string, mode?: number): void {
    this.#original(file);
    const planned = this.#files.get(file);
    if (planned) {
      planned.text = text;
      planned.why.push(why);
    } else this.#files.set(file, { text, why: [why], ...(mode === undefined ? {} : { mode }) });
  }

  note(sentence: string): void {
    if (!this.notes.includes(sentence)) this.notes.push(sentence);
  }

  /** In the order in which they were planned, without what stays as it is. */
  changes(): readonly Change[] {
    return [...this.#files].flatMap(([file, { text, ...rest }]) => {
      const before = this.#before.get(file);
      const after = Buffer.from(text);
      return before?.equals(after) ? [] : [{ file, before, after, ...rest }];
    });
  }

  #original(file: string): Buffer | undefined {
    if (!this.#before.has(file)) this.#before.set(file, read(file));
    return this.#before.get(file);
  }
}

function read(file: string): Buffer | undefined {
  try {
    const bytes = fs.readFileSync(file);
    if (!Buffer.from(bytes.toString('utf8')).equals(bytes)) throw new Error('is not UTF-8');
    return bytes;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UsageError(`${printable(file)} can not be read: ${systemMessage(error)}`, { cause: error });
  }
}
