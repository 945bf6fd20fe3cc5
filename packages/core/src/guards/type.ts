/** Domains, composite, range and base types; ALTER DOMAIN. */
import { fingerprint, qualified, rangeVar, strings, truncateName, type Node } from '../model/ast.ts';
import type { Catalog, Obj, Spec } from '../model/catalog.ts';
import { StepError } from '../model/catalog.ts';
import type { Effect, Reader, Run } from '../model/effect.ts';
import { chooseName } from '../model/names.ts';
import { insertAfter } from './source.ts';
import { typeAttributes } from './relation.ts';

const made = (after: Catalog, run: Run): Obj[] =>
  [after.get(run.id('type'))].filter((object): object is Obj => object !== undefined);

export const readCompositeType: Reader = (input): Effect => {
  const spec: Spec = { cls: 'type', kind: 'composite', ...rangeVar(input.node.typevar) };
  return {
    kind: 'CREATE TYPE',
    subject: `type "${spec.name}"`,
    run: (catalog, run) => {
      const type = catalog.create(spec, run.id('type'), { kind: 'composite', complete: true });
      for (const item of input.node.coldeflist ?? []) {
        const { attrs, deps } = typeAttributes(catalog, item.ColumnDef.typeName);
        const name = truncateName(item.ColumnDef.colname);
        catalog.create({ cls: 'column', name, parent: spec }, run.id(`attribute ${type.id}.${name}`), {
          attrs,
          deps,
          parent: type.id,
        });
      }
    },
    creates: made,
  };
};

export const readRangeType: Reader = (input): Effect => {
  const spec: Spec = { cls: 'type', kind: 'range', ...qualified(strings(input.node.typeName)) };
  return {
    kind: 'CREATE TYPE RANGE',
    subject: `type "${spec.name}"`,
    run: (catalog, run) => void catalog.create(spec, run.id('type'), { kind: 'range' }),
    creates: made,
  };
};

export const readDomain: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'type', kind: 'domain', ...qualified(strings(node.domainname)) };
  const constraints: Node[] = (node.constraints ?? []).map((item: Node) => item.Constraint);
  return {
    kind: 'CREATE DOMAIN',
    subject: `domain "${spec.name}"`,
    run: (catalog, run) => {
      const { attrs, deps } = typeAttributes(catalog, node.typeName);
      attrs['notnull'] = constraints.some((constraint) => constraint.contype === 'CONSTR_NOTNULL') ? 'true' : 'false';
      const type = catalog.create(spec, run.id('type'), { kind: 'domain', attrs, deps, complete: true });
      for (const constraint of constraints)
        if (constraint.contype === 'CONSTR_CHECK') domainConstraint(catalog, run, type, spec, constraint);
    },
    creates: made,
  };
};

function domainConstraint(catalog: Catalog, run: Run, type: Obj, spec: Spec, node: Node): Obj {
  const name = node.conname
    ? truncateName(node.conname)
    : chooseName(
        type.name,
        undefined,
        'check',
        (candidate) => catalog.child(type, 'constraint', candidate) !== undefined,
      );
  return catalog.create({ cls: 'constraint', name, parent: spec }, run.id(`constraint ${type.id}.${name}`), {
    parent: type.id,
    kind: 'c',
    attrs: {
      valid: node.skip_validation ? 'false' : 'true',
      source: fingerprint(node.raw_expr),
      ...(node.conname ? {} : { auto: 'true' }),
    },
  });
}

export const readAlterDomain: Reader = (input): Effect => {
  const node = input.node;
  const spec: Spec = { cls: 'type', kind: 'domain', ...qualified(strings(node.typeName)) };
  const name = node.name === undefined ? '' : truncateName(node.name);
  // subtype is a character: T default, N drop not null, O set not null, C add constraint, X drop constraint, V validate
  const subtype = String(node.subtype).replace('AD_', '');
  const execute =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const type = catalog.need(spec);
      switch (subtype) {
        case 'C':
        case 'AddConstraint':
          domainConstraint(catalog, run, type, spec, node.def.Constraint);
          return;
        case 'X':
        case 'DropConstraint': {
          const found = catalog.find({ cls: 'constraint', name, parent: spec });
          if (!found && (quiet || node.missing_ok) && !catalog.world) return;
          catalog.drop([found ?? catalog.need({ cls: 'constraint', name, parent: spec })], false);
          return;
        }
        case 'V':
        case 'ValidateConstraint':
          catalog.set(catalog.need({ cls: 'constraint', name, parent: spec }), 'valid', 'true');
          return;
        case 'O':
        case 'SetNotNull':
        case 'N':
        case 'DropNotNull':
          catalog.set(type, 'notnull', subtype === 'O' || subtype === 'SetNotNull' ? 'true' : 'false');
          return;
        default:
          catalog.set(type, 'default', fingerprint(node.def ?? null));
      }
    };
  const edits =
    (subtype === 'X' || subtype === 'DropConstraint') && !node.missing_ok
      ? insertAfter(input, ['drop', 'constraint'], 'IF EXISTS')
      : undefined;
  const adds = subtype === 'C' || subtype === 'AddConstraint';
  return {
    kind: adds ? 'ALTER DOMAIN ADD CONSTRAINT' : 'ALTER DOMAIN',
    subject: `domain "${spec.name}"`,
    run: execute(false),
    native: edits && { edits, run: execute(true) },
    creates: adds
      ? (after: Catalog, run: Run): Obj[] => {
          const type = after.find(spec);
          return type
            ? [...after.children(type.id, 'constraint')].filter((object) => object.id.startsWith(run.id('')))
            : [];
        }
      : undefined,
  };
};

