/**
 * Shape, not name: for what a statement creates, the SQL that says what is there (`have`) and what is wanted (`want`), in the same words.
 * A guard runs the statement when nothing is there, and raises when something else is there under that name.
 */
import type { PlannedStatement } from '../guards/plan.ts';
import {
  constraintText,
  functionLine,
  indexLine,
  indexWhere,
  labelsOf,
  labelsSql,
  nameSql,
  nameText,
  regclass,
  regprocedure,
  regtype,
  textArray,
} from '../guards/probe.ts';
import type { Catalog, Obj } from '../model/catalog.ts';
import { quoteIdent, quoteLiteral } from '../quote.ts';

export interface Shape {
  /** DECLARE lines of the DO block. */
  readonly declare: readonly string[];
  /** True on the server when (part of) the effect is missing. */
  readonly missing: string;
  /** True when something else is there; undefined when the name is all that can be compared. */
  readonly differs: string | undefined;
  /** What is missing may be something else: whether it differs has to be asked first. */
  readonly early?: boolean;
  /** `table "User"`, for the message. */
  readonly label: string;
  /** Statements before the IF (a definition that the server has to normalise first). */
  readonly prepare?: readonly string[];
}

/** A want that the server has to print first: the statement is tried on a temporary table of the same name. */
export interface TwinShape {
  readonly definition: (relation: string) => string;
  readonly label: string;
  /** Columns that the file renames or drops later on: once they are gone, the statement can't be tried any more. */
  readonly columns: readonly string[];
  /** Compare with all of the table's instead of one of this name. */
  readonly anyName: boolean;
}

const stripTypmod = (type: string): string => type.replace(/\([^)]*\)/, '').replace(/ {2,}/g, ' ');

interface Line {
  /** SQL expression. */
  readonly sql: string;
  readonly key: string;
}

const literal = (text: string): Line => ({ sql: quoteLiteral(text), key: text });

/** A column as `"name" type NOT NULL`; undefined when its type isn't known. */
function columnLine(column: Obj, catalog: Catalog, loose: boolean): Line | undefined {
  const type = column.attrs['type'];
  if (type === undefined || type === '') return undefined;
  const required =
    column.attrs['notnull'] === 'true' ? ' NOT NULL' : column.attrs['notnull'] === 'false' ? '' : undefined;
  if (required === undefined) return undefined;
  const name = quoteIdent(column.name);
  const written = column.attrs['typeName'];
  const array = type.endsWith('[]') ? '[]' : '';
  const typeObject = catalog.get(column.attrs['typeId']);
  if (written !== undefined) {
    const typeName = typeObject ? nameSql(typeObject.written, typeObject.name) + array : written;
    // a type outside of the search_path is printed with its schema: let the server print both sides
    if (typeName.includes('.'))
      return {
        sql: `format(${quoteLiteral(`${name.replaceAll('%', '%%')} %s${required}`)}, to_regtype(${quoteLiteral(typeName)}))`,
        key: `${name} ${typeName}${required}`,
      };
    return literal(`${name} ${typeName}${required}`);
  }
  return literal(`${name} ${loose ? stripTypmod(type) : type}${required}`);
}

function constraintLine(
  constraint: Obj,
  from: Catalog,
  at: Catalog,
  prefix = `CONSTRAINT ${quoteIdent(constraint.name)} `,
): Line | undefined {
  const sql = constraintText(constraint, from, at, prefix);
  return sql === undefined
    ? undefined
    : { sql, key: prefix + (constraint.def ?? '') + (constraint.attrs['valid'] ?? '') };
}

interface Lines {
  readonly columns: Line[];
  readonly constraints: Line[];
  /** Constraints without a name of their own: PostgreSQL may have given them any. */
  readonly unnamed: Line[];
  /** Constraints of which only the name can be compared. */
  readonly names: string[];
  readonly constraintNames: string[];
  readonly complete: boolean;
}

