import type { Version } from './sql.ts';

/** Reads one kind of object. */
export interface Reader {
  /** PostgreSQL's own name for such objects. */
  readonly kind: string;
  /** A condition that is false only when there is no such object: spares planning the query. Left out: always read. */
  readonly present?: string;
  /** The object is a relation or belongs to one: the query has the relation's OID as third column. */
  readonly ofRelation?: true;
  /** `SELECT name, properties FROM …`: a text that identifies the object within its kind, and a JSON object. */
  sql(version: Version): string;
}

const user = (catalog: string, more = ''): string =>
  `EXISTS (SELECT FROM ${catalog} WHERE oid >= 16384${more && ` AND ${more}`})`;
const any = (catalog: string): string => `EXISTS (SELECT FROM ${catalog})`;
export const present = { user, any };
