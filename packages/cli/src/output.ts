/** Standard output and standard error: gathered, so that a long report is few system calls, and deaf once nobody listens any more. */
import { systemMessage } from '@idempotify/core';

const GATHERED = 1 << 16;

export interface Output {
  write(text: string): void;
  /** Bytes that are no text. */
  writeBytes(bytes: Uint8Array): void;
  flush(): void;
}

export function outputTo(stream: NodeJS.WriteStream, beforeWrite: () => void = () => undefined): Output {
  let gathered = '';
  const flush = (): void => {
    if (gathered === '') return;
    const text = gathered;
    gathered = '';
    if (!stream.writable) return;
    beforeWrite();
    stream.write(text);
  };
  return {
    write(text) {
      gathered += text;
      if (stream.isTTY || gathered.length > GATHERED) flush();
    },
    writeBytes(bytes) {
      flush();
      if (stream.writable) stream.write(bytes);
    },
    flush,
  };
}

/**
 * Keeps a stream that can't be written to from ending the process, whoever writes to it: the report may be lost, but the
 * work is not left half done. In `idempotify … | head` the reader has just seen enough, which is no fault. Anything else
 * (a full disk) is told, and makes the exit code 2.
 */
export function surviveOutputErrors(): void {
  const { stdout, stderr } = process;
  let told = false;
  const listen = (stream: NodeJS.WriteStream, name: string): void => {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || told) return;
      told = true;
      // not sooner: the exit code of the work comes later
      process.once('exit', () => (process.exitCode = 2));
      if (stderr.writable) stderr.write(`error: ${name} can not be written: ${systemMessage(error)}\n`);
    });
  };
  listen(stdout, 'standard output');
  listen(stderr, 'standard error');
}
