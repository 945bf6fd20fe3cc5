/**
 * GRANT and REVOKE. What pg_dump writes for one object leads from the default privileges to those that it has, so these statements are
 * done together or not at all: alone, a REVOKE ALL would take away at every run what the GRANT behind it gives.
 */
import { quoteIdent, quoteLiteral, strings, type Node } from '@idempotify/core';
import { attnum, type Target } from './address.ts';

/** `PUBLIC` is the role without a name. */
export const roleOf = (spec: Node): string | undefined =>
  spec?.roletype === 'ROLESPEC_CSTRING' ? (spec.rolename as string) : undefined;

const roleOid = (role: string | undefined): string =>
  role === undefined ? '0' : `(SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ${quoteLiteral(role)})`;

/** SQL: all of these roles are there. */
export const rolesExist = (roles: Iterable<string | undefined>): string[] =>
  [...new Set(roles)].flatMap((role) =>
    role === undefined ? [] : [`EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = ${quoteLiteral(role)})`],
  );

interface Privilege {
  readonly grantable: boolean;
  readonly grantor: string | undefined;
}

/** What one role shall have on one object (or on one of its columns). */
class Wanted {
  /** Nothing else: all was taken away first. */
  exact = false;
  readonly has = new Map<string, Privilege>();
  readonly lacks = new Set<string>();
}

interface Step {
  readonly roles: readonly (string | undefined)[];
  readonly sql: string;
  /** SET SESSION AUTHORIZATION stands in front of it. */
  readonly as: string | undefined;
}

const ALL = 'ALL';
const OF_COLUMNS = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'];

/** The statements about one object, one behind the other. */
export class GrantUnit {
  readonly target: Target;
  readonly steps: Step[] = [];
  /** `role` and column -> what it shall have. */
  readonly #wanted = new Map<string, { role: string | undefined; column: string | undefined; wanted: Wanted }>();
  /** SQL: the ACL, with its default where the catalog has none. @param column undefined: of the object itself */
  readonly #acl: (column: string | undefined) => string;
  /** SQL: all privileges that there are. */
  readonly #all: string;

  /** SQL: who runs the file may do it. */
  readonly #may: string | undefined;

  constructor(target: Target, acl: (column: string | undefined) => string, all: string, may?: string) {
    this.target = target;
    this.#may = may;
    this.#acl = acl;
    this.#all = all;
  }

  add(node: Node, sql: string, as: string | undefined): void {
    const roles = (node.grantees ?? []).map((item: Node) => roleOf(item.RoleSpec));
    this.steps.push({ roles, sql, as });
    const privileges: { name: string; columns: (string | undefined)[] }[] = (node.privileges ?? []).map(
      (item: Node) => ({
        name: String(item.AccessPriv.priv_name ?? ALL).toUpperCase(),
        columns: item.AccessPriv.cols ? strings(item.AccessPriv.cols) : [undefined],
      }),
    );
    if (privileges.length === 0) privileges.push({ name: ALL, columns: [undefined] });
    for (const role of roles)
      for (const { name, columns } of privileges)
        for (const column of columns) {
          const wanted = this.#of(role, column);
          if (node.is_grant) {
            if (name === ALL) wanted.lacks.clear();
            for (const one of column !== undefined && name === ALL ? OF_COLUMNS : [name]) {
              wanted.has.set(one, { grantable: Boolean(node.grant_option), grantor: as });
              wanted.lacks.delete(one);
            }
          } else if (name === ALL) {
            wanted.has.clear();
            wanted.lacks.clear();
            wanted.exact = true;
          } else {
            wanted.has.delete(name);
            wanted.lacks.add(name);
          }
        }
  }

