import { atlasBaseline } from './atlas-baseline.ts';
import type { Range } from '../parse/index.ts';
import { byName, isSql } from './paths.ts';
import { bomLength, isBlank, lines, wholeFile } from './text.ts';
import type { Tool } from './types.ts';

/** Directives stand in comment lines at the top of the file, and an empty line has to follow them. */
function directives(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let end = 0;
  let count = 0;
  for (const line of lines(text)) {
    if (!/^(#|--)/.test(line.text)) break;
    const match = /^[ -~]*?atlas:(\w+)(?: +(.+))?$/.exec(line.text.trim());
    if (match) found.set(match[1] ?? '', match[2] ?? '');
    count++;
    end = line.next;
  }
  const detached = end >= text.length || /^[ \t]*\r?\n/.test(text.slice(end));
  return count > 0 && detached ? found : new Map();
}

/** Where a custom delimiter stands outside of quotes, dollar quotes, comments and parentheses, as Atlas' scanner sees it. */
function chunks(text: string, start: number, delimiter: string): Range[] {
  const ranges: Range[] = [];
  const skip = /\$(?:[A-Za-z\u00C8-\u00FF_][\w\u00C8-\u00FF]*)?\$|'[^']*'|"[^"]*"|`[^`]*`|--[^\n]*\n|\/\*[\s\S]*?\*\//y;
  let depth = 0;
  let from = start;
  let at = start;
  const push = (end: number) => {
    const range = { start: from, end };
    if (!isBlank(text, range)) ranges.push(range);
  };
  while (at < text.length) {
    const quoted = /['"`]/.test(text[at] ?? '');
    if (depth === 0 && !quoted && text.startsWith(delimiter, at)) {
      push(at);
      at += delimiter.length;
      from = at;
      continue;
    }
    skip.lastIndex = at;
    const skipped = skip.exec(text)?.[0];
    if (skipped?.startsWith('$')) {
      const end = text.indexOf(skipped, at + skipped.length);
      at = end < 0 ? text.length : end + skipped.length;
      continue;
    }
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth = Math.max(0, depth - 1);
    at++;
  }
  push(text.length);
  return ranges;
}

const tool: Omit<Tool, 'baseline'> = {
  name: 'atlas',
  title: 'Atlas',
  noTransaction: '-- atlas:txmode none, on the first line with an empty line behind it',
  detect: (folder) => (folder.exists('atlas.sum') ? 82 : 0),
  select(files) {
    const ignored = [];
    const up = [];
    for (const path of files.filter(isSql)) {
      if (path.includes('/')) ignored.push({ path, reason: 'Atlas does not look into subfolders' });
      else if (/_checkpoint\.sql$/.test(path))
        ignored.push({ path, reason: 'checkpoint: it stands in for the earlier migrations in a new database' });
      else up.push(path);
    }
    return { up: up.sort(byName), ignored };
  },
  sections(text) {
    const delimiter = /^-- atlas:delimiter +(.+)/.exec(text)?.[1];
    const firstBreak = text.indexOf('\n');
    if (delimiter === undefined || firstBreak < 0) return wholeFile(text);
    const unescaped = delimiter
      .replace(/\r$/, '')
      .replace(/\\([nrt])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? '');
    return { up: chunks(text, Math.max(firstBreak + 1, bomLength(text)), unescaped), problems: [] };
  },
  transactions: (text) =>
    directives(text).get('txmode') === 'none'
      ? {
          scope: 'statement',
          concurrently: 'yes',
          note: '-- atlas:txmode none: a run may stop between any two statements; Atlas goes on behind the last one that it has recorded.',
        }
      : {
          scope: 'file',
          concurrently: 'no',
          note: 'One transaction per file, or one over all pending files with --tx-mode all.',
        },
  edited:
    'Atlas refuses a folder whose files differ from atlas.sum: run `atlas migrate hash` after any edit. It does not run an edited file again that was applied.',
};

export const atlas: Tool = { ...tool, baseline: atlasBaseline(tool) };
