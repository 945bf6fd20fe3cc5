/** What the parts of a baseline are, and what is said about them. */
import type { LiveSession } from '../live/session.ts';

/** The OIDs of the system catalogs, the same on every server (src/include/catalog/pg_*.h). */
export const CATALOG = {
  pg_type: '1247',
  pg_attribute: '1249',
  pg_proc: '1255',
  pg_class: '1259',
  pg_default_acl: '826',
  pg_am: '2601',
  pg_amop: '2602',
  pg_amproc: '2603',
  pg_attrdef: '2604',
  pg_cast: '2605',
  pg_constraint: '2606',
  pg_conversion: '2607',
  pg_language: '2612',
  pg_namespace: '2615',
  pg_opclass: '2616',
  pg_operator: '2617',
  pg_opfamily: '2753',
  pg_rewrite: '2618',
  pg_trigger: '2620',
  pg_extension: '3079',
  pg_policy: '3256',
  pg_statistic_ext: '3381',
  pg_collation: '3456',
  pg_event_trigger: '3466',
  pg_transform: '3576',
  pg_ts_dict: '3600',
  pg_ts_parser: '3601',
  pg_ts_config: '3602',
  pg_ts_template: '3764',
  pg_publication: '6104',
  pg_publication_rel: '6106',
  pg_publication_namespace: '6237',
  pg_subscription: '6100',
  pg_foreign_data_wrapper: '2328',
  pg_foreign_server: '1417',
  pg_user_mapping: '1418',
} as const;

export type CatalogName = keyof typeof CATALOG;

/** `catalog OID:object OID`, as pg_depend names an object; a piece of an object has `/something` behind it. */
export type Key = string;
export const keyOf = (catalog: CatalogName, oid: string): Key => `${CATALOG[catalog]}:${oid}`;

/**
 * The order of preference among parts that do not depend on each other (dbObjectTypePriority in pg_dump_sort.c, without
 * its division into sections). Dependencies always win.
 */
export const PRIORITY = {
  schema: 1,
  language: 2,
  collation: 3,
  extension: 5,
  'shell type': 6,
  type: 7,
  domain: 7,
  cast: 9,
  function: 10,
  procedure: 10,
  aggregate: 11,
  'access method': 12,
  operator: 13,
  'operator family': 14,
  'operator class': 14,
  conversion: 15,
  transform: 16,
  'text search parser': 17,
  'text search template': 18,
  'text search dictionary': 19,
  'text search configuration': 20,
  'foreign-data wrapper': 21,
  'foreign server': 22,
  'user mapping': 23,
  sequence: 30,
  table: 31,
  'foreign table': 31,
  'attached partition': 33,
  view: 31,
  'materialized view': 31,
  inheritance: 32,
  default: 34,
  'owned sequence': 35,
  check: 40,
  constraint: 41,
  index: 42,
  'attached index': 43,
  statistics: 44,
  rule: 45,
  trigger: 46,
  'foreign key': 50,
  policy: 51,
  publication: 60,
  subscription: 61,
  'default privileges': 91,
  'event trigger': 98,
} as const;

export type Kind = keyof typeof PRIORITY;

/** What can be granted on an object, and what is granted. */
export interface Grants {
  /** The letter that acldefault() knows: 'r' relation, 's' sequence, 'f' function, 'n' schema, 'T' type, 'l' language, 'F' wrapper, 'S' server. */
  readonly letter: string;
  /** The ACL as text of aclitem[] (`{a=r/b}`), or null where the catalog has none. */
  readonly acl: string | null;
  /** What stands behind ON in GRANT when it is not `address`: `FUNCTION public.f(integer)`. */
  readonly address?: string;
}

/**
 * One piece of the schema: created as a whole when it is missing. Everything that can be missing by itself while the rest
 * is there is a part of its own.
 */
export interface Part {
  readonly key: Key;
  /** Other objects that exist exactly when this one does: row type, array type, the sequence of an identity column. */
  readonly also?: readonly Key[];
  readonly kind: Kind;
  /** The object's schema, not quoted; undefined for objects without one. */
  readonly schema: string | undefined;
  /** The name for people, unique within the kind: `public.users`, `users_pkey on public.users`, `public.f(integer)`. Quoted as in SQL. */
  readonly name: string;
  /** The relation or type that it belongs to: what stands side by side and belongs together becomes one block. */
  readonly of?: Key;
  /**
   * SQL on the server where the baseline is applied: the OID in the part's catalog, or NULL when the part is not there. Everything that the
   * part depends on is there when it runs. Functions and catalogs are qualified with pg_catalog. Works on 12 to 18, under any search_path.
   */
  readonly oid: string;
  /** SQL: true when the part has to be made. Default: `${oid} IS NULL`. */
  readonly missing?: string;
  /** The statements that make it, without `;`, all names qualified. */
  readonly sql: readonly string[];
  /** PL/pgSQL would misread `sql` (several actions of a rule on 12 and 13, INTO): run it with EXECUTE. */
  readonly execute?: boolean;
  /** Further steps, each with a condition of its own, in the part's block: a setting that may be another than it should. */
  readonly steps?: readonly Step[];
  /** As in COMMENT ON and ALTER … OWNER TO: `TABLE public.users`, `CONSTRAINT a ON public.b`. Undefined: can have neither. */
  readonly address?: string;
  /** Name of the owner, not quoted. Undefined: has no owner of its own. */
  readonly owner?: string;
  readonly grants?: Grants;
  /** For comments on and grants of columns. */
  readonly columns?: readonly Column[];
  /** Objects on which it depends beside those that pg_depend says. */
  readonly requires?: readonly Key[];
  /** Objects on which it does not depend, although pg_depend says so. */
  readonly ignores?: readonly Key[];
  /**
   * Text in which names of relations and functions may stand that pg_depend knows nothing about (the body of a function):
   * what it names comes first if that is possible.
   */
  readonly body?: string;
  /** How the part can be made in two steps, where it depends on itself through others (see graph.ts). */
  readonly split?: Split;
  /** Pieces that are made with the part, and apart from it where they are what makes the circle: the defaults of a table. */
  readonly inline?: readonly Inline[];
  /** The part depends on all that this one does: it makes something of it before. */
  readonly like?: Key;
  /** The part is the second half of this one. */
  readonly wholeOf?: Key;
  /** The part without these pieces of `inline`. */
  readonly without?: (pieces: ReadonlySet<Key>) => Part;
}

