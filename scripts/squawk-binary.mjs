// squawk as it was installed by npm, and the files that it is run on.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** squawk's native binary: its package's `squawk` command is a Node script that only starts it. */
export function squawkBinary() {
  const require = createRequire(createRequire(import.meta.url).resolve('squawk-cli/package.json'));
  const name = process.platform === 'win32' ? 'squawk.exe' : 'squawk';
  return require.resolve(`@squawk-cli/${process.platform}-${process.arch}/bin/${name}`);
}

/** The regular .sql files below a folder. @param {string} from @returns {string[]} */
export function sqlFiles(from) {
  return fs
    .readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
