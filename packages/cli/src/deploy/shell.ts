/** Found command lines become trees. Loaded when there is one. */
import type { ShellScript, ShellText, ShellWord } from '@idempotify/core';
import { parse } from 'unbash';
import { mapped, type MappedText } from './found.ts';

/** The tree is made when it is asked for; a text that isn't shell gives what can be read of it. */
export function shellText({ text, offsetOf }: MappedText): ShellText {
  let script: ShellScript | undefined;
  return {
    text,
    offsetOf,
    get script() {
      // unbash's nodes have at least what rules read; PowerShell or a template gives a tree with errors, never an exception
      return (script ??= parse(text) as ShellScript);
    },
  };
}

/** What a word of `text` says once its quotes are gone, with offsets in `text`. */
export function innerText(text: string, { value, pos, end }: Pick<ShellWord, 'value' | 'pos' | 'end'>): ShellText {
  const offsets: number[] = [];
  let at = pos;
  for (const unit of value.split('')) {
    // quotes and backslashes are all that the value lacks
    const found = text.indexOf(unit, at);
    if (found !== -1 && found < end) at = found + 1;
    offsets.push(Math.max(pos, at - 1));
  }
  return shellText(mapped(value, offsets, end));
}
