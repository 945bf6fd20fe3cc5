/** Unified diffs as git writes them, so that `git apply` and `patch -p1` take them. */
import { OMIT_HEADERS, formatPatch, structuredPatch } from 'diff';

/** Milliseconds that looking for the shortest diff of one file may take; then all lines are shown as replaced. */
const TIME_LIMIT_MS = 2000;

/** @returns '' when the texts are the same */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return '';
  const patch = structuredPatch('', '', before, after, '', '', { context: 3, timeout: TIME_LIMIT_MS });
  const body = patch === undefined ? wholeReplaced(before, after) : formatPatch(patch, OMIT_HEADERS);
  return `--- ${headerName('a', path)}\n+++ ${headerName('b', path)}\n${body}`;
}

function headerName(side: 'a' | 'b', path: string): string {
  const name = `${side}/${path.replaceAll('\\', process.platform === 'win32' ? '/' : '\\').replace(/^\/+/, '')}`;
  if (!/["\\\p{Cc}]/u.test(name)) return name.includes(' ') ? `${name}\t` : name;
  const quoted = name.replace(/["\\\p{Cc}]/gu, (character) => {
    const named = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' }[character];
    if (named !== undefined) return named;
    // git quotes bytes, in octal
    return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `"${quoted}"`;
}

function wholeReplaced(before: string, after: string): string {
  const old = lines(before);
  const now = lines(after);
  const at = (count: number): string => (count === 0 ? '0,0' : `1,${count}`);
  return `@@ -${at(old.length)} +${at(now.length)} @@\n${marked('-', old)}${marked('+', now)}`;
}

const lines = (text: string): string[] => text.split(/(?<=\n)/).filter((line) => line !== '');

const marked = (mark: string, list: readonly string[]): string =>
  list.map((line) => (line.endsWith('\n') ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`)).join('');
