/**
 * Replays a whole history by name: no database, no order of execution but that of the files. Only what is certain is a conflict: whatever
 * the history never made may have been there before it, and what a condition, a CASCADE or an expression leaves open stays open.
 */
import type { QualifiedName } from '../model/ast.ts';
import { ANYTHING, TEMPORARY, type Fact, type FactClass } from './facts.ts';

/** A fact and the file that it stands in. */
export interface Placed {
  /** Position of the file in the history. */
  readonly file: number;
  readonly fact: Fact;
}

/** Something that does not fit to what the files before it leave. */
export type Conflict =
  /** Made although it is there. */
  | { readonly kind: 'created-twice'; readonly at: Placed; readonly earlier: Placed }
  /** Used, and only made later. */
  | { readonly kind: 'used-before-created'; readonly at: Placed; readonly later: Placed }
  /** Used, although an earlier statement has dropped it, renamed it or moved it. */
  | { readonly kind: 'used-after-dropped'; readonly at: Placed; readonly dropped: Placed };

export interface Replay {
  /** In the order of the files. */
  readonly conflicts: readonly Conflict[];
}

/** What is known of a name. */
interface Entry {
  /** undefined = it may be there or not. */
  there: boolean | undefined;
  /** What put it there, or took it away; undefined = it has only been used. */
  at: Placed | undefined;
  /** When that was, in facts. */
  time: number;
  /** While nothing is known but that it is used: the first use. */
  use: Placed | undefined;
  /** Of a table or a type: columns, constraints, …, by class and name. */
  children: Map<string, Entry> | undefined;
  /** Of a table: the keys of its indexes. */
  indexes: Set<string> | undefined;
  /** Of an index: its table. */
  table: Entry | undefined;
  /** Of an index that belongs to a constraint of the same name. */
  backs: boolean;
  columns: readonly string[] | undefined;
  detail: string | undefined;
}

const CHILDREN: ReadonlySet<FactClass> = new Set(['column', 'constraint', 'trigger', 'policy', 'rule', 'label']);
/** Constraints that PostgreSQL keeps an index of the same name for. */
const WITH_INDEX: ReadonlySet<string> = new Set(['primary key', 'unique', 'exclusion']);

const keyOf = (name: QualifiedName | Fact): string => `${name.schema ?? 'public'}.${name.name}`;

class State {
  readonly conflicts: Conflict[] = [];
  readonly #classes = new Map<FactClass, Map<string, Entry>>();
  /** Names of relations that were made in another schema than `public`: an unqualified name may mean those. */
  readonly #elsewhere = new Set<string>();
  #time = 0;
  /** Up to when a CASCADE may have taken views, foreign keys, and anything at all. */
  #views = 0;
  #foreignKeys = 0;
  #anything = 0;
  /** Up to when a block may have made or dropped whatever it liked. */
  #everything = 0;
  /** A CREATE TABLE that did nothing, because the table was there: nor were its columns made. */
  #skipped:
    { readonly file: number; readonly statement: number; readonly key: string; readonly sure: boolean } | undefined;

  apply(placed: Placed): void {
    const { fact } = placed;
    // nobody else sees temporary tables, and they are gone with the session
    if ((fact.on ?? fact).schema === TEMPORARY) return;
    this.#time++;
    if (fact.kind === ANYTHING) {
      this.#everything = this.#time;
      return;
    }
    if (CHILDREN.has(fact.cls)) this.#child(placed);
    else this.#top(placed);
  }

