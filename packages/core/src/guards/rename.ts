/** RENAME and SET SCHEMA of every kind. */
import { objectName, qualified, rangeVar, strings, truncateName, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Class, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader } from '../model/effect.ts';
import { typeSql } from '../model/types.ts';
import { quoteIdent } from '../quote.ts';
import { findFunction } from './refs.ts';

const RELATIONS: Record<string, string> = {
  OBJECT_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FOREIGN_TABLE: 'foreign table',
};

const NAMED: Record<string, Class> = {
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_SCHEMA: 'schema',
  OBJECT_ROLE: 'role',
  OBJECT_PUBLICATION: 'publication',
  OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_FDW: 'fdw',
  OBJECT_EVENT_TRIGGER: 'eventtrigger',
  OBJECT_COLLATION: 'collation',
  OBJECT_CONVERSION: 'conversion',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_TSCONFIGURATION: 'tsconfig',
  OBJECT_TSDICTIONARY: 'tsdict',
  OBJECT_TSPARSER: 'tsparser',
  OBJECT_TSTEMPLATE: 'tstemplate',
  OBJECT_EXTENSION: 'extension',
  OBJECT_LANGUAGE: 'language',
};

const CHILDREN: Record<string, Class> = {
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
  OBJECT_COLUMN: 'column',
  OBJECT_ATTRIBUTE: 'column',
  OBJECT_DOMCONSTRAINT: 'constraint',
};

function functionSpec(node: Node, kind: string): Spec {
  const object = node.object?.ObjectWithArgs;
  const name = qualified(strings(object?.objname));
  return {
    cls: 'function',
    kind,
    schema: name.schema,
    name: `${name.name}(${(object?.objargs ?? []).map((arg: Node) => typeSql(arg.TypeName)).join(', ')})`,
  };
}

/** The relation; for an index also the constraint that owns it, which is renamed with it. */
function renameRelation(catalog: Catalog, object: Obj, name: string): void {
  catalog.rename(object, name);
  const owner = catalog.get(object.attrs['owner']);
  if (owner) catalog.rename(owner, name);
}

/** Definitions of indexes and constraints name their columns: `UNIQUE btree (a, b DESC)`, `FOREIGN KEY (a) REFERENCES %s(b)`. */
function renameInDefinitions(catalog: Catalog, column: Obj, name: string): void {
  const [old, next] = [quoteIdent(column.name), quoteIdent(name)];
  // words outside of the lists are keywords in capitals, the access method, and %s
  const inList = (list: string): string =>
    list.replace(/"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*/gu, (word) => (word === old ? next : word));
  for (const object of [...catalog.all()]) {
    if (object.def === undefined || (object.kind !== 'index' && object.cls !== 'constraint')) continue;
    const own = object.parent === column.parent;
    const other = object.cls === 'constraint' && object.attrs['refId'] === column.parent;
    if (!own && !other) continue;
    const at = object.def.indexOf(' REFERENCES ');
    const [head, tail] = at < 0 ? [object.def, ''] : [object.def.slice(0, at), object.def.slice(at)];
    const rename = (part: string): string => part.replace(/\((?:"(?:[^"]|"")*"|[^()"])*\)/g, inList);
    const def = (own ? rename(head) : head) + (other ? rename(tail) : tail);
    const columns = JSON.parse(object.attrs['columns'] ?? '[]') as string[];
    const attrs = own
      ? { ...object.attrs, columns: JSON.stringify(columns.map((item) => (item === column.name ? name : item))) }
      : object.attrs;
    if (def !== object.def) catalog.update(object, { def, attrs });
  }
}

