/**
 * The symbolic catalog: what PostgreSQL's catalogs would hold of the objects that a migration touches. It is open-world: an object that
 * a statement needs and nobody has created is taken to have been there before the file (mode 'discover'); in mode 'run' the same
 * lookup is an error, as it would be on a server.
 *
 * Identity matters more than names: an object keeps its id through renames, so that "the table named jobs" before and after a
 * rename-and-create are told apart.
 */

import { Layered } from './layered.ts';

/** Thrown by a step that would raise an error on a server, or that would damage what is there. */
export class StepError extends Error {
  /** The statement of a DO block that it comes from. */
  within?: string;

  constructor(message: string) {
    // thrown and caught by the thousand while a plan is looked for: a stack trace each would be most of the work
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}

/** A step that a server would run without complaint although it loses or repeats something. */
export class DamageError extends StepError {}

/** It drops what holds rows by then: no check around it makes up for that unless it is known what the check asks. */
export class LossError extends DamageError {}

export type Class =
  | 'schema'
  | 'relation'
  | 'type'
  | 'function'
  | 'extension'
  | 'role'
  | 'publication'
  | 'server'
  | 'fdw'
  | 'mapping'
  | 'cast'
  | 'operator'
  | 'opclass'
  | 'opfamily'
  | 'opmember'
  | 'collation'
  | 'conversion'
  | 'tsconfig'
  | 'tsdict'
  | 'tsparser'
  | 'tstemplate'
  | 'tsmapping'
  | 'statistics'
  | 'eventtrigger'
  | 'accessmethod'
  | 'transform'
  | 'language'
  | 'column'
  | 'constraint'
  | 'trigger'
  | 'policy'
  | 'rule'
  | 'label'
  | 'inherit'
  | 'pubrel'
  | 'option'
  | 'member';

/** What `reads` holds when it was asked whether the file has run to its end. */
export const END = 'end';

/** The answer to a question for what isn't there. */
export const NOTHING: { readonly nothing: true } = { nothing: true };

/** How a statement names an object. A child (column, constraint, …) is named through its parent. */
export interface Spec {
  readonly cls: Class;
  readonly name: string;
  readonly schema?: string | undefined;
  readonly parent?: Spec | undefined;
  /** What it would be, when it has to be assumed: 'table', 'view', 'enum', … */
  readonly kind?: string | undefined;
}

export interface Obj {
  readonly id: string;
  readonly cls: Class;
  readonly kind: string;
  /** Resolved schema; '' for what lives outside of schemas. */
  readonly schema: string;
  readonly name: string;
  /** The schema as the file wrote it when it first named the object; undefined = unqualified. */
  readonly written: string | undefined;
  readonly parent?: string | undefined;
  /** A normalised definition; undefined = not known. */
  readonly def?: string | undefined;
  /** Attributes; a missing key is unknown, '' is known to be unset. */
  readonly attrs: Readonly<Record<string, string>>;
  /** Ids of what it needs: dropping one of them fails without CASCADE. */
  readonly deps: readonly string[];
  /** Ids of what it goes away with silently (a constraint with its column). */
  readonly auto: readonly string[];
  /** For tables: the data steps that wrote rows, in order. */
  readonly rows: readonly string[];
  /** Known to be complete: a child that isn't listed does not exist. */
  readonly complete: boolean;
}

export interface NewObject {
  readonly kind?: string;
  readonly def?: string | undefined;
  readonly attrs?: Readonly<Record<string, string>>;
  readonly deps?: readonly string[];
  readonly auto?: readonly string[];
  readonly complete?: boolean;
  readonly parent?: string | undefined;
  /** Where a child relation (an index, an owned sequence) lives, when that is not the search_path's first schema. */
  readonly schema?: string | undefined;
}

const CHILD = new Set<Class>([
  'column',
  'constraint',
  'trigger',
  'policy',
  'rule',
  'label',
  'inherit',
  'pubrel',
  'option',
  'member',
  'mapping',
  'opmember',
  'tsmapping',
]);
const NO_SCHEMA = new Set<Class>([
  'schema',
  'extension',
  'role',
  'publication',
  'server',
  'fdw',
  'cast',
  'eventtrigger',
  'accessmethod',
  'transform',
  'language',
]);

export const isChild = (cls: Class): boolean => CHILD.has(cls);

/** What the whole analysis of one file shares. */
export interface World {
  /** Objects taken to be there before the file, by id. */
  readonly initial: Map<string, Obj>;
  /** What earlier migrations left, if they are known. */
  readonly history: Catalog | undefined;
  /** A DROP … CASCADE has been seen. */
  cascaded: boolean;
  /** Lookup keys that the file creates although history says that they exist: the file is right. */
  readonly absent: Set<string>;
  /** Keys of what the file creates with OR REPLACE or IF NOT EXISTS while nothing is known of the time before: it may have been there. */
  readonly maybe: Set<string>;
}

export class Catalog {
  /** Shared with clones until one of them writes. */
  #objects: Layered<Obj>;
  #names: Layered<string>;
  /** Ids by what the objects hang on: see `#groups`. */
  #below: Layered<readonly string[]>;
  #shared: boolean;
  /** Names and groups change less often than objects do, and are copied apart from them. */
  #sharedNames: boolean;
  #sharedBelow: boolean;
  /** Temporary objects have been seen. */
  #temporary: boolean;
  /** search_path as the file set it, or the default. */
  path: readonly string[];
  /** True when the file itself has set search_path (the schema of an unqualified name is then known). */
  pathSet: boolean;
  /** Set during discovery only. */
  world: World | undefined;
  /** See World.maybe. */
  maybe: ReadonlySet<string> = new Set();
  /**
   * The next DROP … CASCADE that lies ahead of this state, when nothing is known of earlier migrations: what statements behind it create
   * may have been there before, and have gone with it.
   */
  cascadeAhead: number | undefined;
  /** The original's own run: it is known to have worked, so what the model takes for an obstacle is none. */
  lenient = false;
  /** Earlier migrations are replayed: the rows that they wrote are simply there. */
  replaying = false;
  /** The original's own run: steps remember what they found. */
  recording = false;
  /** What is made now stands behind a check of the author's own, which may let another object of that name pass. */
  checked = false;
  /** Ids that have to survive: dropping one of them in a rerun loses rows, or the place in a sequence (see `lossOf`). */
  precious: ReadonlySet<string> | undefined;
  /** The file has run to its end: an application has written rows since. */
  finished = false;
  /** When set, every question that is asked is noted here (see `changedKeys`): equal answers need not be worked out again. */
  reads: Set<string> | undefined;
  /** Keys of what this run itself has dropped. */
  dropped: ReadonlySet<string> = new Set();

