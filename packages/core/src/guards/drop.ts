/** DROP of every kind. */
import { objectName, qualified, strings, truncateName, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Class, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, ReaderInput, Run } from '../model/effect.ts';
import { typeSql } from '../model/types.ts';
import { findFunction } from './refs.ts';
import { insertAfter } from './source.ts';

interface Kind {
  readonly cls: Class;
  readonly kind: string;
  readonly words: readonly string[];
}

const KINDS: Record<string, Kind> = {
  OBJECT_TABLE: { cls: 'relation', kind: 'table', words: ['drop', 'table'] },
  OBJECT_VIEW: { cls: 'relation', kind: 'view', words: ['drop', 'view'] },
  OBJECT_MATVIEW: { cls: 'relation', kind: 'materialized view', words: ['drop', 'materialized', 'view'] },
  OBJECT_INDEX: { cls: 'relation', kind: 'index', words: ['drop', 'index'] },
  OBJECT_SEQUENCE: { cls: 'relation', kind: 'sequence', words: ['drop', 'sequence'] },
  OBJECT_FOREIGN_TABLE: { cls: 'relation', kind: 'foreign table', words: ['drop', 'foreign', 'table'] },
  OBJECT_TYPE: { cls: 'type', kind: '', words: ['drop', 'type'] },
  OBJECT_DOMAIN: { cls: 'type', kind: 'domain', words: ['drop', 'domain'] },
  OBJECT_SCHEMA: { cls: 'schema', kind: 'schema', words: ['drop', 'schema'] },
  OBJECT_EXTENSION: { cls: 'extension', kind: 'extension', words: ['drop', 'extension'] },
  OBJECT_FUNCTION: { cls: 'function', kind: 'function', words: ['drop', 'function'] },
  OBJECT_PROCEDURE: { cls: 'function', kind: 'procedure', words: ['drop', 'procedure'] },
  OBJECT_ROUTINE: { cls: 'function', kind: 'function', words: ['drop', 'routine'] },
  OBJECT_AGGREGATE: { cls: 'function', kind: 'aggregate', words: ['drop', 'aggregate'] },
  OBJECT_TRIGGER: { cls: 'trigger', kind: 'trigger', words: ['drop', 'trigger'] },
  OBJECT_POLICY: { cls: 'policy', kind: 'policy', words: ['drop', 'policy'] },
  OBJECT_RULE: { cls: 'rule', kind: 'rule', words: ['drop', 'rule'] },
  OBJECT_EVENT_TRIGGER: { cls: 'eventtrigger', kind: 'event trigger', words: ['drop', 'event', 'trigger'] },
  OBJECT_PUBLICATION: { cls: 'publication', kind: 'publication', words: ['drop', 'publication'] },
  OBJECT_FDW: { cls: 'fdw', kind: 'foreign-data wrapper', words: ['drop', 'foreign', 'data', 'wrapper'] },
  OBJECT_FOREIGN_SERVER: { cls: 'server', kind: 'server', words: ['drop', 'server'] },
  OBJECT_COLLATION: { cls: 'collation', kind: 'collation', words: ['drop', 'collation'] },
  OBJECT_CONVERSION: { cls: 'conversion', kind: 'conversion', words: ['drop', 'conversion'] },
  OBJECT_STATISTIC_EXT: { cls: 'statistics', kind: 'statistics', words: ['drop', 'statistics'] },
  OBJECT_CAST: { cls: 'cast', kind: 'cast', words: ['drop', 'cast'] },
  OBJECT_OPERATOR: { cls: 'operator', kind: 'operator', words: ['drop', 'operator'] },
  OBJECT_OPCLASS: { cls: 'opclass', kind: 'operator class', words: ['drop', 'operator', 'class'] },
  OBJECT_OPFAMILY: { cls: 'opfamily', kind: 'operator family', words: ['drop', 'operator', 'family'] },
  OBJECT_TSCONFIGURATION: {
    cls: 'tsconfig',
    kind: 'text search configuration',
    words: ['drop', 'text', 'search', 'configuration'],
  },
  OBJECT_TSDICTIONARY: {
    cls: 'tsdict',
    kind: 'text search dictionary',
    words: ['drop', 'text', 'search', 'dictionary'],
  },
  OBJECT_TSPARSER: { cls: 'tsparser', kind: 'text search parser', words: ['drop', 'text', 'search', 'parser'] },
  OBJECT_TSTEMPLATE: { cls: 'tstemplate', kind: 'text search template', words: ['drop', 'text', 'search', 'template'] },
  OBJECT_ACCESS_METHOD: { cls: 'accessmethod', kind: 'access method', words: ['drop', 'access', 'method'] },
  OBJECT_TRANSFORM: { cls: 'transform', kind: 'transform', words: ['drop', 'transform'] },
  OBJECT_LANGUAGE: { cls: 'language', kind: 'language', words: ['drop', 'language'] },
};

