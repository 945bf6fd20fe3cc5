/** The less common kinds: schemas, extensions, roles, publications, foreign data, casts, operator classes, statistics, text search, privileges. */
import { fingerprint, objectName, qualified, rangeVar, strings, truncateName, type Node } from '../model/ast.ts';
import { StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Reader, ReaderInput, Run } from '../model/effect.ts';
import { chooseName, columnsAddition } from '../model/names.ts';
import { typeSql } from '../model/types.ts';
import { runOptions } from './alter-table.ts';
import { insertAfter } from './source.ts';

/** A CREATE of something known by its name alone, with or without IF NOT EXISTS. */
function creation(
  input: ReaderInput,
  kind: string,
  subject: string,
  spec: Spec,
  keywords: readonly string[] | undefined,
  exists: boolean,
  then?: (catalog: Catalog, run: Run, made: Obj) => void,
  attrs?: Record<string, string>,
): Effect {
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      if (quiet && catalog.peek(spec)) return;
      const made = catalog.create(spec, run.id('object'), { kind: spec.kind ?? '', attrs: attrs ?? {} }, quiet);
      then?.(catalog, run, made);
    };
  const edits = exists || keywords === undefined ? undefined : insertAfter(input, keywords, 'IF NOT EXISTS');
  return {
    kind,
    subject,
    run: create(exists),
    native: edits && { edits, run: create(true) },
    simple:
      (exists || edits) && (spec.cls === 'schema' || spec.cls === 'extension')
        ? { adds: [`${spec.cls} ${spec.name}`], touches: [] }
        : undefined,
  };
}

export const readCreateSchema: Reader = (input): Effect => {
  const node = input.node;
  const name = truncateName(node.schemaname ?? node.authrole?.rolename ?? '');
  // IF NOT EXISTS can't be combined with schema elements
  const elements: Node[] = node.schemaElts ?? [];
  return creation(
    input,
    'CREATE SCHEMA',
    `schema "${name}"`,
    { cls: 'schema', kind: 'schema', name },
    elements.length > 0 ? undefined : ['schema'],
    Boolean(node.if_not_exists),
  );
};

export const readCreateExtension: Reader = (input) => {
  const name: string = input.node.extname;
  return creation(
    input,
    'CREATE EXTENSION',
    `extension "${name}"`,
    { cls: 'extension', kind: 'extension', name },
    ['extension'],
    Boolean(input.node.if_not_exists),
  );
};

export const readCreateRole: Reader = (input) => {
  const name = truncateName(input.node.role);
  return creation(input, 'CREATE ROLE', `role "${name}"`, { cls: 'role', kind: 'role', name }, undefined, false);
};

export const readCreatePublication: Reader = (input) => {
  const name = truncateName(input.node.pubname);
  return creation(
    input,
    'CREATE PUBLICATION',
    `publication "${name}"`,
    { cls: 'publication', kind: 'publication', name },
    undefined,
    false,
    (catalog, run, made) => {
      for (const item of input.node.pubobjects ?? [])
        publicationMember(catalog, run, made, { cls: 'publication', name }, item.PublicationObjSpec, true);
    },
  );
};

function publicationMember(catalog: Catalog, run: Run, publication: Obj, spec: Spec, item: Node, add: boolean): void {
  if (item?.pubobjtype === 'PUBLICATIONOBJ_TABLES_IN_SCHEMA') {
    const name = truncateName(item.name);
    if (add)
      catalog.create({ cls: 'pubrel', name, parent: spec, kind: 'schema' }, run.id(`pubschema ${name}`), {
        parent: publication.id,
        kind: 'schema',
      });
    else catalog.drop([catalog.need({ cls: 'pubrel', name, parent: spec, kind: 'schema' })], false);
    return;
  }
  const relationVar = item?.pubtable?.relation;
  if (!relationVar) return;
  const relation = catalog.need({ cls: 'relation', kind: 'table', ...rangeVar(relationVar) });
  const name = `${relation.schema}.${relation.name}`;
  if (add)
    catalog.create({ cls: 'pubrel', name, parent: spec }, run.id(`pubrel ${publication.id} ${relation.id}`), {
      parent: publication.id,
      attrs: { relationId: relation.id },
      auto: [relation.id],
    });
  else {
    const found = catalog.need({ cls: 'pubrel', name, parent: spec });
    catalog.drop([catalog.learn(found, { relationId: relation.id })], false);
  }
}

