/** Objects taken apart into single facts, each with what the history makes of it and what the live database has. */
import { columnOrder, type Snapshot } from '../../catalog/snapshot.ts';
import { parts } from '../../verify/names.ts';
import { canonical } from './canonical.ts';
import type { LiveCatalog } from './live.ts';
import type { Replayed, Version } from './replay.ts';

/** Property -> value as JSON text. */
export type Properties = ReadonlyMap<string, string>;

/** The property that every object has. */
export const existence = '';

/** What a fact was from a step on. */
export interface Entry {
  readonly step: number;
  /** undefined: the object has no such property, or is not there. */
  readonly value: string | undefined;
  /** Whether the object is there. */
  readonly exists: boolean;
  /** Whether the live database has it so. */
  readonly matches: boolean;
}

export interface Fact {
  readonly kind: string;
  readonly name: string;
  readonly property: string;
  /** The first is what was there before the history, and there is a second. */
  readonly entries: readonly Entry[];
  readonly live: string | undefined;
  /** Whether somebody may have added it without the history being wrong about it: grants, owners, tuning. */
  readonly open: boolean;
}

/** What belongs to the server or to whoever set it up, and is not compared unless a migration has made it. */
export const surroundings: ReadonlySet<string> = new Set([
  'role',
  'setting',
  'database',
  'changed privileges',
  'security label',
]);

/** Not compared at all: the database itself; privileges on what PostgreSQL and extensions bring along, which versions differ in. */
const ignored: ReadonlySet<string> = new Set(['database', 'changed privileges']);

/** A database administrator's business: what the history does not set may be set. */
const tuning: ReadonlySet<string> = new Set([
  'owner',
  'options',
  'TOAST options',
  'tablespace',
  'access method',
  'storage',
  'compression',
  'statistics',
  'replica identity',
  'clustered',
  'target',
  'cache',
]);

/** Written as `grants: SELECT TO x` and `label: x`, so that one more is one more. */
const listed: Readonly<Record<string, string>> = { grants: 'grants: ', labels: 'label: ' };

export const isOpen = (property: string): boolean =>
  tuning.has(property) || Object.values(listed).some((prefix) => property.startsWith(prefix));

/** What the two sides of a comparison need to know to be able to be compared. */
export interface Side {
  /** Who makes objects, where nothing says who owns them. */
  readonly makers: ReadonlySet<string>;
  /** Whether that makes them nobody in particular as an owner: on the scratch server. In a live database, the history may name them. */
  readonly scratch: boolean;
  /** `server_version_num` of the older one of the two servers: what the newer one says beyond it is not compared. */
  readonly version: number;
}

/** An object under the name that both sides have for it. */
export interface Named {
  readonly kind: string;
  readonly name: string;
  readonly properties: Properties;
}

/** @returns undefined when it is not to be compared */
export function named(kind: string, name: string, text: string, side: Side): Named | undefined {
  if (ignored.has(kind)) return undefined;
  const json = JSON.parse(text) as Record<string, unknown>;
  if (kind === 'not-null constraint') {
    // The column says that it is not null. The names are not to be relied on: pg_upgrade makes new ones. What is left is that the
    // existing rows have not been looked at.
    if (side.version < 180000 || json['not validated'] === undefined) return undefined;
    const column = /^NOT NULL ("(?:[^"]|"")*"|\S+)/.exec(String(json['definition']))?.[1] ?? '';
    return { kind, name: [...parts(name).slice(0, -1), column].join('.'), properties: new Map([[existence, 'true']]) };
  }
  // as above, since 17
  if (kind === 'domain constraint' && json['definition'] === 'NOT NULL') return undefined;
  const properties = new Map<string, string>([[existence, 'true']]);
  const owner = typeof json['owner'] === 'string' ? json['owner'] : undefined;
  for (const [property, value] of Object.entries(json)) {
    // another server has other versions, and a materialized view is filled by whoever likes
    if (kind === 'extension' && property === 'version') continue;
    if (property === 'without data') continue;
    if (property === 'owner' && side.scratch && side.makers.has(String(value))) continue;
    // partitions have it since 17
    if (property === 'identity' && json['inherited'] !== undefined && side.version < 170000) continue;
    if (property === 'member of') {
      properties.set(property, memberships(value as string[], side));
      continue;
    }
    const prefix = listed[property];
    if (prefix === undefined || !Array.isArray(value)) {
      properties.set(property, JSON.stringify(value));
      continue;
    }
    for (const item of value as string[]) {
      const what = prefix === listed['grants'] ? item.replace(/ GRANTED BY .*$/s, '') : item;
      // the owner's own rights
      if (prefix === listed['grants'] && owner !== undefined && isTo(what, owner)) continue;
      // since 17
      if (what.startsWith('MAINTAIN TO ') && side.version < 170000) continue;
      properties.set(prefix + what, 'true');
    }
  }
  return { kind, name: kind === 'default privileges' ? privilegesName(name, side) : name, properties };
}