function linesOf(objects: readonly Obj[], from: Catalog, at: Catalog, loose: boolean): Lines {
  const out: {
    columns: Line[];
    constraints: Line[];
    unnamed: Line[];
    names: string[];
    constraintNames: string[];
    complete: boolean;
  } = { columns: [], constraints: [], unnamed: [], names: [], constraintNames: [], complete: true };
  for (const object of objects) {
    if (object.cls === 'column') {
      const line = columnLine(object, from, loose);
      if (line) out.columns.push(line);
      else out.complete = false;
    } else if (object.cls === 'constraint') {
      const automatic = object.attrs['auto'] === 'true';
      const line = constraintLine(object, from, at, automatic ? '' : undefined);
      if (line && automatic) out.unnamed.push(line);
      else if (automatic) continue;
      else if (line) {
        out.constraints.push(line);
        out.constraintNames.push(object.name);
      } else out.names.push(object.name);
    }
  }
  return out;
}

const inList = (names: readonly string[]): string =>
  names.length === 1 ? `= ${quoteLiteral(names[0] as string)}` : `IN (${names.map(quoteLiteral).join(', ')})`;

const typeFunction = (loose: boolean): string =>
  loose ? 'format_type(atttypid, NULL)' : 'format_type(atttypid, atttypmod)';

function columnsQuery(
  relation: string,
  names: readonly string[] | undefined,
  loose: boolean,
  kinds: string | undefined,
): string {
  const source = kinds ? `pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND ${kinds}` : 'pg_attribute';
  return (
    `SELECT concat(quote_ident(attname), ' ', ${typeFunction(loose)}, CASE WHEN attnotnull THEN ' NOT NULL' END)\n` +
    `    FROM ${source} WHERE attrelid = ${relation} AND ${names ? `attname ${inList(names)}` : 'attnum > 0'} AND NOT attisdropped`
  );
}

const constraintsQuery = (relation: string, names: readonly string[]): string =>
  `SELECT concat('CONSTRAINT ', quote_ident(conname), ' ', pg_get_constraintdef(oid)) FROM pg_constraint\n    WHERE conrelid = ${relation} AND conname ${inList(names)}`;
const unnamedQuery = (relation: string): string =>
  `SELECT pg_get_constraintdef(oid) FROM pg_constraint\n    WHERE conrelid = ${relation} AND pg_get_constraintdef(oid) = ANY (want)`;
const namesQuery = (relation: string, names: readonly string[]): string =>
  `SELECT concat('CONSTRAINT ', quote_ident(conname)) FROM pg_constraint\n    WHERE conrelid = ${relation} AND conname ${inList(names)}`;

const union = (parts: readonly string[]): string => parts.join('\n    UNION ALL ');

const distinctLines = (lines: readonly Line[]): Line[] => [...new Map(lines.map((line) => [line.key, line])).values()];

/** The objects as they are in a later state, if they still go by the same names. */
function inState(objects: readonly Obj[], state: Catalog): Obj[] {
  return objects.map((object) => state.get(object.id)).filter((object): object is Obj => object !== undefined);
}

