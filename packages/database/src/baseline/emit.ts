/** The text of a baseline: one guarded block for what belongs together. */
import { dollarQuote, OWN_TAG } from '@idempotify/core';
import type { BaselineObject, Key, Kind, Part, Step } from './types.ts';

/**
 * @param parts in the order in which they are made; none is left when they are done
 * @param dress what each part wears beside its own steps: owner, comments, grants
 */
export function blocks(parts: Part[], dress: ReadonlyMap<Key, readonly Step[]>): BaselineObject[] {
  const objects: BaselineObject[] = [];
  let group: Part[] = [];
  const flush = (): void => {
    const [first] = group;
    if (!first) return;
    const body = group.flatMap((part) => branches(part, dress.get(part.key) ?? []));
    if (body.length > 0) {
      const { kind, schema, name } = first;
      const beside = group.flatMap((part) =>
        part === first || isLink(part.kind) || part.missing === 'false' ? [] : [{ kind: part.kind, name: part.name }],
      );
      objects.push({ kind, schema, name, sql: `${comment(`${kind} ${name}`)}\n${doBlock(body)}\n`, beside });
    }
    group = [];
  };
  parts.reverse();
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const [first] = group;
    if (first && rootOf(first) !== rootOf(part)) flush();
    group.push(part);
  }
  flush();
  return objects;
}

const LINKS: ReadonlySet<Kind> = new Set<Kind>([
  'attached partition',
  'inheritance',
  'owned sequence',
  'attached index',
  'default',
]);

/** Whether this kind is no object, but something that is said about two. */
export const isLink = (kind: Kind): boolean => LINKS.has(kind);

const rootOf = (part: Part): Key => part.of ?? part.key;

/**
 * `text` as comment of one line. A name may hold line ends, which would end it; a `;` in a comment ends the statement for clients that split at it
 * (Prisma's engine in JavaScript).
 */
export const comment = (text: string): string =>
  `-- ${/^[ -:<-~]*$/.test(text) ? text : text.replace(/[\u0000-\u001f\u007f\u2028\u2029;]/gu, '?')}`;

/** @param body lines inside of BEGIN and END */
export function doBlock(body: readonly string[], declare: readonly string[] = []): string {
  const head = declare.length > 0 ? `\nDECLARE\n${declare.join('\n')}\nBEGIN\n` : ' BEGIN\n';
  return `DO ${dollarQuote(`${head}${body.join('\n')}\nEND `, OWN_TAG)};`;
}

function branches(part: Part, more: readonly Step[]): string[] {
  const missing = part.missing ?? `${part.oid} IS NULL`;
  const lines: string[] = [];
  if (part.sql.length > 0 && missing !== 'false')
    lines.push(branch(missing, part.execute ? part.sql.map(executed) : part.sql));
  if (part.steps) for (const { needed, sql } of part.steps) lines.push(branch(needed, sql));
  for (const { needed, sql } of more) lines.push(branch(needed, sql));
  return lines;
}

function branch(needed: string, sql: readonly string[]): string {
  let text = `  IF ${needed} THEN\n`;
  for (const each of sql) text += `    ${each};\n`;
  return `${text}  END IF;`;
}

const executed = (sql: string): string => `EXECUTE ${dollarQuote(sql, `${OWN_TAG}_sql`)}`;
