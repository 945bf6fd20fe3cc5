/** ALTER TABLE (and ALTER INDEX, VIEW, SEQUENCE, TYPE where PostgreSQL parses them as AlterTableStmt), action by action. */
import { defElemText, fingerprint, rangeVar, truncateName, walk, type Node } from '../model/ast.ts';
import { DamageError, StepError, type Catalog, type Obj, type Spec } from '../model/catalog.ts';
import type { Effect, Part, Reader, ReaderInput, Run } from '../model/effect.ts';
import type { Edit } from '../text/edits.ts';
import { addColumn, addConstraint, addSequence, boundText, typeAttributes } from './relation.ts';
import { collectRefs, dependencies } from './refs.ts';
import { commaParts, nameRange, tokenText, type Source } from './source.ts';

/** One of the actions that an ALTER TABLE joins by commas. */
export interface Action {
  readonly command: Node;
  readonly subtype: string;
  readonly range: { readonly start: number; readonly end: number };
  readonly keywords: readonly { readonly text: string; readonly end: number }[];
}

/** The order in which PostgreSQL runs the actions of one command (AlterTablePass in src/backend/commands/tablecmds.c). */
function pass(action: Action): number {
  switch (action.subtype) {
    case 'AT_DropColumn':
    case 'AT_DropConstraint':
    case 'AT_DropNotNull':
    case 'AT_DropExpression':
    case 'AT_DropIdentity':
      return 0;
    case 'AT_ColumnDefault':
      return action.command.def ? 6 : 0;
    case 'AT_AlterColumnType':
      return 1;
    case 'AT_AddColumn':
      return 2;
    case 'AT_SetNotNull':
    case 'AT_SetStorage':
    case 'AT_SetStatistics':
      return 4;
    case 'AT_AddConstraint':
    case 'AT_AddIdentity':
    case 'AT_SetIdentity':
      return action.command.def?.Constraint?.contype === 'CONSTR_FOREIGN' ? 6 : 5;
    default:
      return 7;
  }
}

/** Is `USING` nothing but a cast of the column to the new type? Then a second conversion changes nothing. */
export function isPlainCast(expression: Node, column: string): boolean {
  let node = expression;
  while (node?.TypeCast) node = node.TypeCast.arg;
  const fields = node?.ColumnRef?.fields;
  return fields?.length !== undefined && fields[fields.length - 1]?.String?.sval === column;
}

/** The actions of an AlterTableStmt and their places; where these can't be told, an action stands for the whole statement. */
export function actionsOf(input: Source & { readonly node: Node }): Action[] {
  const { node } = input;
  const start = nameRange(input, input.statement.offsetOf(node.relation?.location ?? 0));
  const tokens = input.statement.tokens;
  let from = start.next;
  if (tokenText(input, tokens[from]) === '*') from++;
  const parts = commaParts(input, from);
  const commands: Node[] = (node.cmds ?? []).map((item: Node) => item.AlterTableCmd);
  return commands.map((command, index) => {
    // `ALTER TABLE ALL IN TABLESPACE` and the like have no parts of their own
    const part = parts.length === commands.length ? parts[index] : undefined;
    return {
      command,
      subtype: String(command.subtype),
      range: part?.range ?? { start: input.statement.range.start, end: input.statement.range.end },
      keywords: (part?.tokens ?? []).map((token) => ({ text: tokenText(input, token).toLowerCase(), end: token.end })),
    };
  });
}

/** The edit that gives one action PostgreSQL's own IF [NOT] EXISTS, when there is one. */
function nativeEdit(action: Action): Edit | undefined {
  const words = action.keywords;
  const after = (count: number, text: string): Edit | undefined => {
    const at = words[count - 1]?.end;
    return at === undefined ? undefined : { start: at, end: at, text: ` ${text}` };
  };
  switch (action.subtype) {
    case 'AT_AddColumn':
      return action.command.missing_ok ? undefined : after(words[1]?.text === 'column' ? 2 : 1, 'IF NOT EXISTS');
    case 'AT_DropColumn':
      return action.command.missing_ok ? undefined : after(words[1]?.text === 'column' ? 2 : 1, 'IF EXISTS');
    case 'AT_DropConstraint':
      return action.command.missing_ok ? undefined : after(2, 'IF EXISTS');
    case 'AT_DropIdentity':
    case 'AT_DropExpression': {
      const last = words[words.length - 1];
      return action.command.missing_ok || !last ? undefined : { start: last.end, end: last.end, text: ' IF EXISTS' };
    }
    default:
      return undefined;
  }
}