  #map(cls: FactClass): Map<string, Entry> {
    let map = this.#classes.get(cls);
    if (!map) this.#classes.set(cls, (map = new Map()));
    return map;
  }

  #entry(): Entry {
    return {
      there: undefined,
      at: undefined,
      time: this.#time,
      use: undefined,
      children: undefined,
      indexes: undefined,
      table: undefined,
      backs: false,
      columns: undefined,
      detail: undefined,
    };
  }

  #set(entry: Entry, there: boolean | undefined, at: Placed): void {
    entry.there = there;
    entry.at = at;
    entry.time = this.#time;
    entry.use = undefined;
  }

  /** Whether it is there, once what a CASCADE may have taken is left open. */
  #there(entry: Entry): boolean | undefined {
    if (entry.time <= this.#everything) return undefined;
    if (entry.there !== true) return entry.there;
    if (entry.time <= this.#anything) return undefined;
    const kind = entry.at?.fact.kind ?? '';
    if (entry.time <= this.#views && kind.endsWith('view')) return undefined;
    if (entry.time <= this.#foreignKeys && entry.detail === 'foreign key') return undefined;
    // an index is as sure as its table, unless nobody has heard of that
    if (entry.table?.at && this.#there(entry.table) !== true) return undefined;
    return true;
  }

  /** Looks at what a fact says about an entry; tells whether it goes on as if the statement worked. */
  #judge(entry: Entry, placed: Placed): boolean {
    const { fact } = placed;
    const there = this.#there(entry);
    if (fact.op === 'create') {
      if (there === true) {
        if (!fact.lenient && !fact.maybe)
          this.conflicts.push({ kind: 'created-twice', at: placed, earlier: entry.at as Placed });
        return false;
      }
      if (entry.use && entry.time > this.#everything && !fact.lenient && !fact.maybe)
        this.conflicts.push({ kind: 'used-before-created', at: entry.use, later: placed });
      return true;
    }
    if (there === false && !fact.lenient && !fact.maybe) {
      this.conflicts.push({ kind: 'used-after-dropped', at: placed, dropped: entry.at as Placed });
      // once is enough: whoever repairs it looks at the others as well
      this.#set(entry, undefined, placed);
    }
    return true;
  }

  #used(entry: Entry, placed: Placed): void {
    if (entry.at === undefined && entry.use === undefined && !placed.fact.lenient && !placed.fact.maybe)
      entry.use = placed;
  }

  #top(placed: Placed): void {
    const { fact } = placed;
    const map = this.#map(fact.cls);
    const key = keyOf(fact);
    let entry = map.get(key);
    const unsure = fact.schema === undefined && fact.op !== 'create' && this.#elsewhere.has(fact.name);
    if (unsure && (entry === undefined || entry.there !== true)) return;
    if (!entry) map.set(key, (entry = this.#entry()));
    const worked = this.#judge(entry, placed);
    switch (fact.op) {
      case 'create':
        this.#create(placed, key, entry, worked);
        break;
      case 'drop':
        this.#drop(placed, key, entry);
        break;
      case 'rename':
      case 'move':
        this.#rename(placed, map, key, entry);
        break;
      default:
        this.#used(entry, placed);
    }
  }

  #create(placed: Placed, key: string, entry: Entry, worked: boolean): void {
    const { fact } = placed;
    if (!worked) {
      if (fact.kind.endsWith('table'))
        this.#skipped = { file: placed.file, statement: fact.statement, key, sure: true };
      // OR REPLACE of a function or a view leaves it there, newly made
      else if (fact.lenient && entry.at) entry.time = this.#time;
      return;
    }
    if (fact.maybe && fact.kind.endsWith('table'))
      this.#skipped = { file: placed.file, statement: fact.statement, key, sure: false };
    // what an earlier one of this name had, has gone with it
    for (const name of entry.indexes ?? [])
      if (this.#map('relation').get(name)?.table === entry) this.#map('relation').delete(name);
    this.#set(entry, fact.maybe ? undefined : true, placed);
    entry.children = undefined;
    entry.indexes = undefined;
    entry.columns = fact.columns;
    entry.detail = undefined;
    entry.backs = false;
    entry.table = undefined;
    if (fact.schema !== undefined && fact.schema !== 'public') this.#elsewhere.add(fact.name);
    if (fact.kind === 'index' && fact.on) this.#own(this.#relation(fact.on), key, entry);
  }

  #own(table: Entry, key: string, index: Entry): void {
    (table.indexes ??= new Set()).add(key);
    index.table = table;
  }

  #relation(name: QualifiedName): Entry {
    const map = this.#map('relation');
    const key = keyOf(name);
    let entry = map.get(key);
    if (!entry) map.set(key, (entry = this.#entry()));
    return entry;
  }

  #drop(placed: Placed, key: string, entry: Entry): void {
    const { fact } = placed;
    const there = fact.maybe ? undefined : false;
    if (fact.cascade) this.#cascade(fact);
    if (fact.cls === 'schema') {
      if (fact.cascade) for (const map of this.#classes.values()) this.#forgetSchema(map, fact.name);
    } else if (fact.cls === 'function' && !fact.name.endsWith(')')) {
      // without arguments: the only one of its name
      for (const [name, other] of this.#map('function'))
        if (name.startsWith(`${key}(`) && other.there !== false) this.#set(other, undefined, placed);
      this.#map('function').delete(key);
      return;
    }
    if (entry.backs && entry.table) entry.table.children?.delete(`constraint ${fact.name}`);
    for (const name of entry.indexes ?? []) {
      const index = this.#map('relation').get(name);
      if (index && index.table === entry) {
        if (there === undefined) this.#map('relation').delete(name);
        else this.#set(index, there, placed);
      }
    }
    entry.table?.indexes?.delete(key);
    this.#set(entry, there, placed);
    entry.children = undefined;
    entry.indexes = undefined;
    entry.table = undefined;
    entry.backs = false;
  }

  #cascade(fact: Fact): void {
    if (fact.cls === 'relation' || fact.cls === 'column') {
      this.#views = this.#time;
      this.#foreignKeys = this.#time;
    } else if (fact.cls === 'constraint') this.#foreignKeys = this.#time;
    else this.#anything = this.#time;
  }

  #forgetSchema(map: Map<string, Entry>, schema: string): void {
    for (const key of map.keys()) if (key.startsWith(`${schema}.`)) map.delete(key);
  }

  #rename(placed: Placed, map: Map<string, Entry>, key: string, entry: Entry): void {
    const { fact } = placed;
    const to =
      fact.op === 'move'
        ? { schema: fact.to as string, name: fact.name }
        : { schema: fact.schema, name: this.#newName(fact) };
    const newKey = fact.cls === 'schema' ? `public.${fact.to ?? ''}` : keyOf(to);
    if (fact.cls === 'schema') this.#anything = this.#time;
    if (newKey === key) return;
    const target = map.get(newKey);
    if (fact.maybe) {
      map.delete(key);
      map.delete(newKey);
      return;
    }
    if (target && this.#there(target) === true && entry.there === true && !fact.lenient)
      this.conflicts.push({ kind: 'created-twice', at: placed, earlier: target.at as Placed });
    if (to.schema !== undefined && to.schema !== 'public') this.#elsewhere.add(to.name);
    const gone = this.#entry();
    this.#set(gone, false, placed);
    map.set(key, gone);
    map.set(newKey, entry);
    const wasSure = fact.lenient ? entry.there : true;
    this.#set(entry, wasSure, placed);
    for (const table of entry.table ? [entry.table] : []) if (table.indexes?.delete(key)) table.indexes.add(newKey);
    if (entry.backs && entry.table?.children)
      this.#moveChild(entry.table, `constraint ${fact.name}`, `constraint ${to.name}`);
    if (fact.op === 'move' && entry.indexes) {
      const schema = fact.to as string;
      for (const index of [...entry.indexes]) {
        const owned = map.get(index);
        if (!owned || owned.table !== entry) continue;
        map.delete(index);
        entry.indexes.delete(index);
        const moved = `${schema}.${index.slice(index.indexOf('.') + 1)}`;
        map.set(moved, owned);
        entry.indexes.add(moved);
      }
    }
  }

  /** A function keeps its arguments. */
  #newName(fact: Fact): string {
    const open = fact.cls === 'function' ? fact.name.indexOf('(') : -1;
    return `${fact.to ?? ''}${open < 0 ? '' : fact.name.slice(open)}`;
  }

  #moveChild(table: Entry, from: string, to: string): void {
    const child = table.children?.get(from);
    if (!child || !table.children) return;
    table.children.delete(from);
    table.children.set(to, child);
  }

  #child(placed: Placed): void {
    const { fact } = placed;
    if (!fact.on) return;
    const parents = this.#map(fact.cls === 'label' ? 'type' : 'relation');
    const parentKey = keyOf(fact.on);
    const skipped = this.#skipped;
    if (skipped && skipped.file === placed.file && skipped.statement === fact.statement && skipped.key === parentKey) {
      if (skipped.sure) return;
    }
    let parent = parents.get(parentKey);
    if (
      fact.on.schema === undefined &&
      this.#elsewhere.has(fact.on.name) &&
      (parent === undefined || parent.there !== true)
    )
      return;
    if (!parent) parents.set(parentKey, (parent = this.#entry()));
    const children = (parent.children ??= new Map<string, Entry>());
    if (fact.cls === 'constraint' && fact.op === 'create' && fact.name === '') {
      // PostgreSQL gives it a name: one that is gone may be there again
      for (const [key, child] of children)
        if (key.startsWith('constraint ') && child.there === false) children.delete(key);
      return;
    }
    const key = `${fact.cls} ${fact.name}`;
    let entry = children.get(key);
    if (!entry) children.set(key, (entry = this.#entry()));
    const worked = this.#judge(entry, placed);
    switch (fact.op) {
      case 'create':
        if (!worked) return;
        this.#set(entry, fact.maybe ? undefined : true, placed);
        entry.columns = fact.columns;
        entry.detail = fact.detail;
        if (fact.cls === 'constraint' && WITH_INDEX.has(fact.detail ?? '')) this.#backing(placed, parent);
        break;
      case 'drop':
        if (fact.cascade) this.#cascade(fact);
        this.#set(entry, fact.maybe ? undefined : false, placed);
        if (fact.cls === 'constraint') this.#dropBacking(placed, parent);
        if (fact.cls === 'column') this.#dropWith(placed, parent);
        break;
      case 'rename': {
        const newKey = `${fact.cls} ${fact.to ?? ''}`;
        const target = children.get(newKey);
        if (fact.maybe) {
          children.delete(key);
          children.delete(newKey);
          return;
        }
        if (target && this.#there(target) === true && entry.there === true && !fact.lenient)
          this.conflicts.push({ kind: 'created-twice', at: placed, earlier: target.at as Placed });
        const gone = this.#entry();
        this.#set(gone, false, placed);
        children.set(key, gone);
        children.set(newKey, entry);
        this.#set(entry, true, placed);
        if (fact.cls === 'column') this.#renameIn(parent, fact.name, fact.to ?? '');
        if (fact.cls === 'constraint') this.#renameBacking(placed, parent);
        break;
      }
      default:
        this.#used(entry, placed);
    }
  }

  #backingKey({ fact }: Placed, name: string): string {
    return keyOf({ schema: fact.on?.schema, name });
  }

  /** The index of a constraint has its name, and no other relation may have it. */
  #backing(placed: Placed, table: Entry): void {
    const map = this.#map('relation');
    const key = this.#backingKey(placed, placed.fact.name);
    let entry = map.get(key);
    if (!entry) map.set(key, (entry = this.#entry()));
    this.#set(entry, placed.fact.maybe ? undefined : true, placed);
    entry.backs = true;
    entry.columns = placed.fact.columns;
    this.#own(table, key, entry);
  }

  #dropBacking(placed: Placed, table: Entry): void {
    const key = this.#backingKey(placed, placed.fact.name);
    this.#map('relation').delete(key);
    table.indexes?.delete(key);
  }

  #renameBacking(placed: Placed, table: Entry): void {
    const map = this.#map('relation');
    const from = this.#backingKey(placed, placed.fact.name);
    const to = this.#backingKey(placed, placed.fact.to ?? '');
    const index = map.get(from);
    if (!index || index.table !== table) return;
    map.delete(from);
    map.set(to, index);
    this.#set(index, index.there, placed);
    if (table.indexes?.delete(from)) table.indexes.add(to);
  }

  /** Indexes and constraints go with a column of theirs; those that may name it in an expression are left open. */
  #dropWith(placed: Placed, table: Entry): void {
    const column = placed.fact.name;
    for (const [key, child] of table.children ?? []) {
      if (!key.startsWith('constraint ') || child.there === false) continue;
      if (child.columns === undefined) table.children?.delete(key);
      else if (child.columns.includes(column)) this.#set(child, placed.fact.maybe ? undefined : false, placed);
    }
    const map = this.#map('relation');
    for (const key of [...(table.indexes ?? [])]) {
      const index = map.get(key);
      if (!index || index.table !== table) continue;
      if (index.columns === undefined) map.delete(key);
      else if (index.columns.includes(column)) this.#set(index, placed.fact.maybe ? undefined : false, placed);
      else continue;
      table.indexes?.delete(key);
    }
  }

  #renameIn(table: Entry, from: string, to: string): void {
    const renamed = (entry: Entry | undefined): void => {
      if (entry?.columns?.includes(from)) entry.columns = entry.columns.map((name) => (name === from ? to : name));
    };
    for (const child of table.children?.values() ?? []) renamed(child);
    for (const key of table.indexes ?? []) renamed(this.#map('relation').get(key));
  }
}

/** @param files the facts of each file, in the order in which the tool runs them */
export function replay(files: readonly (readonly Fact[])[]): Replay {
  const state = new State();
  files.forEach((facts, file) => {
    for (const fact of facts) state.apply({ file, fact });
  });
  return {
    conflicts: state.conflicts.sort((a, b) => a.at.file - b.at.file || a.at.fact.start - b.at.fact.start),
  };
}