  #of(role: string | undefined, column: string | undefined): Wanted {
    const key = JSON.stringify([role ?? null, column ?? null]);
    let found = this.#wanted.get(key);
    if (!found) this.#wanted.set(key, (found = { role, column, wanted: new Wanted() }));
    return found.wanted;
  }

  /** SQL: something is not as it shall be. Roles that are not there count for nothing. */
  get missing(): string {
    const parts: string[] = [];
    for (const { role, column, wanted } of this.#wanted.values()) {
      const there = `FROM pg_catalog.aclexplode(${this.#acl(column)}) e WHERE e.grantee = ${roleOid(role)}`;
      const conditions: string[] = [];
      for (const [name, { grantable, grantor }] of wanted.has) {
        const more = `${grantable ? ' AND e.is_grantable' : ''}${grantor === undefined ? '' : ` AND e.grantor = ${roleOid(grantor)}`}`;
        conditions.push(
          name === ALL
            ? `EXISTS (SELECT FROM pg_catalog.aclexplode(${this.#all}) w WHERE NOT EXISTS (SELECT ${there} AND e.privilege_type = w.privilege_type${more}))`
            : `NOT EXISTS (SELECT ${there} AND e.privilege_type = ${quoteLiteral(name)}${more})`,
        );
      }
      if (wanted.exact && !wanted.has.has(ALL))
        conditions.push(
          `EXISTS (SELECT ${there}${wanted.has.size === 0 ? '' : ` AND e.privilege_type NOT IN (${[...wanted.has.keys()].map(quoteLiteral).join(', ')})`})`,
        );
      else if (wanted.lacks.size > 0)
        conditions.push(
          `EXISTS (SELECT ${there} AND e.privilege_type IN (${[...wanted.lacks].map(quoteLiteral).join(', ')}))`,
        );
      const exist = rolesExist([role, ...[...wanted.has.values()].map(({ grantor }) => grantor)]);
      parts.push(
        conditions.length === 1 && exist.length === 0
          ? (conditions[0] ?? '')
          : `(${[...exist, conditions.length === 1 ? conditions[0] : `(${conditions.join('\n      OR ')})`].join(' AND ')})`,
      );
    }
    const any = parts.join('\n    OR ');
    return this.#may === undefined ? any : `${this.#may} AND (${any})`;
  }

  /** PL/pgSQL, indented by four. */
  get body(): string {
    return this.steps
      .map(({ roles, sql, as }) => {
        const exist = rolesExist([...roles, as]);
        const run =
          as === undefined
            ? `${sql};`
            : `PERFORM pg_catalog.set_config('role', ${quoteLiteral(as)}, true); ${sql}; PERFORM pg_catalog.set_config('role', acting, true);`;
        return exist.length === 0 ? `    ${run}` : `    IF ${exist.join(' AND ')} THEN ${run} END IF;`;
      })
      .join('\n');
  }

  /** It acts for another role, and has to come back to the one before. */
  get acts(): boolean {
    return this.steps.some(({ as }) => as !== undefined);
  }
}

/** aclexplode raises for an ACL without entries. */
const filled = (acl: string): string => `CASE WHEN ${acl} <> '{}' THEN ${acl} END`;

/** For GRANT and REVOKE on an object that has an ACL. */
export function grantsOn(target: Target): GrantUnit | undefined {
  const { acl, owner, catalog, oid, relation } = target;
  if (!acl || owner === undefined) return undefined;
  const fallback = `pg_catalog.acldefault('${acl.letter}', x.${owner})`;
  const whole = `(SELECT ${filled(`coalesce(x.${acl.column}, ${fallback})`)} FROM pg_catalog.${catalog} x WHERE x.oid = ${oid})`;
  const all = `(SELECT ${fallback} FROM pg_catalog.${catalog} x WHERE x.oid = ${oid})`;
  const onlyOwner = `(SELECT pg_catalog.array_agg(d) FROM pg_catalog.unnest(${all}) d WHERE d::pg_catalog.text !~ '^=')`;
  return new GrantUnit(
    target,
    (column) =>
      column === undefined || relation === undefined
        ? whole
        : `(SELECT ${filled('x.attacl')} FROM pg_catalog.pg_attribute x WHERE x.attrelid = ${oid} AND x.attnum = ${attnum(relation, column)})`,
    onlyOwner,
  );
}

