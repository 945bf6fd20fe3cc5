/** Formats that are read line by line: Procfile, Makefile, shell scripts. */
import path from 'node:path';
import { ERREXIT, PLAIN, joined, slice, type Found, type MappedText } from '../found.ts';
import { isDevFolder, stageOfName } from '../stage.ts';

/** The lines with their offsets, without line ends. */
function* linesOf(text: string): Generator<{ readonly line: string; readonly start: number }> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    yield { line: text.slice(start, end).replace(/\r$/, ''), start };
    start = end + 1;
  }
}

export function readProcfile(text: string): readonly Found[] {
  const found: Found[] = [];
  for (const { line, start } of linesOf(text)) {
    const match = /^\ufeff?([\w-]+):\s*(.*?)\s*$/.exec(line);
    const [, name = '', command = ''] = match ?? [];
    if (command === '') continue;
    const from = start + line.indexOf(command, name.length + 1);
    const stage = name === 'release' ? 'release' : 'start';
    found.push({ ...slice(text, from, from + command.length), where: name, stage, shell: PLAIN });
  }
  return found;
}

/** Each line of a recipe has a shell of its own, and the first that fails ends the recipe. */
export function readMakefile(text: string): readonly Found[] {
  const found: Found[] = [];
  let target = '';
  const lines = [...linesOf(text)];
  for (let index = 0; index < lines.length; index++) {
    const { line, start } = lines[index] as (typeof lines)[number];
    if (!line.startsWith('\t')) {
      target =
        /^([^\s:#=][^:#=]*?)\s*::?(?!=)/.exec(line)?.[1] ?? (line.trim() === '' || line.startsWith('#') ? target : '');
      continue;
    }
    if (target === '') continue;
    const parts: MappedText[] = [];
    const prefix = /^\t\s*[@+-]*\s*/.exec(line)?.[0] ?? '\t';
    parts.push(slice(text, start + prefix.length, start + line.length));
    while (parts.at(-1)?.text.endsWith('\\') && index + 1 < lines.length) {
      index++;
      const more = lines[index] as (typeof lines)[number];
      parts.push(slice(text, more.start, more.start + more.line.length));
    }
    const minus = prefix.indexOf('-');
    found.push({
      ...joined(parts, '\n'),
      where: target,
      stage: stageOfName(target),
      shell: PLAIN,
      ...(minus === -1 ? {} : { failurePasses: { at: { start: start + minus, end: start + minus + 1 }, text: '-' } }),
    });
  }
  return found;
}

export function readShellScript(text: string, file: string): readonly Found[] {
  const start = text.startsWith('\ufeff') ? 1 : 0;
  const shebang = /^\ufeff?#!.*/.exec(text)?.[0] ?? '';
  return [
    {
      ...slice(text, start, text.length),
      where: path.posix.basename(file),
      stage: isDevFolder(file) ? 'dev' : stageOfName(path.posix.basename(file).replace(/\.\w+$/, '')),
      shell: /\s-\w*e/.test(shebang) ? ERREXIT : PLAIN,
    },
  ];
}
