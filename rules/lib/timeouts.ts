/** SET lock_timeout and its like: what is set where in a file. */
import {
  constantText,
  objectName,
  quoteIdent,
  strings,
  type LintFile,
  type LintStatement,
  type Node,
} from '@idempotify/core';
import { locksOnOld, type LockLevel } from './locks.ts';
import { printedName } from './names.ts';
import { together } from './together.ts';

export interface Setting {
  /** In lower case: PostgreSQL does not tell `Lock_Timeout` from `lock_timeout`. `*` = all, by RESET ALL. */
  readonly name: string;
  /** undefined = back to the default, or something that only shows when it is run. */
  readonly value: string | undefined;
  readonly reset: boolean;
  /** SET LOCAL: until the end of the transaction. */
  readonly local: boolean;
  readonly statement: LintStatement;
}

/** `SET name = value`, `RESET name`, `SELECT set_config('name', 'value', false)`. */
export function settingsOf(statement: LintStatement): readonly Setting[] {
  const { tag, node } = statement;
  if (tag === 'VariableSetStmt')
    return [
      {
        name: (node.name ?? '*').toLowerCase(),
        value: constantText(node.args?.[0]),
        reset: node.kind !== 'VAR_SET_VALUE',
        local: node.is_local === true,
        statement,
      },
    ];
  // mutant: the values of INSERT, UPDATE and MERGE hold no call of it in practice
  if (tag !== 'SelectStmt') return [];
  return (node.targetList ?? []).flatMap(({ ResTarget }: Node): Setting[] => {
    const call = ResTarget.val?.FuncCall;
    const name = strings(call?.funcname).at(-1) === 'set_config' ? constantText(call.args?.[0]) : undefined;
    if (name === undefined) return [];
    const [, value, local] = call.args;
    return [
      {
        name: name.toLowerCase(),
        value: constantText(value),
        reset: false,
        local: constantText(local) === 'true',
        statement,
      },
    ];
  });
}

/** Docs: 20.1.1 Parameter Names and Values. */
const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `'5s'`, `'1.5 min'`, `5000`: the value of a timeout, whose unit is milliseconds where none is written. */
export function milliseconds(value: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*(us|ms|s|min|h|d)?\s*$/.exec(value ?? '');
  // PostgreSQL rounds to whole milliseconds: '400us' is 0
  return match ? Math.round(Number(match[1]) * (UNITS[match[2] ?? 'ms'] as number)) : undefined;
}

/** The statements of a file with the setting that is in force in front of each. */
export function* timeline(
  file: LintFile,
  ...names: readonly string[]
): Generator<{ readonly statement: LintStatement; readonly current: Setting | undefined }> {
  let session: Setting | undefined;
  let local: Setting | undefined;
  for (const statement of file.all) {
    if (local && together(local.statement) !== together(statement)) local = undefined;
    yield { statement, current: local ?? session };
    for (const setting of settingsOf(statement)) {
      if (setting.name !== '*' && !names.includes(setting.name)) continue;
      if (setting.reset) session = local = undefined;
      else if (!setting.local) {
        session = setting;
        local = undefined;
      } else if (together(statement) !== undefined) local = setting;
    }
  }
}

export interface Blocking {
  readonly statement: LintStatement;
  /** Its strongest claim on something that others use, and what that is, for messages. */
  readonly level: LockLevel;
  readonly on: string;
}

/** Does the statement wait for a lock that others have to queue up behind? Locks that only changes of structure collide with don't count. */
export function blocking(statement: LintStatement, file: LintFile): Blocking | undefined {
  const schema = droppedSchema(statement, file);
  if (schema !== undefined) return { statement, level: 'ACCESS EXCLUSIVE', on: `everything in ${quoteIdent(schema)}` };
  const [lock] = locksOnOld(statement, file, 'SHARE');
  return lock && { statement, level: lock.level, on: printedName(lock.relation) };
}

/** DROP SCHEMA … CASCADE names no table, and locks all that are in it. */
function droppedSchema({ node, range }: LintStatement, file: LintFile): string | undefined {
  if (node.removeType !== 'OBJECT_SCHEMA' || node.behavior !== 'DROP_CASCADE') return undefined;
  const names = (node.objects as Node[]).map((object) => objectName(object).name);
  const made = (name: string): boolean =>
    file.facts.some(
      (fact) =>
        fact.op === 'create' &&
        fact.cls === 'schema' &&
        fact.name === name &&
        // mutant: nothing is made where it is dropped
        fact.start < range.start,
    );
  return names.find((name) => !made(name));
}

/** The first such statement for which none of these is set. */
export function firstWithout(file: LintFile, ...names: readonly string[]): Blocking | undefined {
  for (const { statement, current } of timeline(file, ...names)) {
    const found = current ? undefined : blocking(statement, file);
    if (found) return found;
  }
  return undefined;
}

/** Where it is set behind a statement, which is too late for that. */
export const setLater = (file: LintFile, name: string, behind: LintStatement): LintStatement | undefined =>
  file.all.find(
    (statement) =>
      // mutant: the statement behind which it is looked for sets nothing
      statement.range.start > behind.range.start &&
      settingsOf(statement).some((setting) => setting.name === name && !setting.reset),
  );
