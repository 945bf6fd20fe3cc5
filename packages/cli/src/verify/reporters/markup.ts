/**
 * Markup with text in it. A template escapes everything that is put into it unless it is markup already, so that
 * escaping cannot be forgotten; `escaped` is the only way for text to get in. What comes out is XML as well as HTML.
 */
import { visible } from './words.ts';

export interface Markup {
  readonly source: string;
}

type Content = string | number | undefined | Markup | readonly Markup[];

export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { source: strings.reduce((all, string, at) => all + sourceOf(contents[at - 1]) + string) };
}

function sourceOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string' || typeof content === 'number') return escaped(`${content}`);
  return 'source' in content ? content.source : content.map(({ source }) => source).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For elements and for quoted attributes. */
const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** A table that scrolls by itself where the page is narrow: for the keyboard, too, hence the region. */
export const scrolling = (label: string, table: Markup): Markup =>
  markup`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>\n`;