export function tableShape(planned: PlannedStatement, table: Obj): Shape | undefined {
  const { before, after, later } = planned;
  const label = `${table.kind} ${nameSql(table.written, table.name)}`;
  const relation = regclass(table, before);
  const kinds = `relkind = '${table.kind === 'foreign table' ? 'f' : table.attrs['partitioned'] === 'true' ? 'p' : 'r'}'`;
  const states = later.filter((state) => state.get(table.id)?.name === table.name);
  const own = [...after.children(table.id)].filter((object) => object.cls === 'column' || object.cls === 'constraint');
  const loose = own.some((object) => object.attrs['exact'] === 'false');
  const ownLines = linesOf(own, after, after, loose);
  if (!table.complete || !ownLines.complete || ownLines.columns.length === 0) {
    const kind = table.kind === 'foreign table' ? 'f' : table.attrs['partitioned'] === 'true' ? 'p' : 'r';
    const parent = [...after.children(table.id, 'inherit')]
      .map((object) => after.get(object.attrs['parentId']))
      .find((object) => object !== undefined);
    const unattached =
      parent && states.every((state) => [...state.children(table.id, 'inherit')].length > 0) ? parent : undefined;
    const line = unattached
      ? `concat(relkind, ' ', (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = oid))`
      : 'relkind::text';
    return {
      declare: [
        `want text := ${unattached ? `concat(${quoteLiteral(kind)}, ' ', ${regclass(unattached, before)})` : quoteLiteral(kind)};`,
        `have text := (SELECT ${line} FROM pg_class WHERE oid = ${relation});`,
      ],
      missing: 'have IS NULL',
      differs: 'have <> want',
      label,
    };
  }
  // what later statements of the same file make of it counts as the same table
  const columns: Line[] = [...ownLines.columns];
  const constraints: Line[] = [...ownLines.constraints, ...ownLines.unnamed];
  let least = ownLines.columns.length + constraints.length;
  let most = least;
  for (const state of states) {
    const there = [...state.children(table.id)].filter(
      (object) =>
        object.cls === 'column' ||
        (object.cls === 'constraint' &&
          (ownLines.constraintNames.includes(object.name) ||
            (object.attrs['auto'] === 'true' && own.some((mine) => mine.id === object.id)))),
    );
    const lines = linesOf(there, state, state, loose);
    columns.push(...lines.columns);
    constraints.push(...lines.constraints, ...lines.unnamed);
    const size = lines.columns.length + lines.constraints.length + lines.unnamed.length;
    least = Math.min(least, size);
    most = Math.max(most, size);
  }
  const want = distinctLines([...columns, ...constraints]);
  const single = want.length === least && least === most;
  const query = [columnsQuery(relation, undefined, loose, kinds)];
  if (ownLines.constraintNames.length > 0) query.push(constraintsQuery(relation, ownLines.constraintNames));
  if (ownLines.unnamed.length > 0) query.push(unnamedQuery(relation));
  return {
    declare: [
      `want text[] := ${textArray(want.map((line) => line.sql))};`,
      `have text[] := ARRAY(\n    ${union(query)});`,
    ],
    missing: `have = '{}'`,
    differs: single
      ? 'NOT (have <@ want AND want <@ have)'
      : `NOT have <@ want OR cardinality(have) NOT BETWEEN ${least} AND ${most}`,
    label,
  };
}

