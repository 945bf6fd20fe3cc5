/**
 * Second runs by a look at the tree alone, for the files that most files are: their steps make things under names of their own, or take
 * away or set what nothing else in the file depends on. Each step then meets nothing but itself when it is run again. Whatever is more
 * involved is left to `secondRuns`, which runs the file on the symbolic catalog; where this answers, it gives the same answer.
 */
import { fingerprint, objectName, qualified, rangeVar, strings, truncateName, type Node } from '../model/ast.ts';
import type { Statement } from '../parse/index.ts';
import { secondRuns, type SecondRun } from './again.ts';
import { isPlainCast } from './alter-table.ts';
import { HARMLESS } from './refs.ts';
import { Mentions } from './mentions.ts';
import { readEffect } from './registry.ts';

/** A bare name, with the table that it belongs to. */
interface Removed {
  readonly name: string;
  readonly on?: string | undefined;
}

interface Step {
  /** What a second run right behind the first one does wrong. */
  readonly harm: SecondRun | undefined;
  /** What it makes or sets; two steps with a key in common need a closer look. */
  readonly keys: readonly string[];
  /** Bare names of what it makes. */
  readonly makes: readonly string[];
  /** What it takes away or renames. */
  readonly removes: readonly Removed[];
  /** Columns that it gives another type. */
  readonly retypes?: readonly Removed[];
  /** The kind of what may come and go with nothing else being concerned: an index, a trigger, a foreign key. */
  readonly light?: string;
  /** A DO block that adds something, whatever it is. */
  readonly block?: true;
  /** The table that a data step writes. */
  readonly writes?: readonly string[];
  /** The relation that it gives more columns. */
  readonly widens?: string;
  /** A view or policy: what it reads can't be changed freely any more, and it may show all columns of it. */
  readonly spreads?: boolean;
  /** A table on which PostgreSQL has chosen the names of constraints or indexes. */
  readonly unnamed?: string;
  /** The table whose constraint, under a name that PostgreSQL may have chosen, is taken away. */
  readonly dropsChosen?: string | true;
}

const fails = (why: string): SecondRun => ({ why, fails: true });
const AGAIN: SecondRun = { why: 'it would change something again', fails: false };
const NOTHING: Step = { harm: undefined, keys: [], makes: [], removes: [] };

const quoted = ({ schema, name }: { schema: string | undefined; name: string }): string =>
  schema === undefined ? `"${name}"` : `"${schema}"."${name}"`;

function made(kind: string, cls: string, name: { schema: string | undefined; name: string }, lenient: boolean): Step {
  return {
    harm: lenient ? undefined : fails(`${kind} ${quoted(name)} already exists`),
    keys: [`${cls} ${name.name}`],
    makes: [name.name],
    removes: [],
  };
}

/** What belongs to a table: policies, triggers, rules. */
function madeOn(kind: string, table: Node, name: string, lenient: boolean): Step {
  const on = rangeVar(table).name;
  return {
    harm: lenient ? undefined : fails(`${kind} "${name}" of "${on}" already exists`),
    keys: [`${kind} ${on}.${name}`],
    makes: [name],
    removes: [],
    light: kind,
  };
}

const isTemporary = (node: Node): boolean => node?.relpersistence === 't' || node?.schemaname === 'pg_temp';

/** A relation that CREATE … makes, unless it is temporary. */
const madeRelation = (kind: string, node: Node, lenient: unknown): Step | undefined =>
  isTemporary(node) ? undefined : made(kind, 'relation', rangeVar(node), Boolean(lenient));

const CHOSEN = /_(?:pkey|key|fkey|check|excl|not_null)\d*$/;
const CHOSEN_INDEX = /_(?:idx|key|pkey|excl)\d*$/;

interface Part {
  readonly pass: number;
  readonly harm?: SecondRun;
  readonly key?: string;
  readonly makes?: string;
  readonly removes?: string;
  readonly retypes?: string;
  readonly widens?: boolean;
  readonly unnamed?: boolean;
  readonly dropsChosen?: boolean;
  readonly light?: boolean;
}

