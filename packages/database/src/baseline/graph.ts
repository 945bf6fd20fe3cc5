/**
 * The order in which parts are made: dependencies first, circles cut as pg_dump cuts them (pg_dump_sort.c), and among what is free
 * to choose an order of preference, so that the same schema always gives the same text.
 */
import { append, PRIORITY, type Key, type Part } from './types.ts';

/** A row of pg_depend: the first needs the second. */
export type Edge = readonly [from: Key, to: Key];

/** A circle that nothing can cut. */
export class CircleError extends Error {
  override readonly name = 'CircleError';
  readonly parts: readonly Part[];
  constructor(parts: readonly Part[]) {
    super(
      `these objects depend on each other in a way that no order can satisfy: ${parts.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
    );
    this.parts = parts;
  }
}

/**
 * @param edges as pg_depend has them, between keys that parts may or may not have
 * @throws CircleError
 */
export function inOrder(parts: readonly Part[], edges: readonly Edge[]): Part[] {
  const cut = cutCircles(parts, edges);
  return sorted(cut.parts, cut.links);
}

/** For each part the parts that come before it, by position; one may be there several times. */
type Links = readonly (readonly number[])[];

function linksOf(parts: readonly Part[], edges: readonly Edge[]): Links {
  const position = new Map<Key, number>();
  const rests = new Map<Key, number>();
  const likes = new Map<Key, number>();
  const links: number[][] = [];
  parts.forEach((part, index) => {
    if (part.also) for (const key of part.also) position.set(key, index);
    if (part.wholeOf !== undefined) rests.set(part.wholeOf, index);
    if (part.like !== undefined) likes.set(part.like, index);
    links.push([]);
  });
  parts.forEach((part, index) => position.set(part.key, index));
  const link = (from: number, key: Key): void => {
    const to = position.get(key);
    if (to !== undefined && to !== from) links[from]?.push(to);
  };
  for (const [from, to] of edges) {
    const index = position.get(from);
    if (index === undefined) continue;
    const part = parts[index] as Part;
    const early = likes.get(part.key);
    if (early !== undefined && position.get(to) !== index && !(parts[early] as Part).ignores?.includes(to))
      link(early, to);
    if (part.ignores?.includes(to)) continue;
    // the first half of a part that was cut needs less
    if (isHalf(part)) {
      const rest = rests.get(part.key);
      if (rest !== undefined) link(rest, to);
      if (part.split?.needs !== 'own' || from !== part.key) continue;
    }
    link(index, to);
  }
  parts.forEach((part, index) => {
    if (part.requires) for (const key of part.requires) link(index, key);
    if (part.split && part.split.needs !== 'own' && isHalf(part)) for (const key of part.split.needs) link(index, key);
  });
  return links;
}

const HALF = '/rest';
const halved = new WeakSet<Part>();
const isHalf = (part: Part): boolean => halved.has(part);

/** Names in the bodies of functions: what they call comes first if nothing is against it. */
function wishesOf(parts: readonly Part[]): Links | undefined {
  if (!parts.some(({ body }) => body !== undefined)) return undefined;
  const named = new Map<string, number[]>();
  parts.forEach((part, index) => {
    if (!NAMED.has(part.kind)) return;
    append(named, lastWord(part.name), index);
  });
  return parts.map((part, index) => {
    if (part.body === undefined) return [];
    const wishes = new Set<number>();
    for (const [word] of part.body.matchAll(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu)) {
      const name = word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase();
      for (const to of named.get(name) ?? []) if (to !== index) wishes.add(to);
    }
    return [...wishes];
  });
}

const NAMED: ReadonlySet<Part['kind']> = new Set([
  'table',
  'foreign table',
  'view',
  'materialized view',
  'sequence',
  'function',
  'procedure',
  'aggregate',
  'type',
  'domain',
]);

/** `users` of `public.users`, `f` of `public.f(integer)`. */
function lastWord(name: string): string {
  const match =
    /^(?:"(?:[^"]|"")*"|[^".(]+)\.("(?:[^"]|"")*"|[^".(]+)/.exec(name) ?? /^("(?:[^"]|"")*"|[^".(]+)/.exec(name);
  const word = match?.[1] ?? name;
  return word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word;
}

/** 1 for parts that nobody needs, or only such parts: they are in no circle. */
function outsideOfCircles(graph: Links): Uint8Array {
  const needed = new Int32Array(graph.length);
  for (const outgoing of graph) for (const to of outgoing) needed[to] = (needed[to] as number) + 1;
  const outside = new Uint8Array(graph.length);
  const ready: number[] = [];
  for (let index = 0; index < graph.length; index++) if (needed[index] === 0) ready.push(index);
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    outside[index] = 1;
    for (const to of graph[index] as readonly number[]) {
      const left = (needed[to] as number) - 1;
      needed[to] = left;
      if (left === 0) ready.push(to);
    }
  }
  return outside;
}

/** The strongly connected components of more than one part (Tarjan's algorithm, without recursion). */
function circles(graph: Links): number[][] {
  const outside = outsideOfCircles(graph);
  if (!outside.includes(0)) return [];
  const index = new Int32Array(graph.length).fill(-1);
  const low = new Int32Array(graph.length);
  const onStack = new Uint8Array(graph.length);
  const stack: number[] = [];
  const found: number[][] = [];
  let counter = 0;
  for (let root = 0; root < graph.length; root++) {
    if (index[root] !== -1 || outside[root]) continue;
    const work: [node: number, next: number][] = [[root, 0]];
    while (work.length > 0) {
      const top = work.at(-1) as [number, number];
      const [node] = top;
      if (top[1] === 0) {
        index[node] = low[node] = counter++;
        stack.push(node);
        onStack[node] = 1;
      }
      const outgoing = graph[node] ?? [];
      let deeper = false;
      while (top[1] < outgoing.length) {
        const to = outgoing[top[1]++] as number;
        if (index[to] === -1) {
          work.push([to, 0]);
          deeper = true;
          break;
        }
        if (onStack[to]) low[node] = Math.min(low[node] as number, index[to] as number);
      }
      if (deeper) continue;
      work.pop();
      const above = work.at(-1);
      if (above) low[above[0]] = Math.min(low[above[0]] as number, low[node] as number);
      if (low[node] !== index[node]) continue;
      const members: number[] = [];
      for (;;) {
        const member = stack.pop() as number;
        onStack[member] = 0;
        members.push(member);
        if (member === node) break;
      }
      if (members.length > 1) found.push(members);
    }
  }
  return found;
}

/** Makes two of a part where circles need it: first what has the lowest rank, as little as possible. */
function cutCircles(all: readonly Part[], edges: readonly Edge[]): { parts: readonly Part[]; links: Links } {
  let parts = all;
  for (;;) {
    const links = linksOf(parts, edges);
    const found = circles(links);
    if (found.length === 0) return { parts, links };
    const replaced = new Map<number, Part[]>();
    for (const circle of found) {
      const members = new Set(circle);
      const choice = cheapestCut(parts, circle, members, edges);
      if (!choice) throw new CircleError(circle.map((index) => parts[index] as Part));
      replaced.set(choice.index, choice.parts);
    }
    parts = parts.flatMap((part, index) => replaced.get(index) ?? [part]);
  }
}

function cheapestCut(
  parts: readonly Part[],
  circle: readonly number[],
  members: ReadonlySet<number>,
  edges: readonly Edge[],
): { index: number; parts: Part[] } | undefined {
  const keys = new Set<Key>();
  for (const index of members) {
    const part = parts[index] as Part;
    keys.add(part.key);
    for (const key of part.also ?? []) keys.add(key);
  }
  // the text does not depend on the order in which the server returned rows
  const ordered = [...circle].sort((a, b) => compare(parts[a] as Part, parts[b] as Part));
  for (const index of ordered) {
    const part = parts[index] as Part;
    if (!part.inline?.length || !part.without) continue;
    const guilty = part.inline.filter(({ key }) =>
      edges.some(([from, to]) => from === key && keys.has(to) && !ownKey(part, to)),
    );
    if (guilty.length === 0) continue;
    return {
      index,
      parts: [part.without(new Set(guilty.map(({ key }) => key))), ...guilty.map(({ apart }) => apart())],
    };
  }
  const [index] = ordered
    .filter((each) => (parts[each] as Part).split && !isHalf(parts[each] as Part))
    .sort((a, b) => ((parts[a] as Part).split?.rank ?? 0) - ((parts[b] as Part).split?.rank ?? 0));
  if (index === undefined) return undefined;
  return { index, parts: halves(parts[index] as Part) };
}

const ownKey = (part: Part, key: Key): boolean => part.key === key || (part.also?.includes(key) ?? false);

/** The part in its first, empty form, and the rest of it. */
function halves(part: Part): Part[] {
  const { split } = part;
  if (!split) return [part];
  // of a view: its query is the rule's, which goes with the rest
  const [own, rest] = [
    (part.also ?? []).filter((key) => !key.startsWith('2618:')),
    (part.also ?? []).filter((key) => key.startsWith('2618:')),
  ];
  const first: Part = {
    ...part,
    also: own,
    sql: split.first,
    steps: [],
    ...(split.needs === 'own' ? {} : { requires: [] }),
  };
  halved.add(first);
  const { split: _split, also: _also, owner: _owner, ...others } = part;
  const then: Part = {
    ...others,
    key: part.key + HALF,
    also: rest,
    missing: split.then.missing,
    sql: split.then.sql,
    requires: [...(part.requires ?? []), part.key],
    of: part.of ?? part.key,
    wholeOf: part.key,
  };
  return [first, then];
}

function compare(a: Part, b: Part): number {
  return PRIORITY[a.kind] - PRIORITY[b.kind] || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.key < b.key ? -1 : 1);
}

/** Kahn's algorithm: of what is free the most preferred, but what belongs to the block at hand stays with it. */
function sorted(parts: readonly Part[], links: Links): Part[] {
  const wishes = wishesOf(parts);
  const component = new Int32Array(parts.length).fill(-1);
  if (wishes)
    circles(links.map((hard, index) => (wishes[index]?.length ? hard.concat(wishes[index]) : hard))).forEach(
      (members, number) => {
        for (const member of members) component[member] = number;
      },
    );
  const waiting = new Int32Array(parts.length);
  const dependents: number[][] = parts.map(() => []);
  const wait = (from: number, to: number): void => {
    waiting[from] = (waiting[from] ?? 0) + 1;
    dependents[to]?.push(from);
  };
  for (let from = 0; from < parts.length; from++) {
    for (const to of links[from] ?? []) wait(from, to);
    // wishes that contradict each other are none
    for (const to of wishes?.[from] ?? [])
      if (component[from] === -1 || component[from] !== component[to]) wait(from, to);
  }
  // by preference: a position in this list stands for the part
  const ranked = parts.map((_, index) => index).sort((a, b) => compare(parts[a] as Part, parts[b] as Part));
  const rank = new Int32Array(parts.length);
  ranked.forEach((index, place) => (rank[index] = place));
  const free = new Heap();
  const block = new Heap();
  let root: Key | undefined;
  const done = new Uint8Array(parts.length);
  parts.forEach((_, index) => {
    if (waiting[index] === 0) free.push(rank[index] as number);
  });
  const result: Part[] = [];
  const next = (): number | undefined => {
    for (const heap of [block, free]) {
      for (let place = heap.pop(); place !== undefined; place = heap.pop()) {
        const index = ranked[place] as number;
        if (!done[index]) return index;
      }
    }
    return undefined;
  };
  for (let index = next(); index !== undefined; index = next()) {
    const part = parts[index] as Part;
    done[index] = 1;
    result.push(part);
    const own = part.of ?? part.key;
    if (own !== root) {
      root = own;
      block.clear();
    }
    for (const dependent of dependents[index] ?? []) {
      waiting[dependent] = (waiting[dependent] as number) - 1;
      if (waiting[dependent] !== 0) continue;
      free.push(rank[dependent] as number);
      const each = parts[dependent] as Part;
      if (each.of === root && each.kind !== 'foreign key') block.push(rank[dependent] as number);
    }
  }
  if (result.length < parts.length) throw new CircleError(parts.filter((_, index) => !done[index]));
  return result;
}

/** The smallest number first. */
class Heap {
  #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((items[above] as number) <= item) break;
      items[at] = items[above] as number;
      at = above;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && (items[below + 1] as number) < (items[below] as number)) below++;
      if ((items[below] as number) >= last) break;
      items[at] = items[below] as number;
      at = below;
    }
    items[at] = last;
    return first;
  }

  clear(): void {
    this.#items = [];
  }
}