const needsNative = new Set([
  'AT_AddColumn',
  'AT_DropColumn',
  'AT_DropConstraint',
  'AT_DropIdentity',
  'AT_DropExpression',
]);

/** Runs one action. `quiet` = with its IF [NOT] EXISTS. */
function runAction(catalog: Catalog, run: Run, relation: Obj, spec: Spec, action: Action, quiet: boolean): void {
  const command = action.command;
  const name = command.name === undefined ? '' : truncateName(command.name);
  const missingOk = quiet || Boolean(command.missing_ok);
  const column = (): Obj => catalog.need({ cls: 'column', name, parent: spec });
  switch (action.subtype) {
    case 'AT_AddColumn': {
      const def = command.def.ColumnDef;
      if (missingOk && catalog.peek({ cls: 'column', name: truncateName(def.colname), parent: spec })) return;
      addColumn(catalog, run, relation, spec, def, missingOk);
      return;
    }
    case 'AT_DropColumn': {
      const found = catalog.find({ cls: 'column', name, parent: spec });
      if (!found && missingOk && !catalog.world) return;
      catalog.drop([found ?? column()], command.behavior === 'DROP_CASCADE');
      return;
    }
    case 'AT_AlterColumnType': {
      const found = column();
      const def = command.def.ColumnDef;
      const wanted = typeAttributes(catalog, def.typeName);
      const using = def.raw_default;
      const transforms = using !== undefined && !isPlainCast(using, name);
      const same = found.attrs['type'] === wanted.attrs['type'] && found.attrs['typeId'] === wanted.attrs['typeId'];
      if (run.rerun && !catalog.world) {
        for (const object of catalog.needing(found.id)) {
          if (
            object.cls === 'policy' ||
            object.cls === 'rule' ||
            object.kind === 'view' ||
            object.kind === 'materialized view'
          )
            throw new StepError(
              `the type of "${name}" can't be changed while ${object.cls} "${object.name}" uses the column`,
            );
        }
        if (transforms) throw new DamageError(`the values of "${name}" would be converted a second time`);
        if (!same) throw new DamageError(`"${name}" has another type by then`);
      }
      const attrs: Record<string, string> = { ...found.attrs, ...wanted.attrs };
      for (const key of ['typeName', 'typeId', 'exact']) if (wanted.attrs[key] === undefined) delete attrs[key];
      catalog.update(found, {
        attrs,
        deps: [...found.deps.filter((id) => id !== found.attrs['typeId']), ...wanted.deps],
      });
      return;
    }
    case 'AT_ColumnDefault': {
      const found = column();
      // on a view, DEFAULT belongs to the view's column
      if (relation.kind === 'table' && found.attrs['identity'])
        throw new StepError(`column "${name}" is an identity column`);
      const value = command.def ? fingerprint(command.def) : '';
      const deps = command.def ? dependencies(collectRefs(command.def), catalog) : [];
      catalog.update(catalog.set(found, 'default', value), {
        deps: [...found.deps.filter((id) => id === found.attrs['typeId']), ...deps],
      });
      return;
    }
    case 'AT_SetNotNull': {
      const found = column();
      if (run.rerun && !catalog.world && found.attrs['notnull'] === 'false')
        throw new StepError(`"${name}" may hold NULLs that were written after its NOT NULL had been dropped`);
      catalog.set(found, 'notnull', 'true');
      return;
    }
    case 'AT_DropNotNull':
      catalog.set(column(), 'notnull', 'false');
      return;
    case 'AT_AddIdentity': {
      const found = column();
      if (found.attrs['identity']) throw new StepError(`column "${name}" is already an identity column`);
      // it works the first time: so the column was none
      const initial = catalog.world?.initial.get(found.id);
      if (initial && initial.attrs['identity'] === undefined)
        catalog.world?.initial.set(found.id, { ...initial, attrs: { ...initial.attrs, identity: '' } });
      const updated = catalog.set(found, 'identity', String(command.def?.Constraint?.generated_when ?? 'd'));
      addSequence(catalog, run, relation, updated);
      return;
    }
    case 'AT_SetIdentity': {
      const found = column();
      const restart = (command.def?.List?.items ?? []).some((item: Node) => item.DefElem?.defname === 'restart');
      if (restart && run.rerun && !catalog.world)
        throw new DamageError(`the sequence of "${name}" would be restarted and hand out used numbers`);
      catalog.set(found, 'identityOptions', fingerprint(command.def));
      return;
    }
    case 'AT_DropIdentity': {
      const found = column();
      if (found.attrs['identity'] === '') {
        if (missingOk) return;
        throw new StepError(`column "${name}" is not an identity column`);
      }
      const sequences = [...catalog.children(found.id)].filter((object) => object.kind === 'sequence');
      catalog.set(found, 'identity', '');
      if (sequences.length > 0) catalog.drop(sequences, true);
      return;
    }
    case 'AT_DropExpression': {
      const found = column();
      if (found.attrs['generated'] === '') {
        if (missingOk) return;
        throw new StepError(`column "${name}" is not a generated column`);
      }
      catalog.set(found, 'generated', '');
      return;
    }
    case 'AT_SetExpression':
      catalog.set(column(), 'generated', fingerprint(command.def));
      return;
    case 'AT_SetStatistics':
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
    case 'AT_SetStorage':
    case 'AT_SetCompression':
      if (name !== '') catalog.set(column(), action.subtype.replace('AT_', ''), fingerprint(command.def ?? null));
      return;
    case 'AT_AddConstraint':
      addConstraint(catalog, run, relation, spec, command.def.Constraint);
      return;
    case 'AT_DropConstraint': {
      const found = catalog.find({ cls: 'constraint', name, parent: spec });
      if (!found && missingOk && !catalog.world) return;
      catalog.drop(
        [found ?? catalog.need({ cls: 'constraint', name, parent: spec })],
        command.behavior === 'DROP_CASCADE',
      );
      return;
    }
    case 'AT_ValidateConstraint':
      catalog.set(catalog.need({ cls: 'constraint', name, parent: spec }), 'valid', 'true');
      return;
    case 'AT_AlterConstraint': {
      const constraint = command.def?.Constraint ?? command.def?.ATAlterConstraint;
      catalog.set(
        catalog.need({ cls: 'constraint', name: truncateName(constraint?.conname ?? ''), parent: spec }),
        'altered',
        fingerprint(constraint),
      );
      return;
    }
    case 'AT_AddInherit':
    case 'AT_DropInherit': {
      const parentSpec: Spec = { cls: 'relation', kind: 'table', ...rangeVar(command.def.RangeVar) };
      const parent = catalog.need(parentSpec);
      const inheritSpec: Spec = { cls: 'inherit', name: `${parent.schema}.${parent.name}`, parent: spec };
      if (action.subtype === 'AT_AddInherit')
        catalog.create(inheritSpec, run.id(`inherit ${relation.id} ${parent.id}`), {
          attrs: { parentId: parent.id },
          parent: relation.id,
          auto: [parent.id],
          kind: 'child',
        });
      else {
        const found = catalog.need(inheritSpec);
        catalog.drop([catalog.learn(found, { parentId: parent.id })], false);
      }
      return;
    }
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
    case 'AT_DetachPartitionFinalize': {
      const childSpec: Spec = {
        cls: 'relation',
        kind: relation.kind === 'index' ? 'index' : 'table',
        ...rangeVar(command.def.PartitionCmd.name),
      };
      const child = catalog.need(childSpec);
      if (relation.kind === 'index') return;
      const inheritSpec: Spec = { cls: 'inherit', name: `${relation.schema}.${relation.name}`, parent: childSpec };
      if (action.subtype === 'AT_AttachPartition') {
        catalog.create(inheritSpec, run.id(`inherit ${child.id} ${relation.id}`), {
          attrs: { parentId: relation.id },
          def: boundText(command.def.PartitionCmd.bound),
          parent: child.id,
          auto: [relation.id],
          kind: 'partition',
        });
      } else {
        const found = catalog.need(inheritSpec);
        if (run.rerun && !catalog.world && !found.id.startsWith('0:') && !found.id.startsWith('h'))
          throw new DamageError(`the new partition "${child.name}" would be detached`);
        catalog.drop([catalog.learn(found, { parentId: relation.id })], false);
      }
      return;
    }
    case 'AT_DropOf':
      if (relation.attrs['of'] === '') throw new StepError(`"${relation.name}" is not a typed table`);
      catalog.set(relation, 'of', '');
      return;
    case 'AT_AddOf':
      catalog.set(relation, 'of', fingerprint(command.def));
      return;
    case 'AT_GenericOptions': {
      runOptions(catalog, run, relation, command.def?.List?.items ?? []);
      return;
    }
    default:
      if (/Trig|Rule/.test(action.subtype) && name !== '' && !/All|User/.test(action.subtype)) {
        const child = catalog.need({ cls: /Rule/.test(action.subtype) ? 'rule' : 'trigger', name, parent: spec });
        catalog.set(child, 'enabled', action.subtype);
        return;
      }
      catalog.set(
        relation,
        action.subtype.replace(/^AT_(Enable|Disable|Force|NoForce|Set|Reset)/, ''),
        `${action.subtype} ${fingerprint(command.def ?? null)} ${fingerprint(command.newowner ?? null)}`,
      );
  }
}