/** The attributes of a column that an action sets: the same action once more changes nothing. */
const COLUMN_SETTINGS: Readonly<Record<string, string>> = {
  AT_ColumnDefault: 'default',
  AT_SetNotNull: 'notnull',
  AT_DropNotNull: 'notnull',
  AT_SetStatistics: 'statistics',
  AT_SetStorage: 'storage',
  AT_SetCompression: 'compression',
  AT_SetOptions: 'options',
  AT_ResetOptions: 'options',
};
const TABLE_SETTINGS: Readonly<Record<string, string>> = {
  AT_EnableRowSecurity: 'row security',
  AT_DisableRowSecurity: 'row security',
  AT_ForceRowSecurity: 'force',
  AT_NoForceRowSecurity: 'force',
  AT_ReplicaIdentity: 'replica identity',
  AT_ChangeOwner: 'owner',
  AT_SetRelOptions: 'options',
  AT_ResetRelOptions: 'options',
  AT_ClusterOn: 'cluster',
};

function readPart(command: Node, table: string): Part | undefined {
  const name = truncateName(command.name ?? '');
  const subtype: string = command.subtype;
  const lenient = Boolean(command.missing_ok);
  const setting = COLUMN_SETTINGS[subtype];
  if (setting !== undefined && name !== '') return { pass: 7, key: `${setting} ${table}.${name}` };
  const ofTable = TABLE_SETTINGS[subtype];
  if (ofTable !== undefined) return { pass: 7, key: `${ofTable} ${table}` };
  switch (subtype) {
    case 'AT_AddColumn': {
      const def = command.def.ColumnDef;
      const column = truncateName(def.colname);
      return {
        pass: 2,
        ...(lenient ? {} : { harm: fails(`column "${column}" of "${table}" already exists`) }),
        key: `column ${table}.${column}`,
        makes: column,
        widens: true,
        unnamed: choosesNames(def.constraints),
      };
    }
    case 'AT_DropColumn':
      return {
        pass: 0,
        ...(lenient ? {} : { harm: fails(`column "${name}" of "${table}" does not exist`) }),
        removes: name,
      };
    case 'AT_DropConstraint':
      return {
        pass: 0,
        ...(lenient ? {} : { harm: fails(`constraint "${name}" of "${table}" does not exist`) }),
        removes: name,
        light: true,
        dropsChosen: CHOSEN.test(name),
      };
    case 'AT_AddConstraint': {
      const constraint = command.def.Constraint;
      if (constraint.indexname !== undefined || constraint.contype === 'CONSTR_NOTNULL') return undefined;
      const own = constraint.conname === undefined ? undefined : truncateName(constraint.conname);
      const pass = constraint.contype === 'CONSTR_FOREIGN' ? 6 : 5;
      if (constraint.contype === 'CONSTR_PRIMARY')
        return {
          pass,
          harm: fails(`multiple primary keys for "${table}"`),
          key: `primary key ${table}`,
          ...(own === undefined ? {} : { makes: own }),
          unnamed: own === undefined,
        };
      return own === undefined
        ? { pass, harm: AGAIN, unnamed: true }
        : {
            pass,
            harm: fails(`constraint "${own}" of "${table}" already exists`),
            key: `constraint ${table}.${own}`,
            makes: own,
            // a foreign key may need the index of any other kind
            light: constraint.contype === 'CONSTR_FOREIGN' || constraint.contype === 'CONSTR_CHECK',
          };
    }
    case 'AT_AlterColumnType': {
      const using = command.def.ColumnDef.raw_default;
      return {
        pass: 1,
        ...(using !== undefined && !isPlainCast(using, name)
          ? { harm: { why: `the values of "${name}" would be converted a second time`, fails: false } }
          : {}),
        key: `type ${table}.${name}`,
        retypes: name,
      };
    }
    case 'AT_ValidateConstraint':
      return { pass: 7, key: `valid ${table}.${name}` };
    default:
      return undefined;
  }
}

function readAlter(node: Node): Step | undefined {
  if (node.objtype !== 'OBJECT_TABLE' || node.missing_ok) return undefined;
  const table = rangeVar(node.relation).name;
  const parts: Part[] = [];
  for (const item of node.cmds ?? []) {
    const part = readPart(item.AlterTableCmd, table);
    if (!part) return undefined;
    parts.push(part);
  }
  const first = parts
    .filter(({ harm }) => harm)
    // what changes something again does not keep PostgreSQL from getting to what fails
    .sort((a, b) => Number(b.harm !== AGAIN) - Number(a.harm !== AGAIN) || a.pass - b.pass)[0];
  const makes = parts.flatMap((part) => part.makes ?? []);
  const removes = parts.flatMap((part) => (part.removes === undefined ? [] : { name: part.removes, on: table }));
  const retypes = parts.flatMap((part) => (part.retypes === undefined ? [] : { name: part.retypes, on: table }));
  if (removes.some(({ name }) => makes.includes(name))) return undefined;
  return {
    harm: first?.harm,
    // a default may be taken away and set again around a change of type
    keys: [...new Set(parts.flatMap((part) => part.key ?? []))],
    retypes,
    makes,
    removes,
    ...(parts.length === 1 && parts[0]?.light ? { light: 'constraint' } : {}),
    ...(parts.some((part) => part.widens) ? { widens: table } : {}),
    ...(parts.some((part) => part.unnamed) ? { unnamed: table } : {}),
    ...(parts.some((part) => part.dropsChosen) ? { dropsChosen: table } : {}),
  };
}