export const readAlterPublication: Reader = (input) => {
  const node = input.node;
  const spec: Spec = { cls: 'publication', name: truncateName(node.pubname) };
  return {
    kind: 'ALTER PUBLICATION',
    subject: `publication "${spec.name}"`,
    run: (catalog, run) => {
      const publication = catalog.need(spec);
      if (node.pubobjects && node.action !== 'AP_SetObjects')
        for (const item of node.pubobjects)
          publicationMember(catalog, run, publication, spec, item.PublicationObjSpec, node.action === 'AP_AddObjects');
      else catalog.set(publication, 'set', fingerprint([node.pubobjects ?? null, node.options ?? null]));
    },
  };
};

export const readCreateFdw: Reader = (input) => {
  const name = truncateName(input.node.fdwname);
  return creation(
    input,
    'CREATE FOREIGN DATA WRAPPER',
    `foreign-data wrapper "${name}"`,
    { cls: 'fdw', kind: 'fdw', name },
    undefined,
    false,
  );
};

export const readCreateServer: Reader = (input) => {
  const name = truncateName(input.node.servername);
  return creation(
    input,
    'CREATE SERVER',
    `server "${name}"`,
    { cls: 'server', kind: 'server', name },
    ['server'],
    Boolean(input.node.if_not_exists),
    (catalog, run, made) => runOptions(catalog, run, made, input.node.options ?? []),
  );
};

export const readAlterServer: Reader = (input) => {
  const fdw = input.node.fdwname !== undefined;
  const spec: Spec = fdw
    ? { cls: 'fdw', name: truncateName(input.node.fdwname) }
    : { cls: 'server', name: truncateName(input.node.servername) };
  return {
    kind: fdw ? 'ALTER FOREIGN DATA WRAPPER' : 'ALTER SERVER',
    subject: `${spec.cls} "${spec.name}"`,
    run: (catalog, run) => runOptions(catalog, run, catalog.need(spec), input.node.options ?? []),
  };
};

const userName = (node: Node): string => {
  switch (node?.roletype) {
    case 'ROLESPEC_PUBLIC':
      return 'public';
    case 'ROLESPEC_CURRENT_USER':
    case 'ROLESPEC_CURRENT_ROLE':
    case 'ROLESPEC_SESSION_USER':
      return 'CURRENT_USER';
    default:
      return truncateName(node?.rolename ?? '');
  }
};

export const readUserMapping: Reader = (input) => {
  const server: Spec = { cls: 'server', name: truncateName(input.node.servername) };
  const spec: Spec = { cls: 'mapping', name: userName(input.node.user), parent: server };
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const parent = catalog.need(server);
      if (quiet && catalog.peek(spec)) return;
      catalog.create(spec, run.id('mapping'), { parent: parent.id });
    };
  const exists = Boolean(input.node.if_not_exists);
  const edits = exists ? undefined : insertAfter(input, ['user', 'mapping'], 'IF NOT EXISTS');
  return {
    kind: 'CREATE USER MAPPING',
    subject: `user mapping for "${spec.name}"`,
    run: create(exists),
    native: edits && { edits, run: create(true) },
  };
};

export const readAlterUserMapping: Reader = (input) => {
  const spec: Spec = {
    cls: 'mapping',
    name: userName(input.node.user),
    parent: { cls: 'server', name: truncateName(input.node.servername) },
  };
  return {
    kind: 'ALTER USER MAPPING',
    subject: `user mapping for "${spec.name}"`,
    run: (catalog, run) => runOptions(catalog, run, catalog.need(spec), input.node.options ?? []),
  };
};