/** Puts a value behind those that the map has for the key. */
export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

/** The part with what `map` has for it among its requirements. */
export function alsoRequires(part: Part, map: ReadonlyMap<Key, readonly Key[]>): Part {
  const more = map.get(part.key);
  return more ? { ...part, requires: [...(part.requires ?? []), ...more] } : part;
}

/** A piece of a part that is an object of its own in pg_depend. */
export interface Inline {
  readonly key: Key;
  /** The piece as a part of its own. */
  readonly apart: () => Part;
}

export interface Column {
  /** attnum */
  readonly number: string;
  /** Not quoted. */
  readonly name: string;
  /** aclitem[] as text. */
  readonly acl?: string | null;
}

export interface Step {
  /** SQL: true when the step has to be done. */
  readonly needed: string;
  readonly sql: readonly string[];
}

/** A circle of dependencies is cut here: first an empty form of the part, later the rest of it. */
export interface Split {
  /** What is tried first has the lowest number: default 1, check 2, domain check 3, view 4, function 5. */
  readonly rank: number;
  /** The statements of the first half; what `Part.sql` would depend on is not needed for them. */
  readonly first: readonly string[];
  /** The keys that the first half needs all the same; `own`: what pg_depend has for the object itself, and not for those in `also`. */
  readonly needs: readonly Key[] | 'own';
  /** The second half, run when `missing` is true. */
  readonly then: { readonly missing: string; readonly sql: readonly string[] };
}

/** Stands for the body of a function that is made in two steps, until the rest of the file's objects are there. */
export const LATER = 'SELECT NULL /* idempotify: the body comes later */';

/** What is there and will not be in the baseline. */
export interface LeftOut {
  readonly kind: string;
  readonly name: string;
  /** The end of the sentence "left out: …". */
  readonly reason: string;
}

export interface BaselineOptions {
  /** Only these schemas (patterns with * and ?); default: all that are the user's. */
  readonly schemas?: readonly string[];
  /** Not these: `schema`, `schema.relation`, with * and ?. */
  readonly exclude?: readonly string[];
  readonly grants?: boolean;
  readonly comments?: boolean;
  readonly owners?: boolean;
  /** Passwords in options of user mappings and servers, connection strings of subscriptions. Default: left out. */
  readonly secrets?: boolean;
  /** Relations in which migration tools keep what they have applied, `schema.name` or `name` for any schema, beside those that are known. */
  readonly ledger?: readonly string[];
}

/** What is compared of objects that are there already (check.ts). */
export type FactKind =
  | 'table'
  | 'partition'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'constraint'
  | 'index'
  | 'trigger'
  | 'policy'
  | 'rule'
  | 'function'
  | 'type'
  | 'domain check'
  | 'aggregate'
  | 'operator'
  | 'statistics'
  | 'text search dictionary'
  | 'text search configuration'
  | 'collation'
  | 'extension'
  | 'cast'
  | 'foreign server'
  | 'publication'
  | 'event trigger';

/** Where a reader of one kind gets its rows. */
export interface CatalogReader {
  readonly session: LiveSession;
  /** server_version_num. */
  readonly version: number;
  readonly options: BaselineOptions;
  /** OID -> name of the schemas that are read. */
  readonly schemas: ReadonlyMap<string, string>;
  /** All values as text, under an empty search_path. */
  rows(sql: string): Promise<(string | null)[][]>;
  /** SQL: the object's schema is one that is read: `p.pronamespace IN (…)`. */
  inScope(namespace: string): string;
  /** SQL: no extension brought the object: `NOT EXISTS (… pg_depend … deptype = 'e')`. */
  notMember(catalog: CatalogName, oid: string): string;
  leaveOut(kind: string, name: string, reason: string): void;
  /** How an object looks that the baseline expects to look so where it is applied. */
  fact(kind: FactKind, schema: string, name: string, part: string, definition: string): void;
  /** What a person should know, as one sentence. */
  warn(message: string): void;
}

/** A part as it stands in the file: complete SQL, guarded. */
export interface BaselineObject {
  readonly kind: Kind;
  readonly schema: string | undefined;
  readonly name: string;
  /** Complete statements with `;` and a newline; a comment line with kind and name in front. */
  readonly sql: string;
  /** What else the block makes: constraints and indexes of a table. Without links such as ATTACH PARTITION, which are no objects. */
  readonly beside?: readonly { readonly kind: Kind; readonly name: string }[];
}

export interface Baseline {
  /** server_version_num of the source. */
  readonly version: number;
  readonly database: string;
  /** In the order in which they are made. */
  readonly objects: readonly BaselineObject[];
  /** What stands in front of the objects: what the file is, and the check that what is there is the same. */
  readonly head: string;
  readonly tail: string;
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly string[];
  /** Roles that owners and grants name, sorted. */
  readonly roles: readonly string[];
}
