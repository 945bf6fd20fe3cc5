/** Dockerfile, Containerfile */
import path from 'node:path';
import type { DeployStage } from '@idempotify/core';
import { PLAIN, mapped, slice, type Found, type MappedText } from '../found.ts';
import { isDevFile, stageOfName } from '../stage.ts';
import { execFormOf } from './json.ts';

export function readDockerfile(text: string, file: string): readonly Found[] {
  const devFile = isDevFile(path.posix.basename(file));
  const escape = /^(?:#\s*\w+\s*=.*\r?\n)*#\s*escape\s*=\s*`/i.test(text) ? '`' : '\\';
  const found: Found[] = [];
  let dev = devFile;
  let shell: Found['shell'] = PLAIN;
  for (const { name, body, heredocs } of instructions(text, escape)) {
    if (name === 'FROM') {
      dev = devFile || stageOfName(/\sAS\s+(\S+)\s*$/i.exec(body.text)?.[1] ?? '') === 'dev';
      shell = PLAIN;
    } else if (name === 'SHELL') {
      shell = {
        errexit: /"-[a-z]*e/.test(body.text),
        pipefail: body.text.includes('pipefail'),
      };
    } else if (name === 'RUN' || name === 'CMD' || name === 'ENTRYPOINT') {
      const stage: DeployStage = dev ? 'dev' : name === 'RUN' ? 'build' : 'start';
      const flags = /^(?:--\w[\w-]*(?:=\S*)?\s+)*/.exec(body.text)?.[0].length ?? 0;
      const rest = part(body, flags);
      const only = /^(?:\S*\/)?(?:(?:ba|da|a|z)?sh((?:\s+-\w+)*)\s*)?<<-?(["']?)\w+\2\s*$/.exec(rest.text);
      const first = heredocs[0];
      if (only && first) {
        const options = only[1] ?? '';
        found.push({
          ...first,
          where: name,
          stage,
          shell: { ...shell, errexit: shell.errexit || /-\w*e/.test(options) },
        });
        continue;
      }
      const start = rest.offsetOf(0);
      const exec = rest.text.startsWith('[') ? execFormOf(text, start, start + rest.text.length) : undefined;
      found.push({ ...(exec ?? withHeredocs(rest, heredocs, text)), where: name, stage, shell: exec ? PLAIN : shell });
    }
  }
  return found;
}

interface Instruction {
  readonly name: string;
  readonly body: MappedText;
  readonly heredocs: readonly MappedText[];
}

const part = (whole: MappedText, start: number): MappedText => ({
  text: whole.text.slice(start),
  offsetOf: (index) => whole.offsetOf(start + index),
});

/** A heredoc that is something's input stays behind its command, as a shell has it. */
function withHeredocs(body: MappedText, heredocs: readonly MappedText[], text: string): MappedText {
  const last = heredocs.at(-1);
  if (!last) return body;
  const start = body.offsetOf(0);
  const end = text.indexOf('\n', last.offsetOf(last.text.length));
  return slice(text, start, end === -1 ? text.length : end);
}

function* instructions(text: string, escape: string): Generator<Instruction> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const lineEnd = (from: number): number => {
    const end = text.indexOf('\n', from);
    return end === -1 ? text.length : end;
  };
  while (at < text.length) {
    let end = lineEnd(at);
    const start = /^[ \t]*([A-Za-z]+)[ \t]+/.exec(text.slice(at, end));
    if (!start) {
      at = end + 1;
      continue;
    }
    // the lines of the instruction; comments and empty lines between them are not part of it
    let body = '';
    const offsets: number[] = [];
    const take = (from: number, to: number): void => {
      for (let index = from; index < to; index++) offsets.push(index);
      body += text.slice(from, to);
    };
    let from = at + start[0].length;
    for (;;) {
      const line = text.slice(from, end);
      const more = /[ \t\r]*$/.exec(line)?.index ?? line.length;
      const continued = line.charAt(more - 1) === escape;
      if (!continued || end >= text.length) {
        take(from, from + (continued ? more - 1 : more));
        break;
      }
      take(from, from + more - 1);
      do {
        from = end + 1;
        end = lineEnd(from);
      } while (from < text.length && /^[ \t]*(?:#|\r?$)/.test(text.slice(from, end)));
      if (from >= text.length) break;
    }
    const heredocs: MappedText[] = [];
    let next = end + 1;
    const name = (start[1] as string).toUpperCase();
    if (name === 'RUN') {
      for (const match of body.matchAll(/(?<!<)<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
        const close = new RegExp(`^${match[1] ? '\\t*' : ''}${match[3] ?? ''}\\r?$`, 'm');
        const rest = text.slice(next);
        const found = close.exec(rest);
        if (!found) break;
        heredocs.push(slice(text, next, next + found.index));
        next = lineEnd(next + found.index) + 1;
      }
    }
    yield { name, body: mapped(body, offsets, offsets.length === 0 ? from : undefined), heredocs };
    at = next;
  }
}