export const readDropUserMapping: Reader = (input) => {
  const spec: Spec = {
    cls: 'mapping',
    name: userName(input.node.user),
    parent: { cls: 'server', name: truncateName(input.node.servername) },
  };
  const drop =
    (quiet: boolean) =>
    (catalog: Catalog): void => {
      const found = catalog.find(spec);
      if (!found && quiet && !catalog.world) return;
      catalog.drop([found ?? catalog.need(spec)], false);
    };
  const edits = input.node.missing_ok ? undefined : insertAfter(input, ['drop', 'user', 'mapping'], 'IF EXISTS');
  return {
    kind: 'DROP USER MAPPING',
    subject: `user mapping for "${spec.name}"`,
    run: drop(Boolean(input.node.missing_ok)),
    native: edits && { edits, run: drop(true) },
  };
};

export const readCreateCast: Reader = (input) => {
  const source = typeSql(input.node.sourcetype);
  const target = typeSql(input.node.targettype);
  return creation(
    input,
    'CREATE CAST',
    `cast (${source} AS ${target})`,
    { cls: 'cast', kind: 'cast', name: `${source} as ${target}` },
    undefined,
    false,
    undefined,
    { source, target },
  );
};

export const readCreateTransform: Reader = (input) => {
  const type = typeSql(input.node.type_name);
  const lang: string = input.node.lang;
  return creation(
    input,
    'CREATE TRANSFORM',
    `transform for ${type}`,
    { cls: 'transform', kind: 'transform', name: `${type} ${lang}` },
    undefined,
    Boolean(input.node.replace),
    undefined,
    { type, lang },
  );
};

export const readCreateOpClass: Reader = (input) => {
  const family = input.node.amname !== undefined && input.node.opclassname === undefined;
  const name = qualified(strings(family ? input.node.opfamilyname : input.node.opclassname));
  const method: string = input.node.amname;
  const cls = family ? 'opfamily' : 'opclass';
  return creation(
    input,
    family ? 'CREATE OPERATOR FAMILY' : 'CREATE OPERATOR CLASS',
    `operator ${family ? 'family' : 'class'} "${name.name}"`,
    { cls, kind: cls, schema: name.schema, name: `${name.name} ${method}` },
    undefined,
    false,
    undefined,
    { bare: name.name, method },
  );
};

export const readCreateConversion: Reader = (input) => {
  const name = qualified(strings(input.node.conversion_name));
  return creation(
    input,
    'CREATE CONVERSION',
    `conversion "${name.name}"`,
    { cls: 'conversion', kind: 'conversion', ...name },
    undefined,
    false,
  );
};

export const readCreateAccessMethod: Reader = (input) => {
  const name = truncateName(input.node.amname);
  return creation(
    input,
    'CREATE ACCESS METHOD',
    `access method "${name}"`,
    { cls: 'accessmethod', kind: 'accessmethod', name },
    undefined,
    false,
  );
};

export const readCreateLanguage: Reader = (input) => {
  const name = truncateName(input.node.plname);
  return creation(
    input,
    'CREATE LANGUAGE',
    `language "${name}"`,
    { cls: 'language', kind: 'language', name },
    undefined,
    Boolean(input.node.replace),
  );
};

export const readCreateStatistics: Reader = (input) => {
  const node = input.node;
  const relations: Node[] = node.relations ?? [];
  const names = strings(node.defnames);
  const table: Spec = { cls: 'relation', kind: 'table', ...rangeVar(relations[0]?.RangeVar) };
  const create =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const relation = catalog.need(table);
      const columns: string[] = (node.exprs ?? []).map((item: Node) => item.StatsElem?.name ?? 'expr');
      const name =
        names.length > 0
          ? qualified(names)
          : {
              schema: relation.schema,
              name: chooseName(
                relation.name,
                columnsAddition(columns),
                'stat',
                (candidate) =>
                  catalog.find({ cls: 'statistics', name: candidate, schema: relation.schema }) !== undefined,
              ),
            };
      const spec: Spec = { cls: 'statistics', kind: 'statistics', ...name };
      if (quiet && catalog.peek(spec)) return;
      catalog.create(spec, run.id('statistics'), { auto: [relation.id] });
    };
  const edits =
    node.if_not_exists || names.length === 0 ? undefined : insertAfter(input, ['statistics'], 'IF NOT EXISTS');
  return {
    kind: 'CREATE STATISTICS',
    subject: `statistics "${names[names.length - 1] ?? ''}"`,
    run: create(Boolean(node.if_not_exists)),
    native: edits && { edits, run: create(true) },
  };
};