/** Columns and constraints that ALTER TABLE adds. */
export function addedShape(planned: PlannedStatement, created: readonly Obj[]): Shape | undefined {
  const { before, after, later, effect } = planned;
  const parent = after.get(created[0]?.parent);
  if (!parent) return undefined;
  const relation = regclass(parent, before);
  const loose = created.some((object) => object.attrs['exact'] === 'false');
  const own = linesOf(created, after, after, loose);
  if (!own.complete) return undefined;
  const columnNames = created.filter((object) => object.cls === 'column').map((object) => object.name);
  const want: Line[] = [...own.columns, ...own.constraints, ...own.unnamed];
  let least = own.columns.length + own.constraints.length + own.unnamed.length + own.names.length;
  for (const state of later) {
    const lines = linesOf(inState(created, state), state, state, loose);
    want.push(...lines.columns, ...lines.constraints, ...lines.unnamed);
    const size = lines.columns.length + lines.constraints.length + lines.unnamed.length + lines.names.length;
    if (lines.columns.length > 0) least = Math.min(least, size);
  }
  const count = own.columns.length + own.constraints.length + own.unnamed.length + own.names.length;
  const lines = [...distinctLines(want), ...own.names.map((name) => literal(`CONSTRAINT ${quoteIdent(name)}`))];
  const query: string[] = [];
  if (columnNames.length > 0) query.push(columnsQuery(relation, columnNames, loose, undefined));
  if (own.constraintNames.length > 0) query.push(constraintsQuery(relation, own.constraintNames));
  if (own.unnamed.length > 0) query.push(unnamedQuery(relation));
  if (own.names.length > 0) query.push(namesQuery(relation, own.names));
  // a constraint that comes with a column, and of which neither name nor definition can be told
  if (query.length === 0) return undefined;
  const replaces = (effect?.drops ?? []).some((name) => created.some((object) => object.name === name));
  const single = count === 1;
  // ADD COLUMN x … REFERENCES …: the column never goes without its constraints, and IF NOT EXISTS would leave them out
  const behind = created.every(
    (object) =>
      object.cls === 'column' ||
      object.def === undefined ||
      (object.attrs['auto'] === 'true' &&
        object.auto.length === 1 &&
        created.some((column) => column.id === object.auto[0] && column.cls === 'column')),
  );
  const whole = columnNames.length === 1 && count > 1 && (behind || planned.statement.node.cmds?.length === 1);
  const declare = [
    `want text[] := ${textArray(lines.map((line) => line.sql))};`,
    `have text[] := ARRAY(\n    ${union(query)});`,
  ];
  const label = `${parent.kind || 'table'} ${nameSql(parent.written, parent.name)}`;
  if (replaces)
    return {
      declare,
      missing: lines.length === count ? 'NOT want <@ have' : `NOT have <@ want OR cardinality(have) < ${count}`,
      differs: undefined,
      label,
    };
  return {
    declare,
    missing: single || whole ? `have = '{}'` : `cardinality(have) < ${count}`,
    differs: whole ? `NOT have <@ want OR cardinality(have) < ${least}` : 'NOT have <@ want',
    label,
  };
}

/** A constraint or index without a name: is one of that definition there, whatever it is called? */
export function unnamedShape(planned: PlannedStatement, object: Obj): Shape | undefined {
  const { before, after } = planned;
  const parent = after.get(object.parent);
  if (!parent) return undefined;
  const relation = regclass(parent, before);
  const label = `${object.cls} on ${nameSql(parent.written, parent.name)}`;
  if (object.cls === 'relation') {
    if (object.def === undefined) return undefined;
    return {
      declare: [],
      missing: `NOT EXISTS (SELECT FROM pg_index WHERE indrelid = ${relation} AND indisvalid AND ${indexLine} = ${quoteLiteral(object.def)})`,
      differs: undefined,
      label,
    };
  }
  const want = constraintText(object, after, before);
  if (want !== undefined)
    return {
      declare: [],
      missing: `NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = ${relation} AND pg_get_constraintdef(oid) = ${want})`,
      differs: undefined,
      label,
    };
  if (object.kind !== 'f') return undefined;
  const other = after.get(object.attrs['refId']);
  const columns = JSON.parse(object.attrs['columns'] ?? '[]') as string[];
  if (!other) return undefined;
  return {
    declare: [],
    missing: `NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = ${relation} AND contype = 'f' AND confrelid = ${regclass(other, before)}\n      AND split_part(pg_get_constraintdef(oid), ' REFERENCES ', 1) = ${quoteLiteral(`FOREIGN KEY (${columns.map(quoteIdent).join(', ')})`)})`,
    differs: undefined,
    label,
  };
}

