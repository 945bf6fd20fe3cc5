import type { Session } from '../runners/types.ts';

const busyCatalogs = [
  'pg_attribute',
  'pg_class',
  'pg_depend',
  'pg_type',
  'pg_constraint',
  'pg_index',
  'pg_attrdef',
  'pg_trigger',
  'pg_shdepend',
].map((name) => `pg_catalog.${name}`);

/** Rows of the catalogs that are dead make every look at them slower. Outside of a transaction, as superuser. */
export async function tidyCatalogs(session: Session): Promise<void> {
  await session.query(`VACUUM ${busyCatalogs.join(', ')}`);
  await session.shrink();
}