/** OPTIONS (ADD, SET, DROP) of foreign objects. */
export function runOptions(catalog: Catalog, run: Run, owner: Obj, items: readonly Node[]): void {
  for (const item of items) {
    const def = item.DefElem;
    const spec: Spec = { cls: 'option', name: def.defname };
    const found = catalog.child(owner, 'option', def.defname);
    if (def.defaction === 'DEFELEM_DROP') {
      if (!found && !catalog.world) throw new StepError(`option "${def.defname}" not found`);
      if (found) catalog.drop([found], false);
    } else if (def.defaction === 'DEFELEM_SET') {
      if (found) catalog.update(found, { def: defElemText(def) });
    } else {
      if (found && !catalog.world) throw new StepError(`option "${def.defname}" provided more than once`);
      catalog.create(spec, run.id(`option ${owner.id} ${def.defname}`), { parent: owner.id, def: defElemText(def) });
    }
  }
}

const RELATION_KIND: Record<string, string> = {
  OBJECT_INDEX: 'index',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FOREIGN_TABLE: 'foreign table',
};

const WORDS: Record<string, string> = {
  AT_AddColumn: 'ADD COLUMN',
  AT_DropColumn: 'DROP COLUMN',
  AT_AlterColumnType: 'ALTER COLUMN TYPE',
  AT_ColumnDefault: 'ALTER COLUMN DEFAULT',
  AT_AddConstraint: 'ADD CONSTRAINT',
  AT_DropConstraint: 'DROP CONSTRAINT',
  AT_ValidateConstraint: 'VALIDATE CONSTRAINT',
  AT_AttachPartition: 'ATTACH PARTITION',
  AT_DetachPartition: 'DETACH PARTITION',
};

