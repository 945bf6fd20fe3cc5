import { basename, byName, byNumber, isSql } from './paths.ts';
import { wholeFile } from './text.ts';
import type { Tool } from './types.ts';

/** U is a migration here too (one that may come out of order), not an undo script as in Flyway. */
const named = /^[UV](\d+)(?:\.\d+)?__\w+\.sql$/;

export const refinery: Tool = {
  name: 'refinery',
  title: 'refinery',
  detect(folder) {
    if (!folder.files.some((path) => named.test(basename(path)))) return 0;
    return folder.parentRead('Cargo.toml')?.includes('refinery') || folder.parentHas('refinery.toml') ? 96 : 0;
  },
  select(files) {
    const sql = files.filter(isSql);
    const up = sql
      .filter((path) => named.test(basename(path)))
      .map((path) => ({ path, version: BigInt(named.exec(basename(path))?.[1] ?? 0) }))
      .sort((a, b) => byNumber(a.version, b.version) || byName(a.path, b.path));
    return {
      up: up.map((file) => file.path),
      ignored: sql
        .filter((path) => !named.test(basename(path)))
        .map((path) => ({ path, reason: 'not named V<version>__<name>.sql' })),
    };
  },
  sections: wholeFile,
  transactions: () => ({ scope: 'file', concurrently: 'no' }),
  edited:
    'refinery keeps a SipHash of name, version and content and stops with a divergence error when an applied file has changed, unless set_abort_divergent(false) is set. No statements are written for it.',
};