/** What ALTER DEFAULT PRIVILEGES gives away, and what everybody may do otherwise. */
const BY_DEFAULT: Readonly<Record<string, string | undefined>> = { r: '', s: '', n: '', f: 'EXECUTE', T: 'USAGE' };

/**
 * PL/pgSQL for an object that has just been made: the default privileges of the database where it was made are none of those that the dump
 * begins with. Supabase's, for one, give every new table to everybody.
 */
export function bareGrants({ acl, owner, catalog, oid, kind, name }: Target): string | undefined {
  const everybody = acl && BY_DEFAULT[acl.letter];
  if (!acl || everybody === undefined) return undefined;
  const word = {
    sequence: 'SEQUENCE',
    function: 'FUNCTION',
    procedure: 'PROCEDURE',
    aggregate: 'FUNCTION',
    schema: 'SCHEMA',
  }[kind];
  const address = `${word ?? (acl.letter === 'T' ? 'TYPE' : 'TABLE')} ${name}`;
  const row = `FROM pg_catalog.${catalog} x`;
  const revoke = `SELECT pg_catalog.format(${quoteLiteral(`REVOKE ALL ON ${address.replaceAll('%', '%%')} FROM %s`)}, coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC')) ${row} CROSS JOIN LATERAL pg_catalog.aclexplode(nullif(x.${acl.column}, '{}')) e LEFT JOIN pg_catalog.pg_roles r ON r.oid = e.grantee WHERE x.oid = ${oid} AND e.grantee <> x.${owner}`;
  const grant = `SELECT ${quoteLiteral(`GRANT ${everybody} ON ${address} TO PUBLIC`)} ${row} WHERE x.oid = ${oid} AND x.${acl.column} IS NOT NULL`;
  return `    FOR given IN ${revoke}${everybody === '' ? '' : ` UNION ALL ${grant}`} LOOP EXECUTE given; END LOOP;`;
}

const DEFAULT_LETTERS: Readonly<Record<string, readonly [type: string, fallback: string, word: string]>> = {
  OBJECT_TABLE: ['r', 'r', 'tables'],
  OBJECT_SEQUENCE: ['S', 's', 'sequences'],
  OBJECT_FUNCTION: ['f', 'f', 'functions'],
  OBJECT_ROUTINE: ['f', 'f', 'functions'],
  OBJECT_TYPE: ['T', 'T', 'types'],
  OBJECT_SCHEMA: ['n', 'n', 'schemas'],
};

/** For ALTER DEFAULT PRIVILEGES. */
export function defaultGrants(role: string, schema: string | undefined, objectType: string): GrantUnit | undefined {
  const letters = DEFAULT_LETTERS[objectType];
  if (!letters) return undefined;
  const [type, letter, word] = letters;
  const owner = roleOid(role);
  const namespace = schema === undefined ? '0' : `pg_catalog.to_regnamespace(${quoteLiteral(quoteIdent(schema))})`;
  const row = `(SELECT x.defaclacl FROM pg_catalog.pg_default_acl x WHERE x.defaclrole = ${owner} AND x.defaclnamespace = ${namespace} AND x.defaclobjtype = '${type}')`;
  const all = `pg_catalog.acldefault('${letter}', ${owner})`;
  const acl = schema === undefined ? `coalesce(${row}, ${all})` : row;
  return new GrantUnit(
    {
      kind: 'default privileges',
      name: `of ${quoteIdent(role)} on ${word}${schema === undefined ? '' : ` in schema ${quoteIdent(schema)}`}`,
      schema,
      catalog: 'pg_default_acl',
      oid: 'NULL',
    },
    () => filled(acl),
    `(SELECT pg_catalog.array_agg(d) FROM pg_catalog.unnest(${all}) d WHERE d::pg_catalog.text !~ '^=')`,
    `EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = ${quoteLiteral(role)} AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))`,
  );
}