const spelled = new Map<string, string>();

function words(subtype: string): string {
  let text = WORDS[subtype] ?? spelled.get(subtype);
  if (text === undefined) {
    text = subtype
      .replace('AT_', '')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toUpperCase();
    spelled.set(subtype, text);
  }
  return text;
}

/** Does the action name the same column or constraint as another one of the command? Then IF [NOT] EXISTS would look at the wrong one. */
function collides(actions: readonly Action[], action: Action): boolean {
  const nameOf = (other: Action): string | undefined =>
    other.command.name ?? other.command.def?.ColumnDef?.colname ?? other.command.def?.Constraint?.conname;
  return actions.some(
    (other) =>
      other !== action &&
      nameOf(other) !== undefined &&
      nameOf(other) === nameOf(action) &&
      (other.subtype === 'AT_AddColumn' ||
        action.subtype === 'AT_AddColumn' ||
        other.subtype === 'AT_AddConstraint' ||
        action.subtype === 'AT_AddConstraint') &&
      (other.subtype.startsWith('AT_Drop') || action.subtype.startsWith('AT_Drop')),
  );
}

/** Actions that only add, or only take away or set, each under a name of its own. */
function simpleActions(actions: readonly Action[], spec: Spec): { adds: string[]; touches: string[] } | undefined {
  const adds: string[] = [];
  const touches: string[] = [];
  const table = `${spec.schema ?? ''}.${spec.name}`;
  for (const { subtype, command } of actions) {
    const name: string = command.name ?? '';
    switch (subtype) {
      case 'AT_AddColumn':
        if (command.missing_ok) return undefined;
        adds.push(`column ${table}.${truncateName(command.def.ColumnDef.colname)}`);
        break;
      case 'AT_AddConstraint': {
        const constraint = command.def.Constraint;
        if (!constraint.conname || constraint.indexname || constraint.contype === 'CONSTR_NOTNULL') return undefined;
        adds.push(`constraint ${table}.${truncateName(constraint.conname)}`);
        break;
      }
      case 'AT_DropColumn':
      case 'AT_DropConstraint':
        if (command.behavior === 'DROP_CASCADE') return undefined;
        // a name as PostgreSQL gives it may be that of a constraint which the file adds without one
        if (subtype === 'AT_DropConstraint' && /_(?:pkey|key|fkey|check|excl|not_null)\d*$/.test(name))
          return undefined;
        touches.push(truncateName(name));
        break;
      case 'AT_ColumnDefault':
      case 'AT_SetNotNull':
      case 'AT_DropNotNull':
        touches.push(truncateName(name));
        break;
      case 'AT_EnableRowSecurity':
      case 'AT_ForceRowSecurity':
        touches.push(subtype);
        break;
      default:
        return undefined;
    }
  }
  // what takes away and adds in one command needs more thought; so does a column's IF NOT EXISTS next to a constraint, which has none
  const mixed = adds.some((name) => name.startsWith('column ')) && adds.some((name) => name.startsWith('constraint '));
  return mixed || (adds.length > 0 && touches.length > 0) ? undefined : { adds, touches };
}