/** Everything that is compared as one line. */
export function singleShape(planned: PlannedStatement, object: Obj): Shape | undefined {
  const { before, after, later, effect } = planned;
  const states = [after, ...later]
    .map((state) => ({ state, object: state.get(object.id) }))
    .filter(
      (item): item is { state: Catalog; object: Obj } => item.object !== undefined && item.object.name === object.name,
    );
  const defs = (): string[] =>
    [...new Set(states.map((item) => item.object.def))].filter((def): def is string => def !== undefined);
  const known = states.every((item) => item.object.def !== undefined);
  const parent = after.get(object.parent);
  const label = `${object.cls === 'relation' || object.cls === 'type' ? object.kind || object.cls : object.cls} ${object.cls === 'function' ? quoteIdent(object.name.slice(0, object.name.indexOf('('))) + object.name.slice(object.name.indexOf('(')) : nameSql(object.cls === 'constraint' ? undefined : object.written, object.name)}${parent && object.cls !== 'constraint' && object.cls !== 'relation' ? ` on ${nameSql(parent.written, parent.name)}` : ''}`;
  const one = (want: string[], have: string): Shape => ({
    declare:
      want.length === 1
        ? [`want text := ${want[0]};`, `have text := (${have});`]
        : [`want text[] := ${textArray(want)};`, `have text := (${have});`],
    missing: 'have IS NULL',
    differs: want.length === 1 ? 'have <> want' : 'have <> ALL (want)',
    label,
  });
  switch (object.cls) {
    case 'relation':
      if (object.kind === 'index' && parent && known) {
        const valid = object.attrs['only'] === 'true' ? '' : ' AND indisvalid';
        return one(
          defs().map(quoteLiteral),
          `SELECT ${indexLine} FROM ${indexWhere(object.name, regclass(parent, before))}${valid}`,
        );
      }
      if (object.kind === 'sequence' && known && defs().length === 1)
        return one(
          [quoteLiteral(object.def as string)],
          `SELECT concat(format_type(seqtypid, NULL), ' START ', seqstart, ' INCREMENT ', seqincrement) FROM pg_sequence WHERE seqrelid = ${regclass(object, before)}`,
        );
      return undefined;
    case 'constraint':
      if (parent?.cls === 'relation') {
        const want = [
          ...new Map(
            states.map((item) => [
              `${item.object.def} ${item.object.attrs['valid']}`,
              constraintText(item.object, item.state, before),
            ]),
          ).values(),
        ];
        if (want.some((sql) => sql === undefined)) return undefined;
        return one(
          want as string[],
          `SELECT pg_get_constraintdef(oid) FROM pg_constraint\n    WHERE conrelid = ${regclass(parent, before)} AND conname = ${quoteLiteral(object.name)}`,
        );
      }
      return undefined;
    case 'type': {
      const type = regtype(object, before);
      if (object.kind === 'enum') {
        const wants = [...new Set(states.map((item) => item.object.def))].map((def) => labelsOf({ ...object, def }));
        if (wants.some((labels) => labels === undefined)) return undefined;
        const arrays = (wants as string[][]).map((labels) => textArray(labels.map(quoteLiteral)));
        return {
          declare:
            arrays.length === 1
              ? [`want text[] := ${arrays[0]};`, `have text[] := ${labelsSql(object, before)};`]
              : [
                  `have text[] := ${labelsSql(object, before)};`,
                  `want text[] := CASE ${arrays
                    .slice(0, -1)
                    .map((array) => `WHEN have = ${array} THEN have`)
                    .join(' ')} ELSE ${arrays[arrays.length - 1]} END;`,
                ],
          missing: `${type} IS NULL`,
          differs: 'have <> want',
          label,
        };
      }
      if (object.kind === 'composite') {
        const stable = states.every(
          (item) =>
            item.object === object &&
            [...item.state.children(object.id, 'column')].every((column) => after.get(column.id) === column),
        );
        const lines = [...after.children(object.id, 'column')].map((column) =>
          columnLine({ ...column, attrs: { ...column.attrs, notnull: 'false' } }, after, false),
        );
        if (
          !stable ||
          lines.some((line) => line === undefined) ||
          [...after.children(object.id, 'column')].some((column) => column.attrs['exact'] === 'false')
        )
          return undefined;
        return {
          declare: [
            `want text[] := ${textArray((lines as Line[]).map((line) => line.sql))};`,
            `have text[] := ARRAY(SELECT concat(quote_ident(attname), ' ', format_type(atttypid, atttypmod))\n    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'c'\n    WHERE attrelid = to_regclass(${nameText(object, before)}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum);`,
          ],
          missing: `${type} IS NULL`,
          differs: 'have <> want',
          label,
        };
      }
      if (object.kind === 'domain') {
        const line = columnLine({ ...object, name: 'x' }, after, false);
        const changes = states.some((item) => item.object.attrs['notnull'] !== object.attrs['notnull']);
        if (!line || changes || object.attrs['exact'] === 'false' || object.attrs['typeName'] !== undefined)
          return undefined;
        const want = `${object.attrs['type']}${object.attrs['notnull'] === 'true' ? ' NOT NULL' : ''}`;
        return {
          declare: [
            `want text := ${quoteLiteral(want)};`,
            `have text := (SELECT concat(format_type(typbasetype, typtypmod), CASE WHEN typnotnull THEN ' NOT NULL' END) FROM pg_type\n    WHERE oid = ${type});`,
          ],
          missing: 'have IS NULL',
          differs: 'have <> want',
          label,
        };
      }
      return undefined;
    }
    case 'function': {
      const oid = regprocedure(object, before);
      if (known) return one(defs().map(quoteLiteral), `SELECT ${functionLine} FROM pg_proc WHERE oid = ${oid}`);
      const bodies = [...new Set(states.map((item) => item.object.attrs['md5'] ?? ''))];
      if (bodies.includes('')) return undefined;
      return one(bodies.map(quoteLiteral), `SELECT md5(prosrc) FROM pg_proc WHERE oid = ${oid}`);
    }
    case 'trigger': {
      const trigger = effect?.trigger;
      if (!trigger || effect.twin || !parent || states.some((item) => item.object.def !== object.def)) return undefined;
      const columns = triggerColumns(trigger.columns, parent, [after, ...later]);
      if (!columns) return undefined;
      const parts = [String(trigger.type), String(trigger.arguments.length)];
      if (trigger.arguments.length > 0) parts.push(quoteLiteral(escapeFormat(trigger.arguments)));
      if (columns.want !== undefined) parts.push(quoteLiteral(columns.want));
      const called = `to_regprocedure(${quoteLiteral(`${nameSql(trigger.function.schema, trigger.function.name)}()`)})`;
      return {
        declare: [
          `want text := concat_ws(' ', ${parts.join(', ')}, ${called});`,
          `have text := (SELECT concat_ws(' ', tgtype, tgnargs, ${trigger.arguments.length > 0 ? `encode(tgargs, 'escape'), ` : ''}${columns.have}, tgfoid::regprocedure, CASE WHEN tgqual IS NOT NULL THEN 'WHEN' END) FROM pg_trigger\n    WHERE tgrelid = ${regclass(parent, before)} AND tgname = ${quoteLiteral(object.name)} AND NOT tgisinternal);`,
        ],
        missing: 'have IS NULL',
        differs: 'have <> want',
        label,
      };
    }
    default:
      return undefined;
  }
}

