/**
 * A map of which many versions live at once, each a few changes away from an older one: what the states of a file are to each other. A
 * version shares all that it doesn't change, and two versions of one family can be compared by what was changed since they parted.
 */

const GONE = Symbol('deleted');
/** A version that differs from the last complete one in fewer keys than this carries them with it. */
const FEW = 24;

/** `new Map(map)` makes an array of every entry on its way. */
function copied<V>(map: ReadonlyMap<string, V>): Map<string, V> {
  const out = new Map<string, V>();
  map.forEach((value, key) => out.set(key, value));
  return out;
}

export class Layered<V> implements Iterable<[string, V]> {
  /** The complete version that is looked up when `#own` has no entry; undefined for one that is complete itself. */
  readonly #base: Layered<V> | undefined;
  /** The version that this one was made from. */
  readonly #older: Layered<V> | undefined;
  readonly #own: Map<string, V | typeof GONE>;
  readonly #age: number;
  /** Keys changed since the older version; undefined where nobody compares versions. */
  readonly #changed: Set<string> | undefined;
  /** Everything in one map, made when somebody goes through all entries. */
  #flat: Map<string, V> | undefined;

  /**
   * A version that starts out the same as `older`, which must not be changed any more.
   *
   * @param compared whether versions will be compared (see `parted`, `since`)
   */
  constructor(older?: Layered<V>, compared = true) {
    if (compared) this.#changed = new Set();
    this.#older = older;
    this.#age = older ? older.#age + 1 : 0;
    if (!older) this.#own = new Map();
    else if (!older.#base) {
      this.#base = older;
      this.#own = new Map();
    } else if (older.#own.size < FEW || older.#own.size * 4 < older.#base.#own.size) {
      this.#base = older.#base;
      this.#own = copied(older.#own);
    } else this.#own = copied<V | typeof GONE>(older.#all());
  }

  get(key: string): V | undefined {
    const value = this.#own.get(key);
    if (value !== undefined) return value === GONE ? undefined : value;
    return this.#base ? (this.#base.#own.get(key) as V | undefined) : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): void {
    this.#own.set(key, value);
    this.#changed?.add(key);
    this.#flat = undefined;
  }

  delete(key: string): void {
    if (this.#base) this.#own.set(key, GONE);
    else this.#own.delete(key);
    this.#changed?.add(key);
    this.#flat = undefined;
  }

  values(): IterableIterator<V> {
    return this.#all().values();
  }

  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.#all()[Symbol.iterator]();
  }

  #all(): Map<string, V> {
    if (!this.#base) return this.#own as Map<string, V>;
    if (this.#flat) return this.#flat;
    const flat = copied(this.#base.#all());
    this.#own.forEach((value, key) => {
      if (value === GONE) flat.delete(key);
      else flat.set(key, value);
    });
    return (this.#flat = flat);
  }

  /** The keys that may have other values in the two versions: all that was set or deleted since they parted; undefined if they are no family. */
  static parted<V>(one: Layered<V>, other: Layered<V>): Set<string> | undefined {
    const out = new Set<string>();
    let a: Layered<V> | undefined = one;
    let b: Layered<V> | undefined = other;
    while (a !== b) {
      if (!a || !b) return undefined;
      if (a.#age >= b.#age) {
        for (const key of a.#changed ?? []) out.add(key);
        a = a.#older;
      } else {
        for (const key of b.#changed ?? []) out.add(key);
        b = b.#older;
      }
    }
    return out;
  }

  /** The keys that were set or deleted since an older version, in that order. */
  static since<V>(version: Layered<V>, older: Layered<V>): Set<string> {
    const versions: Layered<V>[] = [];
    for (let at: Layered<V> | undefined = version; at && at !== older; at = at.#older) versions.push(at);
    const out = new Set<string>();
    for (const at of versions.reverse()) for (const key of at.#changed ?? []) out.add(key);
    return out;
  }
}