/** How a role is a member of another has been told since 16. */
const memberships = (roles: readonly string[], { version }: Side): string =>
  JSON.stringify(version >= 160000 ? roles : roles.map((role) => role.replace(/ WITHOUT (INHERIT|SET)\b/g, '')));

const isTo = (grant: string, role: string): boolean => {
  const to = grant.replace(/ WITH GRANT OPTION$/, '');
  return to.endsWith(` TO ${role}`);
};

/** Whoever makes the objects is one and the same. */
function privilegesName(name: string, { makers }: Side): string {
  const match = /^FOR ROLE ("(?:[^"]|"")*"|\S+)/.exec(name);
  return match && makers.has(match[1]!) ? `FOR ROLE (who makes the objects)${name.slice(match[0].length)}` : name;
}

/** All objects of a snapshot under the names that both sides have. */
export function objectsOf(snapshot: Snapshot, side: Side): Map<string, Map<string, Properties>> {
  const all = new Map<string, Map<string, Properties>>();
  for (const [kind, texts] of snapshot.objects) {
    const ofKind = new Map<string, Properties>();
    for (const [name, text] of texts) {
      const object = named(kind, name, text, side);
      if (object) ofKind.set(object.name, object.properties);
    }
    if (ofKind.size > 0) all.set(kind, ofKind);
  }
  return all;
}

/** What became of one object. */
interface Course {
  readonly step: number;
  readonly properties: Properties | undefined;
}

/** kind -> name -> what became of it, under the names that both sides have. */
export type Courses = ReadonlyMap<string, ReadonlyMap<string, readonly Course[]>>;

export function coursesOf({ changes }: Replayed, side: Side): Courses {
  const all = new Map<string, Map<string, Course[]>>();
  for (const [kind, versions] of changes) {
    if (kind === columnOrder || ignored.has(kind)) continue;
    const ofKind = new Map<string, Course[]>();
    for (const [name, list] of versions) {
      for (const { step, text } of list) {
        const object = text === null ? undefined : named(kind, name, text, side);
        const called = object?.name ?? commonName(kind, name, list, side);
        if (called === undefined) continue;
        const course = ofKind.get(called);
        if (course) course.push({ step, properties: object?.properties });
        else ofKind.set(called, [{ step, properties: object?.properties }]);
      }
    }
    // several of one side may be one of both
    for (const course of ofKind.values()) course.sort((a, b) => a.step - b.step);
    if (ofKind.size > 0) all.set(kind, ofKind);
  }
  return all;
}

/** What an object that is not there is called, by what it was called when it was. */
function commonName(kind: string, name: string, versions: readonly Version[], side: Side): string | undefined {
  for (const { text } of versions) {
    const object = text === null ? undefined : named(kind, name, text, side);
    if (object) return object.name;
  }
  return undefined;
}

/** The facts that some statement has changed. */
export function factsOf(courses: Courses, live: ReadonlyMap<string, ReadonlyMap<string, Properties>>): Fact[] {
  const facts: Fact[] = [];
  for (const [kind, objects] of courses) {
    for (const [name, course] of objects) {
      const found = live.get(kind)?.get(name);
      const properties = new Set(course.flatMap((version) => [...(version.properties?.keys() ?? [])]));
      // what the live database has beyond it is a difference, unless it is open
      for (const property of found?.keys() ?? []) if (!isOpen(property)) properties.add(property);
      for (const property of properties) {
        const fact = factOf(kind, name, property, course, found);
        if (fact) facts.push(fact);
      }
    }
  }
  return facts;
}

function factOf(
  kind: string,
  name: string,
  property: string,
  course: readonly Course[],
  found: Properties | undefined,
): Fact | undefined {
  const live = found?.get(property);
  const open = isOpen(property);
  const entries: Entry[] = [];
  for (const { step, properties } of course) {
    const value = properties?.get(property);
    const exists = properties !== undefined;
    const last = entries.at(-1);
    // being made sets everything that an object has, also what it has not
    const made = !open && last?.exists !== exists;
    if (last && last.value === value && !made) continue;
    entries.push({ step, value, exists, matches: same(kind, property, value, live) });
  }
  return entries.length > 1 ? { kind, name, property, entries, live, open } : undefined;
}

const forms = new Map<string, string>();

export function same(kind: string, property: string, a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return form(kind, property, a) === form(kind, property, b);
}

/** Definitions are parsed once. */
function form(kind: string, property: string, json: string): string {
  const key = `${kind}\0${property}\0${json}`;
  let made = forms.get(key);
  if (made === undefined) {
    // a cache, not an archive
    if (forms.size > 10_000) forms.clear();
    forms.set(key, (made = canonical(kind, property, json)));
  }
  return made;
}

/** Who has made objects in the live database: who we are there, and all who own some. */
export function liveMakers({ catalog, role }: LiveCatalog): Set<string> {
  const makers = new Set([role]);
  for (const text of catalog.objects.get('table')?.values() ?? []) {
    const { owner } = JSON.parse(text) as { owner?: string };
    if (owner !== undefined) makers.add(owner);
  }
  return makers;
}