export const readAlterTable: Reader = (input): Effect => {
  const node = input.node;
  if (node.objtype === 'OBJECT_TYPE') return readAlterComposite(input);
  const actions = actionsOf(input);
  const kind = RELATION_KIND[node.objtype] ?? 'table';
  const spec: Spec = { cls: 'relation', kind, ...rangeVar(node.relation) };
  const ordered = [...actions].sort((a, b) => pass(a) - pass(b));
  const execute =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      if (node.missing_ok && !catalog.world && !catalog.find(spec)) return;
      for (const action of ordered) {
        const relation = catalog.need(spec);
        runAction(catalog, run, relation, spec, action, quiet);
      }
    };
  const edits = actions.filter((action) => !collides(actions, action)).flatMap((action) => nativeEdit(action) ?? []);
  const concurrently = actions.some(
    (action) =>
      action.subtype.startsWith('AT_DetachPartition') &&
      (action.command.def?.PartitionCmd?.concurrent || action.subtype === 'AT_DetachPartitionFinalize'),
  );
  const unique = [...new Set(actions.map((action) => words(action.subtype)))];
  const adds = (action: Action): boolean => action.subtype === 'AT_AddColumn' || action.subtype === 'AT_AddConstraint';
  const usesTable = actions.some(
    (action) =>
      action.subtype === 'AT_AddConstraint' &&
      ['CONSTR_CHECK', 'CONSTR_EXCLUSION'].includes(action.command.def?.Constraint?.contype),
  );
  const range = nameRange(input, input.statement.offsetOf(node.relation?.location ?? 0));
  return {
    kind: `ALTER ${kind.toUpperCase()} ${unique.slice(0, 3).join(', ')}${unique.length > 3 ? ', …' : ''}`,
    subject: `${kind} "${spec.name}"`,
    run: execute(false),
    native:
      edits.length > 0 &&
      actions.every(
        (action) => !needsNative.has(action.subtype) || nativeEdit(action) === undefined || !collides(actions, action),
      )
        ? { edits, run: execute(true) }
        : undefined,
    body: edits,
    simple: simpleActions(actions, spec),
    noDo: concurrently
      ? 'DETACH PARTITION CONCURRENTLY and FINALIZE can run neither in a transaction nor in a DO block, and have no IF clause'
      : undefined,
    parts:
      actions.length > 1 && actions.every(adds) && actions.every((action) => action.subtype === 'AT_AddConstraint')
        ? actions.map((action): Part => action.range)
        : undefined,
    twin:
      usesTable && actions.length === 1 && !collectSelfReference(actions[0])
        ? { relation: { start: range.start, end: range.end }, kind: 'constraint' }
        : undefined,
    creates: actions.some(adds)
      ? (after: Catalog, run: Run) => {
          const relation = after.find(spec);
          if (!relation) return [];
          const out: Obj[] = [];
          for (const object of after.children(relation.id))
            if (object.id.startsWith(run.id('')) && (object.cls === 'column' || object.cls === 'constraint'))
              out.push(object);
          return out;
        }
      : undefined,
    drops: actions
      .filter((action) => action.subtype === 'AT_DropConstraint' || action.subtype === 'AT_DropColumn')
      .map((action) => truncateName(action.command.name)),
    prefix: { start: input.statement.range.start, end: actions[0]?.range.start ?? input.statement.range.end },
  };
};

