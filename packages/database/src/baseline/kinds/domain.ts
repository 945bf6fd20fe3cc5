/** Domains and their constraints. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';
import { collationName, has, qualifiedName, select, typeOid } from './query.ts';

export async function readDomains(catalog: CatalogReader): Promise<Part[]> {
  if (!(await has(catalog, 'domain'))) return [];
  const rows = await select(
    catalog,
    {
      always: {
        oid: 't.oid',
        schema: 'n.nspname',
        schemaOid: 'n.oid',
        plain: 't.typname',
        name: qualifiedName('n.nspname', 't.typname'),
        owner: 'pg_catalog.pg_get_userbyid(t.typowner)',
        base: 'pg_catalog.format_type(t.typbasetype, t.typtypmod)',
        baseOid: 't.typbasetype',
        notNull: 't.typnotnull',
        collationOid: 't.typcollation',
      },
      maybe: {
        acl: 't.typacl',
        array: 'nullif(t.typarray, 0)',
        collation: `CASE WHEN t.typcollation <> b.typcollation THEN ${collationName('t.typcollation')} END`,
        expression: 'pg_catalog.pg_get_expr(t.typdefaultbin, 0)',
        literal: 't.typdefault',
      },
    },
    `FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
     WHERE t.typtype = 'd' AND ${catalog.inScope('t.typnamespace')} AND ${catalog.notMember('pg_type', 't.oid')}`,
  );
  const constraints = await select(
    catalog,
    {
      always: {
        oid: 'c.oid',
        domain: 't.oid',
        name: 'c.conname',
        type: 'c.contype',
        definition: 'pg_catalog.pg_get_constraintdef(c.oid)',
      },
    },
    `FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_type t ON t.oid = c.contypid
     WHERE ${catalog.inScope('t.typnamespace')} AND ${catalog.notMember('pg_type', 't.oid')} ORDER BY c.contypid, c.conname`,
  );
  const byDomain = new Map<string, typeof constraints>();
  for (const constraint of constraints) {
    const others = byDomain.get(constraint.domain);
    if (others) others.push(constraint);
    else byDomain.set(constraint.domain, [constraint]);
  }

  return rows.flatMap((row): Part[] => {
    const key = keyOf('pg_type', row.oid);
    const oid = typeOid(row.schema, row.plain);
    const bare = `CREATE DOMAIN ${row.name} AS ${row.base}${row.collation === null ? '' : ` COLLATE ${row.collation}`}`;
    const usual = row.expression ?? (row.literal === null ? null : quoteLiteral(row.literal));
    // without what its own parts and steps make again it is not another one, but not finished (FOUND in check.ts)
    for (const notNull of new Set(['f', row.notNull])) {
      for (const text of new Set([null, row.literal])) {
        const definition = ['d', row.base, notNull, ...(text === null ? [] : [text])].join(' ');
        catalog.fact('type', row.schema, row.plain, '', definition);
      }
    }
    const withDefault = {
      needed: `(SELECT o.typdefault IS NULL FROM pg_catalog.pg_type o WHERE o.oid = ${oid})`,
      sql: [`ALTER DOMAIN ${row.name} SET DEFAULT ${usual}`],
    };
    const domain: Part = {
      key,
      also: row.array === null ? [] : [keyOf('pg_type', row.array)],
      kind: 'domain',
      schema: row.schema,
      name: row.name,
      oid,
      sql: [usual === null ? bare : `${bare} DEFAULT ${usual}`],
      address: `DOMAIN ${row.name}`,
      owner: row.owner,
      grants: { letter: 'T', acl: row.acl },
      // a default may call a function that takes the domain
      ...(usual !== null && {
        steps: [withDefault],
        split: {
          rank: 1,
          first: [bare],
          needs: [
            keyOf('pg_namespace', row.schemaOid),
            keyOf('pg_type', row.baseOid),
            keyOf('pg_collation', row.collationOid),
          ],
          then: { missing: withDefault.needed, sql: withDefault.sql },
        },
      }),
    };

    const own = byDomain.get(row.oid) ?? [];
    const parts = own.map((constraint): Part => {
      const name = quoteIdent(constraint.name);
      const found = `(SELECT c.oid FROM pg_catalog.pg_constraint c WHERE c.contypid = ${oid} AND c.conname = ${quoteLiteral(constraint.name)})`;
      return {
        key: keyOf('pg_constraint', constraint.oid),
        kind: 'check',
        schema: row.schema,
        name: `${name} on ${row.name}`,
        of: key,
        oid: found,
        sql: [`ALTER DOMAIN ${row.name} ADD CONSTRAINT ${name} ${constraint.definition}`],
        address: `CONSTRAINT ${name} ON DOMAIN ${row.name}`,
        // 16 and older have neither the name nor this form of the statement
        ...(constraint.type === 'n' && {
          missing: notNullMissing(oid),
          ...(constraint.name === `${row.plain}_not_null`
            ? { sql: [`ALTER DOMAIN ${row.name} SET NOT NULL`] }
            : { execute: true }),
        }),
      };
    });
    if (row.notNull === 't' && !own.some(({ type }) => type === 'n')) {
      parts.push({
        key: `${key}/not null`,
        kind: 'check',
        schema: row.schema,
        name: `not null on ${row.name}`,
        of: key,
        oid,
        missing: notNullMissing(oid),
        sql: [`ALTER DOMAIN ${row.name} SET NOT NULL`],
        requires: [key],
      });
    }
    return [domain, ...parts];
  });
}

const notNullMissing = (oid: string): string =>
  `(SELECT NOT o.typnotnull FROM pg_catalog.pg_type o WHERE o.oid = ${oid})`;
