/** Names of files and folders, always with '/': what comes from Windows is converted at the door. */

export const slashes = (path: string): string => path.replaceAll('\\', '/');

export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder of a relative path; '' for a name without a folder. */
export const dirname = (path: string): string => {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
};

/** Joins two relative paths and resolves `.` and `..`; what leads above the start keeps its `..`. */
export function join(folder: string, relative: string): string {
  const parts: string[] = [];
  for (const part of `${folder}/${relative}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

export const isSql = (path: string): boolean => path.endsWith('.sql');

/** JavaScript or TypeScript, and no declarations. */
export const isScript = (path: string): boolean => /(?<!\.d)\.[cm]?[jt]s$/i.test(path);

/** What a migration may be written in. */
export const isMigrationFile = (path: string): boolean => isSql(path) || isScript(path);

/** Order by UTF-16 code unit, as `ls` in the C locale, Go, Rust and Node sort names. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts by a key that is worked out once per file. Equal keys are ordered by name. */
export function sortedBy<K>(
  files: readonly string[],
  key: (path: string) => K,
  compare: (a: K, b: K) => number,
): string[] {
  return files
    .map((path) => ({ path, key: key(path) }))
    .sort((a, b) => compare(a.key, b.key) || byName(a.path, b.path))
    .map((file) => file.path);
}

export const byNumber = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