/** `UPDATE OF a, b`; undefined when the file renames one of them later on. */
function triggerColumns(
  names: readonly string[],
  table: Obj,
  states: readonly Catalog[],
): { want: string | undefined; have: string } | undefined {
  if (names.length === 0) return { want: undefined, have: `CASE WHEN tgattr::text <> '' THEN 'OF' END` };
  const ids = states.map((state) => names.map((name) => state.child(table, 'column', name)?.id).join());
  const stay = new Set(ids).size === 1;
  if (!stay) return undefined;
  return {
    want: `OF ${[...names].sort().map(quoteIdent).join(', ')}`,
    have: `(SELECT concat('OF ', string_agg(quote_ident(attname), ', ' ORDER BY attname)) FROM pg_attribute\n    WHERE attrelid = tgrelid AND attnum = ANY (tgattr))`,
  };
}

/** A trigger's arguments as encode(tgargs, 'escape') prints them: each ends in a zero byte. */
function escapeFormat(args: readonly string[]): string {
  return [...Buffer.from(args.map((arg) => `${arg}\0`).join(''), 'utf8')]
    .map((byte) =>
      byte === 0 || byte > 127
        ? `\\${byte.toString(8).padStart(3, '0')}`
        : byte === 92
          ? '\\\\'
          : String.fromCharCode(byte),
    )
    .join('');
}