/** The spec of one object of a DROP; functions may be named without arguments. */
function specOfObject(kind: Kind, item: Node): { spec: Spec; anyArguments?: boolean } {
  if (kind.cls === 'trigger' || kind.cls === 'policy' || kind.cls === 'rule') {
    const parts = strings(item.List?.items);
    const name = parts[parts.length - 1] ?? '';
    return {
      spec: { cls: kind.cls, name, parent: { cls: 'relation', kind: 'table', ...qualified(parts.slice(0, -1)) } },
    };
  }
  if (kind.cls === 'function' || kind.cls === 'operator') {
    const object = item.ObjectWithArgs;
    const name = qualified(strings(object?.objname));
    const args: Node[] = object?.objargs ?? [];
    if (kind.cls === 'operator')
      return {
        spec: {
          cls: 'operator',
          schema: name.schema,
          name: `${name.name}(${args.map((arg) => (arg.TypeName ? typeSql(arg.TypeName) : 'NONE')).join(',')})`,
        },
      };
    return {
      spec: {
        cls: 'function',
        kind: kind.kind,
        schema: name.schema,
        name: `${name.name}(${args.map((arg) => typeSql(arg.TypeName)).join(', ')})`,
      },
      anyArguments: Boolean(object?.args_unspecified),
    };
  }
  if (kind.cls === 'cast') {
    const [source, target] = (item.List?.items ?? []).map((type: Node) => typeSql(type.TypeName));
    return { spec: { cls: 'cast', name: `${source} as ${target}` } };
  }
  if (kind.cls === 'opclass' || kind.cls === 'opfamily') {
    const parts = strings(item.List?.items);
    return {
      spec: {
        cls: kind.cls,
        name: `${parts[parts.length - 1]} ${parts[0]}`,
        schema: parts.length > 2 ? parts[1] : undefined,
      },
    };
  }
  if (kind.cls === 'transform') {
    const items: Node[] = item.List?.items ?? [];
    return { spec: { cls: 'transform', name: `${typeSql(items[0]?.TypeName)} ${items[1]?.String?.sval ?? ''}` } };
  }
  return { spec: { cls: kind.cls, kind: kind.kind || undefined, ...objectName(item) } };
}

export const readDrop: Reader = (input: ReaderInput): Effect => {
  const node = input.node;
  const kind = KINDS[node.removeType];
  if (!kind) throw new StepError(`DROP of ${node.removeType}`);
  const targets = (node.objects ?? []).map((item: Node) => specOfObject(kind, item)) as {
    spec: Spec;
    anyArguments?: boolean;
  }[];
  const cascade = node.behavior === 'DROP_CASCADE';
  const execute =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const found: Obj[] = [];
      for (const { spec, anyArguments } of targets) {
        let object = anyArguments
          ? findFunction(catalog, { schema: spec.schema, name: spec.name.slice(0, spec.name.indexOf('(')) })
          : catalog.find(spec);
        if (
          object &&
          kind.cls === 'relation' &&
          object.kind !== '' &&
          object.kind !== kind.kind &&
          !(kind.kind === 'table' && object.kind === 'partitioned')
        ) {
          if (!catalog.world) throw new StepError(`"${object.name}" is a ${object.kind}, not a ${kind.kind}`);
          object = undefined;
        }
        if (object && object.attrs['owner'] && !catalog.world)
          throw new StepError(`index "${object.name}" belongs to a constraint`);
        if (!object && (quiet || node.missing_ok)) {
          // with history at hand an unknown object isn't there; without it, it may have been
          if (!catalog.world) continue;
          object = catalog.world.history
            ? catalog.peek(spec)
            : anyArguments
              ? undefined
              : catalog.learn(catalog.need(spec), { maybe: 'true' });
          if (!object) continue;
        }
        found.push(object ?? catalog.need(spec));
      }
      if (kind.cls === 'relation' && run.rerun && !catalog.world)
        for (const object of found)
          if (object.kind === 'sequence' && object.parent !== undefined)
            throw new StepError(`sequence "${object.name}" belongs to a column by then`);
      catalog.drop(found, cascade);
    };
  const edits = node.missing_ok
    ? undefined
    : insertAfter(input, node.concurrent ? [...kind.words, 'concurrently'] : kind.words, 'IF EXISTS');
  return {
    kind: `DROP ${kind.words.slice(1).join(' ').toUpperCase()}${node.concurrent ? ' CONCURRENTLY' : ''}`,
    subject: targets.map(({ spec }) => `${kind.kind || kind.cls} "${spec.name}"`).join(', '),
    run: execute(Boolean(node.missing_ok)),
    native: edits && { edits, run: execute(true) },
    noDo: node.concurrent ? 'DROP INDEX CONCURRENTLY can run neither in a transaction nor in a DO block' : undefined,
    targets: targets.map(({ spec }) => spec),
    simple:
      cascade ||
      node.concurrent ||
      !['OBJECT_TABLE', 'OBJECT_INDEX', 'OBJECT_TYPE', 'OBJECT_VIEW'].includes(node.removeType)
        ? undefined
        : { adds: [], touches: targets.map(({ spec }) => spec.name) },
    cascade,
  };
};

export const readDropRole: Reader = (input): Effect => {
  const names: string[] = (input.node.roles ?? []).map((item: Node) => truncateName(item.RoleSpec?.rolename ?? ''));
  const execute =
    (quiet: boolean) =>
    (catalog: Catalog): void => {
      for (const name of names) {
        const found = catalog.find({ cls: 'role', name });
        if (!found && quiet && !catalog.world) continue;
        catalog.drop([found ?? catalog.need({ cls: 'role', name })], false);
      }
    };
  const edits = input.node.missing_ok
    ? undefined
    : insertAfter(
        input,
        [
          'drop',
          /\buser\b/i.test(input.text.slice(input.statement.range.start, input.statement.range.start + 20))
            ? 'user'
            : /\bgroup\b/i.test(input.text.slice(input.statement.range.start, input.statement.range.start + 20))
              ? 'group'
              : 'role',
        ],
        'IF EXISTS',
      );
  return {
    kind: 'DROP ROLE',
    subject: `role ${names.map((name) => `"${name}"`).join(', ')}`,
    run: execute(Boolean(input.node.missing_ok)),
    native: edits && { edits, run: execute(true) },
  };
};