const DEFINE: Record<
  string,
  {
    cls: 'type' | 'function' | 'operator' | 'collation' | 'tsconfig' | 'tsdict' | 'tsparser' | 'tstemplate';
    kind: string;
    words: string;
  }
> = {
  OBJECT_TYPE: { cls: 'type', kind: 'base', words: 'CREATE TYPE' },
  OBJECT_AGGREGATE: { cls: 'function', kind: 'aggregate', words: 'CREATE AGGREGATE' },
  OBJECT_OPERATOR: { cls: 'operator', kind: 'operator', words: 'CREATE OPERATOR' },
  OBJECT_COLLATION: { cls: 'collation', kind: 'collation', words: 'CREATE COLLATION' },
  OBJECT_TSCONFIGURATION: {
    cls: 'tsconfig',
    kind: 'text search configuration',
    words: 'CREATE TEXT SEARCH CONFIGURATION',
  },
  OBJECT_TSDICTIONARY: { cls: 'tsdict', kind: 'text search dictionary', words: 'CREATE TEXT SEARCH DICTIONARY' },
  OBJECT_TSPARSER: { cls: 'tsparser', kind: 'text search parser', words: 'CREATE TEXT SEARCH PARSER' },
  OBJECT_TSTEMPLATE: { cls: 'tstemplate', kind: 'text search template', words: 'CREATE TEXT SEARCH TEMPLATE' },
};

import { typeSql } from '../model/types.ts';
import { functionArguments } from './function.ts';

/** CREATE AGGREGATE, OPERATOR, TYPE (base and shell), COLLATION, TEXT SEARCH …: parsed as DefineStmt. */
export const readDefine: Reader = (input): Effect => {
  const node = input.node;
  const what = DEFINE[node.kind];
  const name = qualified(strings(node.defnames));
  if (!what) throw new StepError(`unknown DefineStmt ${node.kind}`);
  let objectId = name.name;
  const attrs: Record<string, string> = {};
  const argument = (key: string): string | undefined => {
    const def = (node.definition ?? []).find((item: Node) => item.DefElem?.defname === key)?.DefElem;
    return def?.arg?.TypeName ? typeSql(def.arg.TypeName) : undefined;
  };
  if (what.cls === 'function') {
    const parameters: Node[] = (node.args?.[0]?.List?.items ?? []).map((item: Node) => item.FunctionParameter);
    objectId = `${name.name}(${functionArguments(parameters)})`;
  }
  if (what.cls === 'operator') {
    const operands = `${argument('leftarg') ?? 'NONE'},${argument('rightarg') ?? 'NONE'}`;
    objectId = `${name.name}(${operands})`;
    attrs['sql'] = `${name.schema === undefined ? '' : `${name.schema}.`}${name.name}(${operands})`;
  }
  const spec: Spec = { cls: what.cls, kind: what.kind, schema: name.schema, name: objectId };
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      if (quiet && catalog.peek(spec)) return;
      catalog.create(spec, run.id('define'), { kind: what.kind, attrs });
    };
  const edits =
    what.cls === 'collation' && !node.if_not_exists
      ? insertAfter(input, ['create', 'collation'], 'IF NOT EXISTS')
      : what.kind === 'aggregate' && !node.replace && input.pgVersion >= 12
        ? insertAfter(input, ['create'], 'OR REPLACE')
        : undefined;
  return {
    kind: what.words,
    subject: `${what.kind} "${name.name}"`,
    run: create(Boolean(node.if_not_exists || node.replace)),
    native: edits && { edits, run: create(true) },
  };
};