/** The columns of a relation that don't keep their names to the end of the file. */
function goingColumns(relation: Obj, after: Catalog, later: readonly Catalog[]): string[] {
  return [...after.children(relation.id, 'column')]
    .filter((column) => later.some((state) => state.get(column.id)?.name !== column.name))
    .map((column) => column.name);
}

/** What only the server can print: expressions of indexes, CHECK and EXCLUDE constraints, policies, rules. */
export function twinShape(planned: PlannedStatement, object: Obj): TwinShape | undefined {
  const { effect, after, later } = planned;
  const twin = effect?.twin;
  const parent = after.get(object.parent);
  if (!twin || !parent || parent.cls !== 'relation') return undefined;
  const label = `${object.cls === 'relation' ? 'index' : object.cls} ${quoteIdent(object.name)} on ${nameSql(parent.written, parent.name)}`;
  const changes = later.some((state) => {
    const there = state.get(object.id);
    return (
      there !== undefined &&
      (there.attrs['valid'] !== object.attrs['valid'] ||
        there.attrs['source'] !== object.attrs['source'] ||
        there.def !== object.def ||
        there.name !== object.name ||
        state.get(there.parent)?.name !== parent.name)
    );
  });
  if (changes) return undefined;
  const columns = goingColumns(parent, after, later);
  const anyName = object.attrs['auto'] === 'true';
  const name = quoteLiteral(object.name);
  switch (twin.kind) {
    case 'index':
      return {
        anyName,
        label,
        columns,
        definition: (relation) =>
          `SELECT ${indexLine} FROM ${anyName ? `pg_index WHERE indrelid = ${relation}` : indexWhere(object.name, relation)}${object.attrs['only'] === 'true' ? '' : ' AND indisvalid'}`,
      };
    case 'constraint':
      return {
        anyName,
        label,
        columns,
        definition: (relation) =>
          `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ${relation} AND ${anyName ? `contype = ${quoteLiteral(object.kind)}` : `conname = ${name}`}`,
      };
    case 'policy':
      return {
        anyName: false,
        label,
        columns,
        definition: (relation) =>
          `SELECT concat_ws(' ', polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), 'CHECK', pg_get_expr(polwithcheck, polrelid)) FROM pg_policy\n    WHERE polrelid = ${relation} AND polname = ${name}`,
      };
    case 'trigger':
      return {
        anyName: false,
        label,
        columns,
        definition: (relation) =>
          `SELECT concat_ws(' ', split_part(pg_get_triggerdef(oid), ' ON ', 1), split_part(pg_get_triggerdef(oid), ' FOR EACH ', 2), tgdeferrable, tginitdeferred) FROM pg_trigger\n    WHERE tgrelid = ${relation} AND tgname = ${name} AND NOT tgisinternal`,
      };
    case 'rule':
      return {
        anyName: false,
        label,
        columns,
        definition: (relation) =>
          `SELECT concat_ws(' ', ev_type, is_instead, split_part(split_part(pg_get_ruledef(oid), ' DO ', 1), ' WHERE ', 2), split_part(pg_get_ruledef(oid), ' DO ', 2)) FROM pg_rewrite\n    WHERE ev_class = ${relation} AND rulename = ${name}`,
      };
    default:
      return undefined;
  }
}