/** A qualified column (`"T"."a" > 0`) names the real table: it can't be tried on a twin. */
function collectSelfReference(action: Action | undefined): boolean {
  let found = false;
  walk(action?.command.def, (tag, value) => {
    if (tag === 'ColumnRef' && (value.fields ?? []).length > 2) found = true;
  });
  return found;
}

/** ALTER TYPE … ADD/DROP/ALTER ATTRIBUTE. */
function readAlterComposite(input: ReaderInput): Effect {
  const node = input.node;
  const spec: Spec = { cls: 'type', kind: 'composite', ...rangeVar(node.relation) };
  const actions = actionsOf(input);
  const execute =
    (quiet: boolean) =>
    (catalog: Catalog, run: Run): void => {
      const type = catalog.need(spec);
      for (const action of actions) {
        const name = action.command.name === undefined ? '' : truncateName(action.command.name);
        const attribute: Spec = { cls: 'column', name, parent: spec };
        switch (action.subtype) {
          case 'AT_AddColumn': {
            const def = action.command.def.ColumnDef;
            const { attrs, deps } = typeAttributes(catalog, def.typeName);
            catalog.create(
              { cls: 'column', name: truncateName(def.colname), parent: spec },
              run.id(`attribute ${type.id}.${def.colname}`),
              { attrs, deps, parent: type.id },
            );
            break;
          }
          case 'AT_DropColumn': {
            const found = catalog.find(attribute);
            if (!found && (quiet || action.command.missing_ok) && !catalog.world) break;
            catalog.drop([found ?? catalog.need(attribute)], false);
            break;
          }
          default: {
            const found = catalog.need(attribute);
            catalog.update(found, {
              attrs: { ...found.attrs, ...typeAttributes(catalog, action.command.def.ColumnDef.typeName).attrs },
            });
          }
        }
      }
    };
  const edits = actions.flatMap((action) =>
    action.subtype === 'AT_DropColumn' && !action.command.missing_ok && action.keywords[1]
      ? [{ start: action.keywords[1].end, end: action.keywords[1].end, text: ' IF EXISTS' }]
      : [],
  );
  const onlyDrops = actions.every((action) => action.subtype !== 'AT_AddColumn');
  return {
    kind: 'ALTER TYPE ATTRIBUTE',
    subject: `type "${spec.name}"`,
    run: execute(false),
    native: edits.length > 0 && onlyDrops ? { edits, run: execute(true) } : undefined,
    body: edits,
  };
}
