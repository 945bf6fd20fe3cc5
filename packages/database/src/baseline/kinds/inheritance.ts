/** What makes a table a partition or an heir of another one that is there already. */
import type { Relation } from '../relations.ts';
import { keyOf, type Key, type Part } from '../types.ts';
import type { Form } from './form.ts';

/** ATTACH PARTITION and INHERIT. */
export function links(table: Relation, form: Form): Part[] {
  if (form.type === 'inherits') return [];
  return form.parents.map((parent, index) => {
    const earlier = form.parents[index - 1];
    const where = `inhrelid = ${table.regclass} AND inhparent = ${parent.regclass}`;
    const partition = table.partitionBound !== null;
    const key = linkKey(table.oid, parent.oid);
    return {
      key,
      kind: partition ? 'attached partition' : 'inheritance',
      schema: table.schema,
      name: `${table.name} ${partition ? 'of' : 'from'} ${parent.name}`,
      of: keyOf('pg_class', table.oid),
      oid: `(SELECT inhrelid FROM pg_catalog.pg_inherits WHERE ${where})`,
      missing: `NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE ${where})`,
      sql: [
        partition
          ? `ALTER TABLE ONLY ${parent.name} ATTACH PARTITION ${table.name} ${table.partitionBound}`
          : `ALTER TABLE ONLY ${table.name} INHERIT ${parent.name}`,
      ],
      requires: [
        keyOf('pg_class', table.oid),
        keyOf('pg_class', parent.oid),
        // their order is the order of what is inherited
        ...(earlier ? [linkKey(table.oid, earlier.oid)] : []),
      ],
    } satisfies Part;
  });
}

/** The part that makes one table a partition or a child of another. */
export const linkKey = (child: string, parent: string): Key => `${keyOf('pg_class', child)}/of/${parent}`;
