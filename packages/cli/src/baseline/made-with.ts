/**
 * What a baseline was made with, in a line of its head. Several tools have the same layout, and the wrong one's ledger must not be
 * written to; and a database can only be compared with the file when as much of it is read.
 */
import type { BaselineRunOptions } from './options.ts';

/** What says what is read, and what the file is called. */
const KEPT = ['name', 'variant', 'schema', 'exclude', 'grants', 'comments', 'owner', 'secrets'] as const;

export type MadeWith = Partial<Pick<BaselineRunOptions, (typeof KEPT)[number] | 'tool'>> & { readonly from?: 'dump' };

const LINE = /^-- Made by idempotify with (\{.*\})\s*$/m;
/** Tools put a few lines of their own in front. */
const HEAD_LENGTH = 4000;

/** @returns `sql` with the line below its first one */
export function withMade(sql: string, options: BaselineRunOptions, tool: string): string {
  const made = {
    tool,
    ...(options.fromDump === undefined ? {} : { from: 'dump' }),
    ...Object.fromEntries(KEPT.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]))),
  };
  // a `;` in a comment ends a statement for clients that split at it
  const line = JSON.stringify(made).replace(
    /[;\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return sql.replace('\n', () => `\n-- Made by idempotify with ${line}\n`);
}

export function madeWith(sql: string): MadeWith {
  const line = LINE.exec(sql.slice(0, HEAD_LENGTH))?.[1];
  try {
    const made = JSON.parse(line ?? '{}') as MadeWith;
    return Object.fromEntries(
      Object.entries(made).filter(
        ([name]) => name === 'tool' || name === 'from' || (KEPT as readonly string[]).includes(name),
      ),
    );
  } catch {
    return {}; // edited
  }
}
