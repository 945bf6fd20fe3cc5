/** A tool's guards as a transform of jscodeshift: `npx jscodeshift -t … migrations/`. */
import { toolByName } from '@idempotify/core';
import type { API, FileInfo, Options } from 'jscodeshift';
import { rewriteJavaScript } from './rewrite.ts';
import type { Guards } from './types.ts';

export type Transform = (file: FileInfo, api: API, options: Options) => string;

/**
 * Options of the command line: `--pg-version=13`, `--guard=shape|name`. A file alone knows nothing of the migrations before it; where
 * that matters, `idempotify rewrite` knows more.
 */
export function transformOf(guards: Guards): Transform {
  return (file, api, options) => {
    const tool = toolByName(guards.tool.name);
    if (!tool) throw new Error(`no migration tool is called ${guards.tool.name}`);
    const result = rewriteJavaScript(
      { path: file.path, text: file.source },
      {
        guards,
        tool,
        options: {
          guard: options['guard'] === 'name' ? 'name' : 'shape',
          pgVersion: Number(options['pgVersion'] ?? options['pg-version'] ?? 13),
        },
        history: () => undefined,
      },
    );
    for (const { line, column, message } of result.problems) api.report(`${file.path}:${line}:${column} ${message}`);
    for (const { line, column, outcome, kind, subject, message, advice } of result.statements)
      if (outcome === 'refused')
        api.report(
          `${file.path}:${line}:${column} refused: ${kind} ${subject}: ${message}${advice === undefined ? '' : ` (${advice})`}`,
        );
    for (const note of result.notes) api.report(`${file.path}: ${note}`);
    // the same text counts as unmodified, nothing as skipped
    return result.text;
  };
}