export const readRename: Reader = (input): Effect => {
  const node = input.node;
  const newName = truncateName(node.newname ?? '');
  const type: string = node.renameType;
  if (RELATIONS[type] !== undefined && node.relation) {
    const spec: Spec = { cls: 'relation', kind: RELATIONS[type], ...rangeVar(node.relation) };
    return {
      kind: `RENAME ${String(RELATIONS[type]).toUpperCase()}`,
      subject: `${RELATIONS[type]} "${spec.name}"`,
      run: (catalog) => {
        if (node.missing_ok && !catalog.world && !catalog.find(spec)) return;
        renameRelation(catalog, catalog.need(spec), newName);
      },
      renames: true,
    };
  }
  const child = CHILDREN[type];
  if (child !== undefined) {
    const inType = type === 'OBJECT_ATTRIBUTE' || type === 'OBJECT_DOMCONSTRAINT';
    const parent: Spec =
      type === 'OBJECT_DOMCONSTRAINT'
        ? { cls: 'type', kind: 'domain', ...objectName(node.object) }
        : {
            cls: inType ? 'type' : 'relation',
            kind: inType ? 'composite' : (RELATIONS[node.relationType] ?? 'table'),
            ...rangeVar(node.relation),
          };
    const name = truncateName(node.subname ?? '');
    const spec: Spec = { cls: child, name, parent };
    return {
      kind: `RENAME ${type === 'OBJECT_ATTRIBUTE' ? 'ATTRIBUTE' : child.toUpperCase()}`,
      subject: `${child} "${name}" of "${parent.name}"`,
      run: (catalog) => {
        if (node.missing_ok && !catalog.world && !catalog.find(parent)) return;
        const object = catalog.need(spec);
        catalog.rename(object, newName);
        if (type === 'OBJECT_COLUMN') renameInDefinitions(catalog, object, newName);
        if (child !== 'constraint') return;
        const relation = catalog.get(object.parent);
        const index = relation && catalog.find({ cls: 'relation', schema: relation.schema, name });
        if (index && index.attrs['owner'] === object.id) catalog.rename(index, newName);
      },
      renames: true,
    };
  }
  if (
    type === 'OBJECT_FUNCTION' ||
    type === 'OBJECT_PROCEDURE' ||
    type === 'OBJECT_ROUTINE' ||
    type === 'OBJECT_AGGREGATE'
  ) {
    const spec = functionSpec(node, 'function');
    return {
      kind: 'RENAME FUNCTION',
      subject: `function "${spec.name}"`,
      run: (catalog) => {
        const object = node.object?.ObjectWithArgs?.args_unspecified
          ? (findFunction(catalog, { schema: spec.schema, name: spec.name.slice(0, spec.name.indexOf('(')) }) ??
            catalog.need(spec))
          : catalog.need(spec);
        catalog.rename(object, newName + object.name.slice(object.name.indexOf('(')));
      },
      renames: true,
    };
  }
  const cls = NAMED[type];
  if (cls === undefined) throw new StepError(`RENAME of ${type}`);
  const spec: Spec = {
    cls,
    ...(node.object ? objectName(node.object) : { name: truncateName(node.subname ?? ''), schema: undefined }),
  };
  return {
    kind: `RENAME ${cls.toUpperCase()}`,
    subject: `${cls} "${spec.name}"`,
    run: (catalog) => {
      const object = catalog.need(spec);
      if (cls === 'schema') {
        for (const inside of [...catalog.all()])
          if (inside.schema === object.name) catalog.rename(inside, inside.name, newName);
      }
      catalog.rename(object, newName);
    },
    renames: true,
  };
};

export const readSetSchema: Reader = (input): Effect => {
  const node = input.node;
  const schema = truncateName(node.newschema ?? '');
  const type: string = node.objectType;
  const cls = RELATIONS[type] !== undefined ? 'relation' : (NAMED[type] ?? 'function');
  if (cls === 'extension') {
    const name = objectName(node.object).name;
    return {
      kind: 'ALTER EXTENSION SET SCHEMA',
      subject: `extension "${name}"`,
      run: (catalog) => void catalog.set(catalog.need({ cls: 'extension', name }), 'schema', schema),
    };
  }
  const spec: Spec =
    cls === 'relation'
      ? { cls, kind: RELATIONS[type], ...rangeVar(node.relation) }
      : cls === 'function'
        ? functionSpec(node, 'function')
        : { cls, ...objectName(node.object) };
  return {
    kind: `${cls.toUpperCase()} SET SCHEMA`,
    subject: `${cls} "${spec.name}"`,
    run: (catalog) => {
      if (node.missing_ok && !catalog.world && !catalog.find(spec)) return;
      const object = catalog.need(spec);
      if (object.schema === schema) throw new StepError(`"${object.name}" is already in schema "${schema}"`);
      catalog.rename(object, object.name, schema);
      for (const child of [...catalog.children(object.id)])
        if (child.cls === 'relation') catalog.rename(child, child.name, schema);
    },
    renames: true,
  };
};
