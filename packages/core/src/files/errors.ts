/** What the operating system says, for people. */

/** The part of a system error that a person needs: `EACCES: permission denied` becomes "permission denied (EACCES)". */
export function systemMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  const known = MESSAGES[code];
  if (known !== undefined) return `${known} (${code})`;
  const match = /^[A-Z0-9_]+: (.*?)(?:, \w+(?: '.*)?)?$/s.exec(error.message);
  return match ? `${match[1]} (${code})` : error.message;
}

const MESSAGES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'too many symbolic links, or they form a loop',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  EIO: 'the disk reports an input/output error',
};

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
