/** Access control lists as PostgreSQL writes them, and how one differs from the usual one (src/backend/utils/adt/acl.c). */
import { quoteIdent } from '@idempotify/core';
import { append } from './types.ts';

interface AclItem {
  /** '' is PUBLIC. */
  readonly grantee: string;
  readonly grantor: string;
  /** Letter -> it may be passed on. */
  readonly privileges: ReadonlyMap<string, boolean>;
}

const PRIVILEGES: Readonly<Record<string, string>> = {
  a: 'INSERT',
  r: 'SELECT',
  w: 'UPDATE',
  d: 'DELETE',
  D: 'TRUNCATE',
  x: 'REFERENCES',
  t: 'TRIGGER',
  m: 'MAINTAIN',
  X: 'EXECUTE',
  U: 'USAGE',
  C: 'CREATE',
};

/** What an owner may do, by the letter that acldefault() knows; MAINTAIN is of 17. */
const ALL: Readonly<Record<string, string>> = {
  r: 'arwdDxt',
  s: 'rwU',
  f: 'X',
  n: 'UC',
  T: 'U',
  l: 'U',
  F: 'U',
  S: 'U',
  L: 'rw',
  c: '',
};

/** What everybody may do. */
const PUBLIC: Readonly<Record<string, string>> = { f: 'X', T: 'U', l: 'U' };

const all = (letter: string, version: number): string =>
  (ALL[letter] ?? '') + (letter === 'r' && version >= 170000 ? 'm' : '');

/** The elements of a one-dimensional array as text of PostgreSQL. */
function arrayOf(text: string): string[] {
  const elements: string[] = [];
  const element = /[{,](?:"((?:[^"\\]|\\[^])*)"|([^",{}]+))/gy;
  for (let match = element.exec(text); match !== null; match = element.exec(text)) {
    elements.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll(/\\([^])/g, '$1'));
  }
  return elements;
}

/** `reader=ar*` / `app`; a name stands in double quotes when it is not made of letters, digits and underscores. */
function itemOf(text: string): AclItem {
  const name = String.raw`("(?:[^"]|"")*"|[^="/]*)`;
  const match = new RegExp(`^${name}=([A-Za-z*]*)/${name}$`).exec(text);
  if (!match) throw new Error(`not an aclitem: ${text}`);
  const plain = (quoted = ''): string => (quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted);
  const privileges = new Map<string, boolean>();
  for (const [, letter = '', star] of (match[2] ?? '').matchAll(/([A-Za-z])(\*?)/g)) {
    privileges.set(letter, star === '*');
  }
  return { grantee: plain(match[1]), grantor: plain(match[3]), privileges };
}

/** Who is the owner in an ACL of which only the text is known: whoever gives to himself. */
const selfGiven = (items: readonly AclItem[]): string | undefined =>
  items.find(({ grantee, grantor }) => grantee === grantor)?.grantor ?? items[0]?.grantor;

/** Stands for whoever owns the object: no role can be called so. */
const OWNER = '\0';
const entry = (grantee: string, grantor: string, letter: string): string => JSON.stringify([grantee, grantor, letter]);
const roleText = (role: string): string => (role === OWNER ? 'OWNER' : role === '' ? 'PUBLIC' : quoteIdent(role));

interface Wish {
  /** `GRANT SELECT TO reader`, `REVOKE EXECUTE FROM PUBLIC`: what has to be done to the usual privileges. OWNER is whoever owns the object. */
  readonly lines: readonly string[];
  /** The roles named there, not quoted. */
  readonly roles: readonly string[];
}

/**
 * How an ACL differs from what the object has by default.
 * @param initial the ACL that initdb or CREATE EXTENSION gave it, where there is such
 */
export function wishOf(
  letter: string,
  owner: string,
  acl: string | null,
  version: number,
  initial: string | null | undefined = undefined,
): Wish {
  if (acl === null) return { lines: [], roles: [] };
  const everything = all(letter, version);
  /** grantee, grantor and letter, with the owner as OWNER -> it may be passed on */
  const usual = new Map<string, boolean>();
  if (initial == null) {
    for (const each of everything) usual.set(entry(OWNER, OWNER, each), false);
    for (const each of PUBLIC[letter] ?? '') usual.set(entry('', OWNER, each), false);
  } else {
    const items = arrayOf(initial).map(itemOf);
    const first = selfGiven(items);
    for (const { grantee, privileges } of items) {
      for (const [each, option] of privileges)
        usual.set(entry(grantee === first ? OWNER : grantee, OWNER, each), option);
    }
  }
  const items = arrayOf(acl).map(itemOf);
  const roles = new Set<string>();
  const word = (letters: readonly string[]): string =>
    everything.length > 0 && letters.length === everything.length
      ? 'ALL'
      : letters.map((each) => PRIVILEGES[each] ?? each).join(', ');
  const lines: string[] = [];
  const has = new Set<string>();
  const grants: { grantor: string; grantee: string; option: boolean; line: string }[] = [];
  for (const item of items) {
    const grantee = item.grantee === owner ? OWNER : item.grantee;
    const grantor = item.grantor === owner ? OWNER : item.grantor;
    for (const option of [false, true]) {
      const letters: string[] = [];
      for (const [each, passed] of item.privileges) {
        has.add(entry(grantee, grantor, each));
        if (passed === option && usual.get(entry(grantee, grantor, each)) !== option) letters.push(each);
      }
      if (letters.length === 0) continue;
      for (const role of [grantee, grantor]) if (role !== '' && role !== OWNER) roles.add(role);
      grants.push({
        grantor,
        grantee,
        option,
        line: `GRANT ${word(letters)} TO ${roleText(grantee)}${option ? ' WITH GRANT OPTION' : ''}${grantor === OWNER ? '' : ` GRANTED BY ${roleText(grantor)}`}`,
      });
    }
  }
  const gone = new Map<string, string[]>();
  for (const key of usual.keys()) {
    if (has.has(key)) continue;
    const [grantee, , each] = JSON.parse(key) as [string, string, string];
    append(gone, grantee, each);
  }
  for (const [grantee, letters] of gone) {
    if (grantee !== '' && grantee !== OWNER) roles.add(grantee);
    lines.push(`REVOKE ${word(letters)} FROM ${roleText(grantee)}`);
  }
  // who passes a right on must have been given it before; beside that in the order of the list, which the new one has then
  const able = new Set([OWNER]);
  const waiting = [...grants];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ grantor }) => able.has(grantor));
    const [next] = waiting.splice(Math.max(ready, 0), 1);
    if (!next) break;
    if (next.option) able.add(next.grantee);
    lines.push(next.line);
  }
  return { lines, roles: [...roles] };
}
