/** What package.json says about the program. */
import fs from 'node:fs';

let version: string | undefined;

/** The version of idempotify. */
export function packageVersion(): string {
  version ??= (JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;
  return version;
}
