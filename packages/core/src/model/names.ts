/**
 * PostgreSQL's automatic names (makeObjectName and ChooseRelationName in src/backend/commands/indexcmds.c, ChooseConstraintName in
 * pg_constraint.c): `table_column_label`, cut so that the label always survives.
 */
import { clipBytes } from './ast.ts';

/** `name1[_name2]_label` within 63 bytes: the longer of the two names is shortened first. */
export function makeObjectName(name1: string, name2: string | undefined, label: string): string {
  let length1 = Buffer.byteLength(name1);
  let length2 = name2 === undefined ? 0 : Buffer.byteLength(name2);
  const overhead = (name2 === undefined ? 0 : 1) + (label === '' ? 0 : Buffer.byteLength(label) + 1);
  const available = 63 - overhead;
  while (length1 + length2 > available) {
    if (length1 > length2) length1--;
    else length2--;
  }
  const parts = [clipBytes(name1, length1)];
  if (name2 !== undefined) parts.push(clipBytes(name2, length2));
  if (label !== '') parts.push(label);
  return parts.join('_');
}

/** makeObjectName with the first free number behind the label (`t_a_key`, `t_a_key1`, …). */
export function chooseName(
  name1: string,
  name2: string | undefined,
  label: string,
  taken: (name: string) => boolean,
): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(name1, name2, pass === 0 ? label : `${label}${pass}`);
    if (!taken(name)) return name;
  }
}

/** ChooseIndexNameAddition: the columns of an index or constraint joined with `_`, at most 63 bytes. */
export function columnsAddition(columns: readonly string[]): string {
  let out = '';
  for (const column of columns) {
    if (Buffer.byteLength(out) >= 63) break;
    out += (out === '' ? '' : '_') + column;
  }
  return clipBytes(out, 63);
}