const DROPPED: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FUNCTION: 'function',
  OBJECT_TYPE: 'type',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
};

function readDropped(node: Node): Step | undefined {
  const kind = DROPPED[node.removeType];
  if (kind === undefined) return undefined;
  const onTable = kind === 'trigger' || kind === 'policy';
  const names = (node.objects as Node[]).map((item) => {
    if (!onTable) return { ...objectName(item), on: undefined };
    const parts = strings(item.List.items);
    return { schema: undefined, name: parts.at(-1) ?? '', on: parts.at(-2) };
  });
  const [first] = names;
  if (!first || names.some(({ schema }) => schema === 'pg_temp')) return undefined;
  return {
    harm: node.missing_ok ? undefined : fails(`${kind} ${quoted(first)} does not exist`),
    keys: [],
    makes: [],
    removes: names.map(({ name, on }) => ({ name, on })),
    ...(names.length === 1 && LIGHT.has(kind) && node.behavior !== 'DROP_CASCADE' ? { light: kind } : {}),
    ...(kind === 'index' && names.some(({ name }) => CHOSEN_INDEX.test(name)) ? { dropsChosen: true } : {}),
  };
}

const LIGHT: ReadonlySet<string> = new Set(['index', 'view', 'materialized view', 'trigger', 'policy']);

const RENAMED: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_INDEX: 'index',
  OBJECT_COLUMN: 'column',
  OBJECT_TABCONSTRAINT: 'constraint',
};

function readRenamed(node: Node): Step | undefined {
  const kind = RENAMED[node.renameType];
  if (kind === undefined || node.missing_ok || isTemporary(node.relation)) return undefined;
  const relation = rangeVar(node.relation);
  const to = truncateName(node.newname);
  if (kind === 'table' || kind === 'index')
    return {
      harm: fails(`${kind} ${quoted(relation)} does not exist`),
      keys: [`relation ${to}`],
      makes: [to],
      removes: [{ name: relation.name }],
      unnamed: relation.name,
    };
  const name = truncateName(node.subname);
  return {
    harm: fails(`${kind} "${name}" of "${relation.name}" does not exist`),
    keys: [`${kind} ${relation.name}.${to}`],
    makes: [to],
    removes: [{ name, on: relation.name }],
  };
}

const NAMED = new Set(['CONSTR_PRIMARY', 'CONSTR_UNIQUE', 'CONSTR_FOREIGN', 'CONSTR_CHECK', 'CONSTR_EXCLUSION']);

/** Are there constraints among them whose names PostgreSQL chooses? */
const choosesNames = (constraints: Node): boolean =>
  (constraints ?? []).some(
    (item: Node) => item.Constraint?.conname === undefined && NAMED.has(item.Constraint?.contype as string),
  );

const hasUnnamed = (node: Node): boolean =>
  node.inhRelations !== undefined ||
  (node.tableElts ?? []).some((item: Node) =>
    item.TableLikeClause ? true : choosesNames(item.ColumnDef ? item.ColumnDef.constraints : [item]),
  );

/** A data step alone: what it does to its rows the second time can be told without the rest of the file. */
function alone(statement: Statement, text: string, pgVersion: number): SecondRun | undefined {
  return secondRuns([readEffect(statement, text, pgVersion)], undefined, () => NOBODY)[0];
}

const NOBODY: ReadonlySet<number> = new Set();

const QUIET: ReadonlySet<string> = new Set([
  'AlterDefaultPrivilegesStmt',
  'VacuumStmt',
  'RefreshMatViewStmt',
  'ReindexStmt',
  'LockStmt',
  'NotifyStmt',
  'AlterRoleStmt',
  'GrantRoleStmt',
]);

/** What makes a DO block more than one that adds something. */
const INVOLVED =
  /\b(?:insert|update|delete|truncate|merge|execute|perform|call|select|drop|rename|set|type|partition)\b/i;