  constructor(from?: Catalog) {
    this.#objects = from ? from.#objects : new Layered();
    this.#names = from ? from.#names : new Layered(undefined, false);
    this.#below = from ? from.#below : new Layered(undefined, false);
    this.#shared = this.#sharedNames = this.#sharedBelow = from !== undefined;
    this.#temporary = from ? from.#temporary : false;
    if (from) from.#shared = from.#sharedNames = from.#sharedBelow = true;
    this.path = from?.path ?? ['public'];
    this.pathSet = from?.pathSet ?? false;
    this.world = from?.world;
    this.precious = from?.precious;
    if (from) {
      this.finished = from.finished;
      this.dropped = from.dropped;
      this.maybe = from.maybe;
    }
  }

  get objects(): Pick<Layered<Obj>, 'get' | 'has' | 'values' | typeof Symbol.iterator> {
    return this.#objects;
  }

  #own(): void {
    if (!this.#shared) return;
    this.#objects = new Layered(this.#objects);
    this.#shared = false;
  }

  #ownNames(): Layered<string> {
    if (this.#sharedNames) {
      this.#names = new Layered(this.#names, false);
      this.#sharedNames = false;
    }
    return this.#names;
  }

  #ownBelow(): Layered<readonly string[]> {
    if (this.#sharedBelow) {
      this.#below = new Layered(this.#below, false);
      this.#sharedBelow = false;
    }
    return this.#below;
  }

  clone(): Catalog {
    return new Catalog(this);
  }

  #key(cls: Class, schema: string, name: string, parent: string | undefined): string {
    return isChild(cls) ? `${cls}:${parent}.${name}` : `${cls}:${schema}.${name}`;
  }

  #keyOf(object: Obj): string {
    let key = keys.get(object);
    if (key === undefined) keys.set(object, (key = this.#key(object.cls, object.schema, object.name, object.parent)));
    return key;
  }

  /** Puts an object in as it is (materialised or restored). */
  put(object: Obj): void {
    this.#own();
    const old = this.#objects.get(object.id);
    if (
      !old ||
      old.parent !== object.parent ||
      old.name !== object.name ||
      old.deps !== object.deps ||
      old.auto !== object.auto
    ) {
      if (old) this.#unlist(old);
      this.#list(object);
    }
    if (object.schema === 'pg_temp') this.#temporary = true;
    this.#objects.set(object.id, object);
    const key = this.#keyOf(object);
    if (this.#names.get(key) !== object.id) this.#ownNames().set(key, object.id);
  }

  /** Under what an object is found besides its name: its parent, what it goes away with, what it needs, a function's bare name. */
  #groups(object: Obj): readonly string[] {
    const { parent, auto, deps } = object;
    if (auto.length === 0 && deps.length === 0 && object.cls !== 'function')
      return parent === undefined ? [] : [parent];
    const out = parent === undefined ? [] : [parent];
    for (const id of auto) out.push(`auto ${id}`);
    for (const id of deps) out.push(`dep ${id}`);
    if (object.cls === 'function') out.push(`function ${object.name.slice(0, object.name.indexOf('('))}`);
    return out;
  }

  #list(object: Obj): void {
    for (const group of this.#groups(object)) {
      const listed = this.#below.get(group);
      // it may need one thing in two ways
      if (listed?.at(-1) === object.id) continue;
      this.#ownBelow().set(group, listed ? [...listed, object.id] : [object.id]);
    }
  }

  #unlist(object: Obj): void {
    for (const group of this.#groups(object)) {
      const listed = this.#below.get(group);
      if (!listed) continue;
      const rest = listed.length === 1 && listed[0] === object.id ? [] : listed.filter((id) => id !== object.id);
      if (rest.length > 0) this.#ownBelow().set(group, rest);
      else this.#ownBelow().delete(group);
    }
  }

  #remove(object: Obj): void {
    this.#own();
    const current = this.#objects.get(object.id);
    if (current) this.#unlist(current);
    this.#objects.delete(object.id);
    const key = this.#keyOf(object);
    if (this.#names.get(key) === object.id) this.#ownNames().delete(key);
  }

  get(id: string | undefined): Obj | undefined {
    if (id === undefined) return undefined;
    this.reads?.add(id);
    return this.objects.get(id);
  }

  #named(key: string): Obj | undefined {
    this.reads?.add(key);
    const id = this.#names.get(key);
    return id === undefined ? undefined : this.objects.get(id);
  }

  /** All objects: any change may matter to the one who asks. */
  all(): Iterable<Obj> {
    this.reads?.add('*');
    return this.objects.values();
  }

  /** What a question may have asked for that has another answer in `other`, in the words that `reads` uses. */
  changedKeys(other: Catalog): Set<string> {
    const out = new Set<string>();
    for (const id of this.#differing(other)) {
      const mine = this.#objects.get(id);
      const theirs = other.#objects.get(id);
      if (mine === theirs) continue;
      if (mine) this.#noteKeys(mine, out);
      if (theirs) this.#noteKeys(theirs, out);
    }
    return out;
  }

  #noteKeys(object: Obj, out: Set<string>): void {
    out.add(this.#keyOf(object)).add(object.id).add('*');
    if (object.parent !== undefined) out.add(`children:${object.parent}`).add(`on:${object.parent}`);
    for (const id of object.auto) out.add(`on:${id}`);
    for (const id of object.deps) out.add(`on:${id}`);
    if (object.cls === 'function') out.add(`function:${object.name.slice(0, object.name.indexOf('('))}`);
  }

  /** What the whole answer to a question is now: the object itself, or that there is nothing; undefined where that isn't told so easily. */
  answerTo(key: string): Obj | typeof NOTHING | undefined {
    const id = this.#names.get(key);
    const object = this.#objects.get(id ?? key);
    if (object) return object;
    if (key === '*') return undefined;
    // the names of functions begin like that, too: there is nothing behind those either
    const there = (group: string): boolean => this.#below.get(group) !== undefined;
    const of = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('children:')) return there(of) ? undefined : NOTHING;
    if (key.startsWith('on:')) return there(of) || there(`auto ${of}`) || there(`dep ${of}`) ? undefined : NOTHING;
    if (key.startsWith('function:')) return there(`function ${of}`) ? undefined : NOTHING;
    return NOTHING;
  }

  /** What has become of the objects since the older version that this one was cloned from; undefined for those that are gone. */
  changesSince(older: Catalog): ReadonlyMap<string, Obj | undefined> {
    const out = new Map<string, Obj | undefined>();
    for (const id of Layered.since(this.#objects, older.#objects)) {
      const now = this.#objects.get(id);
      if (now !== older.#objects.get(id)) out.set(id, now);
    }
    return out;
  }

  /** Does once more what another catalog has been through. */
  replay(changes: ReadonlyMap<string, Obj | undefined>): void {
    for (const [id, object] of changes) {
      const current = this.#objects.get(id);
      if (current && (!object || this.#keyOf(object) !== this.#keyOf(current))) this.#remove(current);
    }
    for (const object of changes.values()) if (object) this.put(object);
  }

  /** The rows of tables through which the same steps have gone once more, in the same order, are as they were; were there any? */
  keepRows(wanted: Catalog): boolean {
    let kept = false;
    for (const id of this.#differing(wanted)) {
      const now = this.#objects.get(id);
      const then = wanted.#objects.get(id);
      if (!now || !then || now.rows === then.rows || now.rows.length !== then.rows.length) continue;
      this.update(now, { rows: then.rows });
      kept = true;
    }
    return kept;
  }

  /** Ids of all objects that may not be the same in both. */
  #differing(other: Catalog): Iterable<string> {
    return (
      Layered.parted(this.#objects, other.#objects) ?? new Set([...this.#objects, ...other.#objects].map(([id]) => id))
    );
  }

  #schemaOf(cls: Class, schema: string | undefined): string {
    return NO_SCHEMA.has(cls) ? '' : (schema ?? this.path[0] ?? 'public');
  }

  find(spec: Spec): Obj | undefined {
    if (spec.parent !== undefined || isChild(spec.cls)) {
      const parent = spec.parent && this.find(spec.parent);
      if (!parent) return undefined;
      return this.#named(this.#key(spec.cls, '', spec.name, parent.id));
    }
    if (NO_SCHEMA.has(spec.cls)) return this.#named(this.#key(spec.cls, '', spec.name, undefined));
    if (spec.schema !== undefined) return this.#named(this.#key(spec.cls, spec.schema, spec.name, undefined));
    for (const schema of ['pg_temp', ...this.path]) {
      const found = this.#named(this.#key(spec.cls, schema, spec.name, undefined));
      if (found) return found;
    }
    return undefined;
  }

  child(parent: Obj, cls: Class, name: string): Obj | undefined {
    return this.#named(this.#key(cls, '', name, parent.id));
  }

  /** The function of that name with whatever arguments, in the schema or along the search_path. */
  functionNamed(name: string, schema: string | undefined): Obj | undefined {
    this.reads?.add(`function:${name}`);
    for (const id of this.#below.get(`function ${name}`) ?? []) {
      const object = this.#objects.get(id);
      if (object && (schema === undefined ? this.path.includes(object.schema) : object.schema === schema))
        return object;
    }
    return undefined;
  }

  /** `functionNamed`, and in discovery what history knows. */
  needFunction(name: string, schema: string | undefined): Obj | undefined {
    const found = this.functionNamed(name, schema);
    if (found || !this.world?.history) return found;
    const known = this.world.history.functionNamed(name, schema);
    return known && !this.world.initial.has(known.id)
      ? this.#assumeTree(known, { cls: 'function', name: known.name, schema })
      : undefined;
  }

  *children(parentId: string, cls?: Class): Iterable<Obj> {
    this.reads?.add(`children:${parentId}`);
    for (const id of this.#below.get(parentId) ?? []) {
      const object = this.#objects.get(id);
      if (object && (cls === undefined || object.cls === cls)) yield object;
    }
  }

  /** What needs it: can't be without it, or as it is. */
  *needing(id: string): Iterable<Obj> {
    this.reads?.add(`on:${id}`);
    for (const other of this.#below.get(`dep ${id}`) ?? []) {
      const object = this.#objects.get(other);
      if (object) yield object;
    }
  }

  /** What history knows under that name, copied with all that hangs on it. */
  #fromHistory(spec: Spec, parent: Obj | undefined): Obj | undefined {
    const history = this.world?.history;
    if (!history) return undefined;
    const found = parent ? history.child(history.get(parent.id) ?? parent, spec.cls, spec.name) : history.find(spec);
    if (!found || this.objects.has(found.id) || this.world?.initial.has(found.id)) return undefined;
    return found;
  }

  #assume(object: Obj): Obj {
    this.put(object);
    this.world?.initial.set(object.id, object);
    return object;
  }

  #assumeTree(object: Obj, spec: Spec): Obj {
    const history = this.world?.history;
    const made = this.#assume({ ...object, written: spec.schema });
    if (history) {
      const pending = [object.id];
      for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
        for (const child of history.children(id)) {
          if (this.objects.has(child.id) || this.world?.initial.has(child.id)) continue;
          this.#assume({ ...child, written: spec.schema });
          pending.push(child.id);
        }
      }
    }
    return made;
  }

  /** With the table or column that it belongs to: an index comes with its table, not before it. */
  #assumeWhole(object: Obj, spec: Spec): Obj {
    const history = this.world?.history;
    let top = object;
    for (let parent = history?.get(object.parent); parent; parent = history?.get(parent.parent)) top = parent;
    if (top !== object && !this.objects.has(top.id) && !this.world?.initial.has(top.id))
      this.#assumeTree(top, { ...spec, schema: undefined });
    const brought = this.objects.get(object.id);
    return brought ?? this.#assumeTree(object, spec);
  }

  /** The object, which has to be there; in discovery an unknown one is taken to have been there before the file. */
  need(spec: Spec): Obj {
    const found = this.find(spec);
    if (found) return found;
    if (!this.world) throw new StepError(`${describeSpec(spec)} does not exist`);
    const parent = spec.parent && this.need(spec.parent);
    // with its parent, history has brought all that belongs to it
    const brought = parent && this.find(spec);
    if (brought) return brought;
    const known = this.#fromHistory(spec, parent);
    if (known) return this.#assumeWhole(known, spec);
    const schema = isChild(spec.cls) ? '' : this.#schemaOf(spec.cls, spec.schema);
    return this.#assume({
      id: `0:${this.#key(spec.cls, schema, spec.name, parent?.id)}`,
      cls: spec.cls,
      kind: spec.kind ?? '',
      schema,
      name: spec.name,
      written: spec.parent ? undefined : spec.schema,
      parent: parent?.id,
      attrs: {},
      deps: [],
      auto: [],
      rows: [],
      complete: false,
    });
  }

  /** The object if it is known to be there, from the file or from history; never assumes anything new. */
  peek(spec: Spec): Obj | undefined {
    const found = this.find(spec);
    if (found || !this.world) return found;
    const parent = spec.parent && this.peek(spec.parent);
    if (spec.parent && !parent) return undefined;
    const brought = parent && this.find(spec);
    if (brought) return brought;
    if (this.world.absent.has(this.#key(spec.cls, this.#schemaOf(spec.cls, spec.schema), spec.name, parent?.id)))
      return undefined;
    const known = this.#fromHistory(spec, parent);
    return known ? this.#assumeWhole(known, spec) : undefined;
  }

  /**
   * Creates an object. `id` is the statement's number and a counter, so that a rerun of the same statement makes "the same" object.
   * Throws when something of that name is there.
   */
  create(spec: Spec, id: string, made: NewObject = {}, maybeThere = false): Obj {
    const parent = made.parent ?? (spec.parent && this.need(spec.parent).id);
    const schema = isChild(spec.cls) ? '' : this.#schemaOf(spec.cls, made.schema ?? spec.schema);
    const key = this.#key(spec.cls, schema, spec.name, parent);
    const there = this.#named(key);
    if (there) {
      if (this.world && this.world.initial.has(there.id)) {
        // history is mistaken or incomplete: a migration that was applied did create it
        this.world.absent.add(key);
        this.forget(there);
      } else if (this.recording && !there.id.startsWith('s')) {
        // a CASCADE that we could not follow has taken it away
        this.forget(there);
      } else throw new StepError(`${describeSpec(spec)} already exists`);
    } else if (this.world) {
      const known =
        parent === undefined && !isChild(spec.cls) ? this.#fromHistory({ ...spec, schema }, undefined) : undefined;
      if (known && this.world.cascaded) {
        // it was there, and an earlier CASCADE of this file took it away
        this.#assumeTree(known, spec);
        const initial = new Map(this.world.initial);
        this.forget(known);
        for (const [id, object] of initial) this.world.initial.set(id, object);
      }
      if (maybeThere && !this.world.history) this.world.maybe.add(key);
      this.world.absent.add(key);
    }
    this.reads?.add(id);
    const object: Obj = {
      // what an earlier run of the same statement made may still be there under another name
      id: this.objects.has(id) ? `${id}'` : id,
      cls: spec.cls,
      kind: made.kind ?? spec.kind ?? '',
      schema,
      name: spec.name,
      written: spec.schema,
      parent,
      def: made.def,
      attrs: {
        ...made.attrs,
        ...(this.maybe.has(key) && { maybe: 'true' }),
        ...((maybeThere || this.checked) && { optional: 'true' }),
      },
      deps: made.deps ?? [],
      auto: made.auto ?? [],
      rows: [],
      complete: made.complete ?? false,
    };
    this.put(object);
    return object;
  }

  /** Takes an assumed object and all below it out again. */
  forget(object: Obj): void {
    for (const child of [...this.children(object.id)]) this.forget(child);
    this.#remove(object);
    this.world?.initial.delete(object.id);
  }

  /** All that goes away with these ids: children and what depends on them automatically. */
  #closure(ids: Set<string>): void {
    // the set grows while it is gone through
    for (const id of ids) {
      this.reads?.add(`on:${id}`);
      for (const group of [id, `auto ${id}`])
        for (const below of this.#below.get(group) ?? []) if (this.#objects.has(below)) ids.add(below);
    }
  }

  /** Drops objects as one command does. Throws when something else depends on them and CASCADE is not given, or when rows would be lost. */
  drop(targets: readonly Obj[], cascade: boolean): void {
    if (targets.length === 0) return;
    if (cascade && this.world) this.world.cascaded = true;
    const ids = new Set(targets.map((target) => target.id));
    for (const target of targets) if (target.cls === 'schema') this.#empty(target, cascade, ids);
    this.#closure(ids);
    for (let size = -1; size < ids.size;) {
      size = ids.size;
      for (const id of [...ids].flatMap((needed) => this.#below.get(`dep ${needed}`) ?? [])) {
        const object = this.#objects.get(id);
        if (!object || ids.has(id)) continue;
        if (!cascade) {
          if (this.world || this.lenient) continue; // the original did work: our picture of what depends on it is wrong
          throw new StepError(`${describe(object)} depends on ${targets.map((target) => describe(target)).join(', ')}`);
        }
        if (object.cls === 'column') {
          // CASCADE over a type drops the columns of that type; over a default's function only the default
          if (!ids.has(object.attrs['typeId'] ?? '')) continue;
        }
        ids.add(id);
      }
      if (size < ids.size) this.#closure(ids);
    }
    const dropped = this.world ? undefined : new Set(this.dropped);
    for (const id of ids) {
      const object = this.objects.get(id);
      if (!object) continue;
      dropped?.add(this.#keyOf(object));
      if (this.precious?.has(id)) {
        const loss = lossOf(object, cascade);
        if (loss !== undefined) throw new LossError(loss);
      }
      this.#remove(object);
    }
    if (dropped) this.dropped = dropped;
  }

  /** May rows be there that an application has written since the file has run? */
  hasNewRows(): boolean {
    this.reads?.add(END);
    return this.finished;
  }

  /** For a DROP of whatever: would it meet something that the file has made and that has to survive? */
  loseAnything(how: string): void {
    if (!this.precious) return;
    for (const object of this.all())
      if (this.precious.has(object.id) && object.id.startsWith('s'))
        throw new LossError(`${how}, and ${describe(object, this.get(object.parent))} is there by then`);
  }

  /** What is in a schema: it goes with it, or is in the way. */
  #empty(schema: Obj, cascade: boolean, ids: Set<string>): void {
    for (const object of this.all()) {
      if (object.schema !== schema.name || ids.has(object.id)) continue;
      if (cascade) ids.add(object.id);
      else if (!this.world && !this.lenient) throw new StepError(`${describe(object)} is in schema "${schema.name}"`);
    }
  }

  /** Has this run itself dropped a child of that name? */
  hasDropped(parent: Obj, cls: Class, name: string): boolean {
    const key = this.#key(cls, '', name, parent.id);
    this.reads?.add(`dropped:${key}`);
    return this.dropped.has(key);
  }

  rename(object: Obj, name: string, schema: string = object.schema): Obj {
    const key = this.#key(object.cls, schema, name, object.parent);
    const there = this.#named(key);
    if (there && there.id !== object.id) {
      if (this.world?.initial.has(there.id)) this.forget(there);
      else throw new StepError(`${describe(there)} already exists`);
    }
    if (this.world) this.world.absent.add(key);
    this.#remove(object);
    const renamed = { ...object, name, schema, written: schema === object.schema ? object.written : schema };
    this.put(renamed);
    return renamed;
  }

  update(
    object: Obj,
    changes: Partial<Pick<Obj, 'def' | 'attrs' | 'deps' | 'auto' | 'rows' | 'parent' | 'kind' | 'complete'>>,
  ): Obj {
    const current = this.objects.get(object.id) ?? object;
    const updated = { ...current, ...changes };
    if (changes.parent !== undefined && changes.parent !== current.parent) this.#remove(current);
    this.put(updated);
    return updated;
  }

  set(object: Obj, name: string, value: string): Obj {
    const current = this.objects.get(object.id) ?? object;
    if (current.attrs[name] === value) return current;
    return this.update(current, { attrs: { ...current.attrs, [name]: value } });
  }

  /** Adds what a later statement tells about an object that was there before the file: true of it from the start. */
  learn(object: Obj, attrs: Readonly<Record<string, string>>): Obj {
    const learned = this.update(object, { attrs: { ...object.attrs, ...attrs } });
    const initial = this.world?.initial.get(object.id);
    if (initial) this.world?.initial.set(object.id, { ...initial, attrs: { ...initial.attrs, ...attrs } });
    return learned;
  }

  /** An index that was only known by name turns out to belong to this table. */
  adopt(index: Obj, parent: string): Obj {
    if (index.parent !== undefined) return index;
    const initial = this.world?.initial.get(index.id);
    if (initial) this.world?.initial.set(index.id, { ...initial, parent });
    return this.update(index, { parent });
  }

  /** Temporary objects vanish with the session. */
  endSession(): void {
    if (!this.#temporary) return;
    const gone = [...this.objects.values()].filter((object) => object.schema === 'pg_temp');
    const ids = new Set(gone.map((object) => object.id));
    this.#closure(ids);
    for (const id of ids) {
      const object = this.objects.get(id);
      if (object) this.#remove(object);
    }
  }

  #parentOf(object: Obj): Obj | undefined {
    return object.parent === undefined ? undefined : this.#objects.get(object.parent);
  }

  /** One line for an object: its name, kind, definition, attributes and rows; ids only where they stand for data. */
  line(object: Obj): string {
    const parent = object.parent === undefined ? undefined : this.objects.get(object.parent);
    const known = lines.get(object);
    if (known && known.parent === parent) return known.line;
    const identity = object.cls === 'column' || (object.cls === 'relation' && object.kind === 'table') ? object.id : '';
    const attrs = Object.keys(object.attrs)
      .filter((key) => key !== 'typeId' && key !== 'optional')
      .sort()
      .map((key) => `${key}=${object.attrs[key]}`)
      .join(';');
    const line = `${object.cls} ${object.schema}.${object.name} of ${parent?.schema}.${parent?.name}|${object.kind}|${object.def ?? ''}|${attrs}|${identity}|${rowsPicture(object.rows)}`;
    lines.set(object, { parent, line });
    return line;
  }

  /** What one catalog has and the other hasn't, as sorted lines; both empty when they hold the same. */
  difference(other: Catalog): { readonly only: Obj[]; readonly missing: Obj[] } {
    const ids = new Set<string>();
    for (const id of this.#differing(other)) {
      ids.add(id);
      const mine = this.#objects.get(id);
      const theirs = other.#objects.get(id);
      // an object's line names its parent
      if (mine?.name !== theirs?.name || mine?.schema !== theirs?.schema)
        for (const catalog of [this, other]) for (const child of catalog.#below.get(id) ?? []) ids.add(child);
    }
    const mine = new Map<string, Obj[]>();
    for (const id of ids) {
      const object = this.#objects.get(id);
      const theirs = object && other.#objects.get(id);
      if (theirs && alike(object, theirs) && sameName(this.#parentOf(object), other.#parentOf(theirs))) {
        ids.delete(id);
        continue;
      }
      if (!object || object.schema === 'pg_temp') continue;
      const line = this.line(object);
      mine.set(line, [...(mine.get(line) ?? []), object]);
    }
    const missing: Obj[] = [];
    for (const id of ids) {
      const object = other.#objects.get(id);
      if (!object || object.schema === 'pg_temp') continue;
      const same = mine.get(other.line(object));
      if (!same || same.length === 0) missing.push(object);
      else same.pop();
    }
    return { only: [...mine.values()].flat(), missing };
  }
}

const sameName = (a: Obj | undefined, b: Obj | undefined): boolean => a?.name === b?.name && a?.schema === b?.schema;

/** Two pictures of one object of which, with parents of the same name, `line` says the same. */
function alike(a: Obj, b: Obj): boolean {
  if (a === b) return true;
  if (a.name !== b.name || a.schema !== b.schema || a.kind !== b.kind || (a.def ?? '') !== (b.def ?? '')) return false;
  if (a.cls !== b.cls || a.rows.length !== b.rows.length || a.rows.some((token, at) => token !== b.rows[at]))
    return false;
  return a.attrs === b.attrs || (covers(a.attrs, b.attrs) && covers(b.attrs, a.attrs));
}

/** All that the one says of an object, `line` counts, and the other says, too. */
function covers(one: Obj['attrs'], other: Obj['attrs']): boolean {
  for (const key in one) if (one[key] !== other[key] && key !== 'typeId' && key !== 'optional') return false;
  return true;
}

const keys = new WeakMap<Obj, string>();
const lines = new WeakMap<Obj, { readonly parent: Obj | undefined; readonly line: string }>();

/** Steps that add or delete rows commute as far as the model lets them run twice; updates that write over each other do not. */
function rowsPicture(rows: readonly string[]): string {
  if (rows.length < 2) return rows.join(',');
  const updates = rows.filter((token) => token.endsWith('u'));
  const others = rows.filter((token) => !token.endsWith('u')).sort();
  return `${others.join(',')}/${updates.join(',')}`;
}

/**
 * What is lost when a rerun drops something that has to survive. What is in use by then can't be told from the file: a schema holds tables
 * of later migrations, an extension has tables of its own, and other tables have columns of a type. Only CASCADE takes these away.
 */
function lossOf(object: Obj, cascade: boolean): string | undefined {
  switch (object.cls) {
    case 'schema':
      return cascade ? `${describe(object)} with all that is in it would be dropped` : undefined;
    case 'type':
      return cascade ? `${describe(object)} with the columns that have it would be dropped` : undefined;
    case 'extension':
      return `${describe(object)} with the rows and columns that belong to it would be dropped`;
    default:
      return object.kind === 'sequence'
        ? `${describe(object)} would be made anew and hand out used numbers`
        : `${describe(object)} with its data would be dropped`;
  }
}

function describeSpec(spec: Spec): string {
  const name = spec.schema ? `"${spec.schema}"."${spec.name}"` : `"${spec.name}"`;
  const word = spec.cls === 'relation' ? (spec.kind ?? 'relation') : spec.cls;
  return spec.parent ? `${word} ${name} of "${spec.parent.name}"` : `${word} ${name}`;
}

/** For people: `table "User"`, `column "a" of "User"`. */
export function describe(object: Obj, parent?: Obj): string {
  const word = object.cls === 'relation' || object.cls === 'type' ? object.kind || object.cls : object.cls;
  return parent ? `${word} "${object.name}" of "${parent.name}"` : `${word} "${object.name}"`;
}
