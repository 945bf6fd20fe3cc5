/** Rewrites the files of a folder whose tool has migrations in JavaScript or TypeScript, and its SQL files with them. */
import { isScript, PastMigrations, type PastFile, type Tool } from '@idempotify/core';
import { readAsSql, sqlIn } from '@idempotify/javascript';
import { createRewriter, type HistorySource, type RewriteOptions, type Rewriter } from '../sql/rewriter.ts';
import { rewriteJavaScript } from './rewrite.ts';
import type { Guards } from './types.ts';

export function createScriptRewriter(
  options: RewriteOptions,
  tool: Tool,
  guards: Guards,
  source: HistorySource,
): Rewriter {
  const asSql = readAsSql(tool);
  const past = new PastMigrations(options.pgVersion, asSql);
  const known = new Map<string, PastFile>();
  const inSql = (file: PastFile): PastFile => {
    let read = known.get(file.path);
    if (!read) {
      let text: string | undefined;
      read = {
        path: file.path,
        read: () => (text ??= isScript(file.path) ? sqlIn(file.read(), file.path, tool) : file.read()),
      };
      known.set(file.path, read);
    }
    return read;
  };
  const before = (path: string): PastFile[] => source.before(path).map(inSql);
  const sql = createRewriter(options, asSql, { before });
  return {
    rewrite: (file) =>
      isScript(file.path)
        ? rewriteJavaScript(file, { guards, options, tool, history: () => past.upTo(before(file.path)) })
        : sql.rewrite(file),
  };
}
