declare module 'pgpass/lib/helper.js' {
  import type { Stats } from 'node:fs';
  import type { Readable } from 'node:stream';

  interface Helper {
    /** Whether the file may be used: a plain file that nobody else can read. Says so on standard error when it may not. */
    usePgPass(stats: Stats, file: string): boolean;
    /** The password of the first line that fits. */
    getPassword(
      connection: { host: string; port: number; database: string; user: string },
      stream: Readable,
      done: (password: string | undefined) => void,
    ): void;
  }
  const helper: Helper;
  export default helper;
}
