/** Standard output: gathered, so that a long report is few system calls, and deaf once nobody listens any more. */

const GATHERED = 1 << 16;

export interface Output {
  write(text: string): void;
  /** Bytes that are no text. */
  writeBytes(bytes: Uint8Array): void;
  flush(): void;
}

export function outputTo(stream: NodeJS.WriteStream, beforeWrite: () => void = () => undefined): Output {
  let gathered = '';
  let open = true;
  // `idempotify … | head`: the reader has gone, the work goes on
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    open = false;
  });
  const flush = (): void => {
    if (gathered === '') return;
    const text = gathered;
    gathered = '';
    if (!open) return;
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
      if (open) stream.write(bytes);
    },
    flush,
  };
}