export const readAlterTsConfig: Reader = (input) => {
  const node = input.node;
  const spec: Spec = { cls: 'tsconfig', kind: 'tsconfig', ...qualified(strings(node.cfgname)) };
  const tokens: string[] = (node.tokentype ?? []).map((item: Node) => item.String?.sval ?? '');
  return {
    kind: 'ALTER TEXT SEARCH CONFIGURATION',
    subject: `text search configuration "${spec.name}"`,
    run: (catalog, run) => {
      const config = catalog.need(spec);
      for (const token of tokens) {
        const mapping: Spec = { cls: 'tsmapping', name: token, parent: spec };
        if (node.kind === 'ALTER_TSCONFIG_ADD_MAPPING')
          catalog.create(mapping, run.id(`mapping ${token}`), { parent: config.id });
        else if (node.kind === 'ALTER_TSCONFIG_DROP_MAPPING') {
          const found = catalog.find(mapping);
          if (!found && node.missing_ok && !catalog.world) continue;
          catalog.drop([found ?? catalog.need(mapping)], false);
        } else catalog.set(catalog.need(mapping), 'dicts', fingerprint(node.dicts ?? null));
      }
    },
  };
};

/** Commands that set something to a value: a second run sets it again. What they name has to be there. */
export const readComment: Reader = (input): Effect => {
  const node = input.node;
  const spec = commentTarget(node.objtype, node.object);
  return {
    kind: node.provider === undefined ? 'COMMENT' : 'SECURITY LABEL',
    subject: spec ? `${spec.cls} "${spec.name}"` : String(node.objtype).replace('OBJECT_', '').toLowerCase(),
    run: (catalog) => {
      if (spec) catalog.set(catalog.need(spec), 'comment', node.comment ?? '');
    },
  };
};

const COMMENT_RELATION: Record<string, string> = {
  OBJECT_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FOREIGN_TABLE: 'foreign table',
};
const COMMENT_CHILD: Record<string, 'constraint' | 'trigger' | 'policy' | 'rule' | 'column'> = {
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
  OBJECT_COLUMN: 'column',
};

function commentTarget(type: string, object: Node): Spec | undefined {
  if (COMMENT_RELATION[type]) return { cls: 'relation', kind: COMMENT_RELATION[type], ...objectName(object) };
  const child = COMMENT_CHILD[type];
  if (child) {
    const parts = strings(object?.List?.items);
    return {
      cls: child,
      name: parts[parts.length - 1] ?? '',
      parent: { cls: 'relation', kind: 'table', ...qualified(parts.slice(0, -1)) },
    };
  }
  switch (type) {
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      return { cls: 'type', ...objectName(object) };
    case 'OBJECT_SCHEMA':
      return { cls: 'schema', ...objectName(object) };
    case 'OBJECT_ROLE':
      return { cls: 'role', ...objectName(object) };
    case 'OBJECT_EXTENSION':
      return { cls: 'extension', ...objectName(object) };
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE': {
      const withArgs = object?.ObjectWithArgs;
      const name = qualified(strings(withArgs?.objname));
      return {
        cls: 'function',
        kind: 'function',
        schema: name.schema,
        name: `${name.name}(${(withArgs?.objargs ?? []).map((arg: Node) => typeSql(arg.TypeName)).join(', ')})`,
      };
    }
    default:
      return undefined;
  }
}