type Read = (node: Node, statement: Statement, text: string, pgVersion: number) => Step | undefined;

const rows: Read = (node, statement, text, pgVersion) => {
  if (node.relation && isTemporary(node.relation)) return undefined;
  const writes = node.relations
    ? (node.relations as Node[]).map((item) => rangeVar(item.RangeVar).name)
    : [rangeVar(node.relation).name];
  if (node.withClause) return undefined;
  return { ...NOTHING, harm: alone(statement, text, pgVersion), writes };
};

function view(kind: string, node: Node, lenient: unknown): Step | undefined {
  const step = madeRelation(kind, node, lenient);
  return step && { ...step, spreads: true, light: kind };
}

const TYPES: Read = (node) => made('type', 'type', qualified(strings(node.typeName)), false);

const READ: Readonly<Record<string, Read>> = {
  CreateStmt: (node) => {
    const step = madeRelation('table', node.relation, node.if_not_exists);
    return step && hasUnnamed(node) ? { ...step, unnamed: rangeVar(node.relation).name } : step;
  },
  IndexStmt: (node) => {
    if (isTemporary(node.relation)) return undefined;
    if (node.idxname === undefined) return { ...NOTHING, harm: AGAIN, unnamed: rangeVar(node.relation).name };
    const name = truncateName(node.idxname);
    const step = made('index', 'relation', { schema: undefined, name }, Boolean(node.if_not_exists));
    // a foreign key may need a unique one
    return node.unique ? step : { ...step, light: 'index' };
  },
  AlterTableStmt: (node) => readAlter(node),
  DropStmt: (node) => readDropped(node),
  RenameStmt: (node) => readRenamed(node),
  CreateEnumStmt: TYPES,
  CreateDomainStmt: (node) => made('type', 'type', qualified(strings(node.domainname)), false),
  CompositeTypeStmt: (node) => made('type', 'type', rangeVar(node.typevar), false),
  AlterEnumStmt: (node) => {
    if (node.oldVal !== undefined) return undefined;
    const type = qualified(strings(node.typeName)).name;
    return {
      harm: node.skipIfNewValExists ? undefined : fails(`enum label "${node.newVal}" already exists`),
      keys: [`label ${type}.${node.newVal}`],
      makes: [],
      removes: [],
    };
  },
  CreateSeqStmt: (node) => madeRelation('sequence', node.sequence, node.if_not_exists),
  ViewStmt: (node) => view('view', node.view, node.replace),
  CreateTableAsStmt: (node) =>
    node.objtype === 'OBJECT_MATVIEW' ? view('materialized view', node.into.rel, node.if_not_exists) : undefined,
  CreateFunctionStmt: (node) => {
    const { schema, name } = qualified(strings(node.funcname));
    return made('function', 'function', { schema, name }, Boolean(node.replace));
  },
  CreateTrigStmt: (node) => madeOn('trigger', node.relation, truncateName(node.trigname), Boolean(node.replace)),
  CreatePolicyStmt: (node) => ({
    ...madeOn('policy', node.table, truncateName(node.policy_name), false),
    spreads: true,
  }),
  CreateSchemaStmt: (node) =>
    node.schemaElts || node.schemaname === undefined
      ? undefined
      : made(
          'schema',
          'schema',
          { schema: undefined, name: truncateName(node.schemaname) },
          Boolean(node.if_not_exists),
        ),
  CreateExtensionStmt: (node) =>
    made('extension', 'extension', { schema: undefined, name: node.extname }, Boolean(node.if_not_exists)),
  InsertStmt: rows,
  UpdateStmt: rows,
  DeleteStmt: rows,
  TruncateStmt: rows,
  CommentStmt: (node) => ({ ...NOTHING, keys: [`comment ${fingerprint([node.objtype, node.object])}`] }),
  GrantStmt: (node) => ({
    ...NOTHING,
    keys:
      node.targtype === 'ACL_TARGET_OBJECT'
        ? [`grant ${fingerprint([node.objects, node.grantees, node.privileges])}`]
        : [],
  }),
  DoStmt: (_node, statement, text, pgVersion) => {
    const source = text.slice(statement.range.start, statement.range.end).replace(/\bon\s+(?:delete|update)\b/gi, '');
    return INVOLVED.test(source) ? undefined : { ...NOTHING, harm: alone(statement, text, pgVersion), block: true };
  },
  VariableSetStmt: () => NOTHING,
  SelectStmt: (node, statement, text) => {
    if (node.intoClause || node.withClause || node.fromClause) return undefined;
    const source = text.slice(statement.range.start, statement.range.end);
    for (const [, name] of source.matchAll(/([\w$"]+)\s*\(/g))
      if (!HARMLESS.has((name as string).toLowerCase()) || /["$]/.test(name as string)) return undefined;
    return NOTHING;
  },
};

function readStep(statement: Statement, text: string, pgVersion: number): Step | undefined {
  const read = READ[statement.tag];
  if (read) return read(statement.node, statement, text, pgVersion);
  return QUIET.has(statement.tag) ? NOTHING : undefined;
}

/** By the position of each statement, as `secondRuns` gives it; undefined when the file needs that. */
export function quickSecondRuns(
  statements: readonly Statement[],
  text: string,
  pgVersion: number,
): readonly (SecondRun | undefined)[] | undefined {
  const steps: Step[] = [];
  const keys = new Set<string>();
  const unnamed = new Set<string>();
  let open = false;
  let transactions = false;
  let removes = false;
  let data = 0;
  let widens = false;
  let chosen = false;
  let triggers = false;
  for (const statement of statements) {
    if (statement.tag === '') {
      steps.push(NOTHING);
      continue;
    }
    if (statement.tag === 'TransactionStmt') {
      const { kind } = statement.node as { kind: string };
      if ((kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') && !open) open = true;
      else if (kind === 'TRANS_STMT_COMMIT' && open) open = false;
      else return undefined;
      transactions = true;
      steps.push(NOTHING);
      continue;
    }
    const step = readStep(statement, text, pgVersion);
    if (!step) return undefined;
    for (const key of step.keys) {
      if (keys.has(key)) return undefined;
      keys.add(key);
    }
    if (step.unnamed !== undefined) unnamed.add(step.unnamed);
    removes ||= step.removes.length > 0 || (step.retypes !== undefined && step.retypes.length > 0);
    data += step.writes ? 1 : 0;
    widens ||= step.widens !== undefined;
    chosen ||= step.dropsChosen !== undefined;
    triggers ||= statement.tag === 'CreateTrigStmt';
    steps.push(step);
  }
  if (open) return undefined;
  if (chosen && unnamed.size > 0)
    for (const { dropsChosen } of steps)
      if (dropsChosen === true || (dropsChosen !== undefined && unnamed.has(dropsChosen))) return undefined;
  const harms = steps.map(({ harm }) => harm);
  if (!removes && data < 2 && !widens && !triggers) return harms;
  const mentions = new Mentions(text, statements);
  const others = (index: number, { name, on }: Removed): number[] => {
    const found = mentions.of(name);
    const beside = on === undefined ? found : mentions.of(on);
    return [...found].filter((other) => other !== index && beside.has(other));
  };
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] as Step;
    for (const removed of step.removes) {
      if (/["'\\&]/.test(removed.name)) return undefined;
      const related = others(index, removed);
      // within a transaction it meets what the whole of it has left
      if (transactions && related.length > 0) return undefined;
      // DROP and CREATE again, with nobody else to notice
      const [only] = related;
      if (related.length === 1 && only !== undefined && only > index) {
        const again = steps[only] as Step;
        if (
          step.light !== undefined &&
          step.light === again.light &&
          again.makes[0] === removed.name &&
          again.removes.length === 0
        ) {
          harms[only] = undefined;
          continue;
        }
      }
      for (const other of related) {
        const { harm, makes, block } = steps[other] as Step;
        if (block) return undefined;
        // What comes later was made for what is left, and what fails by itself before fails all the same; unless the same thing comes
        // and goes.
        if (makes.includes(removed.name) || (other < index && !harm)) return undefined;
      }
    }
    for (const retyped of step.retypes ?? [])
      for (const other of others(index, retyped)) {
        const { harm, writes, spreads } = steps[other] as Step;
        if (spreads || (writes && !harm)) return undefined;
      }
    if (step.writes && (data > 1 || triggers)) {
      if (triggers && !step.harm) return undefined;
      for (const name of step.writes)
        for (const other of mentions.of(name)) {
          const theirs = steps[other] as Step;
          if (other !== index && theirs.writes && (!theirs.harm || !step.harm)) return undefined;
        }
    }
    if (step.widens !== undefined)
      for (const other of mentions.of(step.widens)) {
        const { spreads, harm } = steps[other] as Step;
        if (spreads && !harm) return undefined;
      }
  }
  return harms;
}