export const readGrant: Reader = (input): Effect => {
  const node = input.node;
  const kind = node.is_grant ? 'GRANT' : 'REVOKE';
  return {
    kind,
    subject: String(node.objtype ?? '')
      .replace('OBJECT_', '')
      .toLowerCase(),
    run: (catalog) => {
      if (node.targtype !== 'ACL_TARGET_OBJECT') return;
      for (const item of node.objects ?? []) {
        const spec: Spec | undefined =
          node.objtype === 'OBJECT_TABLE' && item.RangeVar
            ? { cls: 'relation', kind: 'table', ...rangeVar(item.RangeVar) }
            : node.objtype === 'OBJECT_SEQUENCE' && item.RangeVar
              ? { cls: 'relation', kind: 'sequence', ...rangeVar(item.RangeVar) }
              : node.objtype === 'OBJECT_FUNCTION' || node.objtype === 'OBJECT_PROCEDURE'
                ? commentTarget('OBJECT_FUNCTION', item)
                : node.objtype === 'OBJECT_SCHEMA'
                  ? { cls: 'schema', name: truncateName(item.String?.sval ?? '') }
                  : undefined;
        if (!spec) continue;
        if (spec.cls === 'function' && item.ObjectWithArgs?.args_unspecified) continue;
        const object = catalog.need(spec);
        catalog.set(object, `acl ${fingerprint([node.grantees ?? null, node.privileges ?? null])}`, kind);
      }
      for (const grantee of node.grantees ?? [])
        if (grantee.RoleSpec?.rolename) catalog.need({ cls: 'role', name: truncateName(grantee.RoleSpec.rolename) });
    },
  };
};

/** Owner, function options, statistics targets and other settings of one object. */
export const readSetting: Reader = (input): Effect => {
  const node = input.node;
  const tag = input.statement.tag;
  const type: string = node.objectType ?? node.objtype ?? '';
  const spec: Spec | undefined =
    tag === 'AlterOwnerStmt'
      ? node.relation
        ? { cls: 'relation', kind: 'table', ...rangeVar(node.relation) }
        : commentTarget(type, node.object)
      : tag === 'AlterFunctionStmt'
        ? commentTarget('OBJECT_FUNCTION', { ObjectWithArgs: node.func })
        : undefined;
  const words = tag
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
  return {
    kind: words,
    subject: spec ? `${spec.cls} "${spec.name}"` : '',
    run: (catalog) => {
      if (spec && !(spec.cls === 'function' && (node.func ?? node.object?.ObjectWithArgs)?.args_unspecified))
        catalog.set(catalog.need(spec), tag, fingerprint({ ...node, object: undefined }));
    },
  };
};

/** ALTER EXTENSION … ADD, ALTER OPERATOR FAMILY … ADD and the like: an error on a second run, and no short question to ask. */
export const readMembership: Reader = (input): Effect => {
  const tag = input.statement.tag;
  const adds = tag === 'AlterExtensionContentsStmt' ? Number(node(input).action ?? 1) > 0 : !node(input).isDrop;
  return {
    kind: tag
      .replace(/Stmt$/, '')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toUpperCase(),
    subject: '',
    run: (_catalog, run) => {
      if (run.rerun) throw new StepError(adds ? 'it is already a member' : 'it is no member any more');
    },
    opaque: {
      why: 'a second run fails, and the catalogs hold no short answer to whether it has run',
      advice: 'Move it into a DO block with a check of your own on pg_depend or pg_amop.',
      silent: false,
    },
  };
};

const node = (input: ReaderInput): Node => input.node;

/** Statements on things outside of this database (other databases, tablespaces, subscriptions, server settings). */
export const readCluster: Reader = (input): Effect => {
  const words = input.statement.tag
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
  return {
    kind: words,
    subject: '',
    run: (_catalog, run) => {
      if (run.rerun) throw new StepError('it has been done before');
    },
    noDo: 'it can not run in a transaction',
    opaque: {
      why: 'it reaches outside of this database, can not run in a transaction, and has no IF NOT EXISTS',
      advice: 'Do this outside of the migrations, or in a script that checks first.',
      silent: false,
    },
  };
};
