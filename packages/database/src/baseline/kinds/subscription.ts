/** Subscriptions: only on demand, since their connection strings hold passwords. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { keyOf, type CatalogReader, type Part } from '../types.ts';

/** Made without a connection and switched off, as pg_dump does: nothing must begin to replicate because a schema is built. */
export async function readSubscriptions(catalog: CatalogReader): Promise<Part[]> {
  const { version, options } = catalog;
  const here = `s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`;
  const found = await catalog.rows(`
    SELECT s.oid, s.subname, pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT') FROM pg_catalog.pg_subscription s
    WHERE ${here} ORDER BY s.subname`);
  const readable = found.some(([, , may]) => may === 't');
  if (!options.secrets || !readable) {
    const reason = options.secrets
      ? 'its connection string may only be read by a superuser'
      : 'its connection string may hold a password';
    for (const [, name] of found) catalog.leaveOut('subscription', quoteIdent(name ?? ''), reason);
    return [];
  }
  const since = (major: number, column: string): string => (version >= major * 10000 ? column : 'NULL');
  const rows = await catalog.rows(`
    SELECT s.oid, s.subname, pg_catalog.pg_get_userbyid(s.subowner), s.subconninfo, pg_catalog.to_json(s.subpublications), s.subsynccommit,
      ${since(14, 's.subbinary')}, ${since(14, 's.substream')}, ${since(15, 's.subtwophasestate')}, ${since(15, 's.subdisableonerr')},
      ${since(16, 's.suborigin')}, ${since(16, 's.subpasswordrequired')}, ${since(16, 's.subrunasowner')}, ${since(17, 's.subfailover')}
    FROM pg_catalog.pg_subscription s WHERE ${here}`);
  return rows.flatMap((row): Part[] => {
    const [
      oid,
      subscription,
      owner,
      connection,
      publications,
      commit,
      binary,
      stream,
      twoPhase,
      disable,
      origin,
      password,
      runAs,
      failover,
    ] = row;
    if (oid == null || subscription == null || owner == null || connection == null) return [];
    const name = quoteIdent(subscription);
    const settings = [
      'connect = false',
      'enabled = false',
      'slot_name = NONE',
      commit == null || commit === 'off' ? '' : `synchronous_commit = ${quoteLiteral(commit)}`,
      binary === 't' ? 'binary = true' : '',
      stream === 't'
        ? 'streaming = on'
        : stream === 'p'
          ? 'streaming = parallel'
          : stream === 'f' && version >= 180000
            ? 'streaming = off'
            : '',
      twoPhase == null || twoPhase === 'd' ? '' : 'two_phase = on',
      disable === 't' ? 'disable_on_error = true' : '',
      origin == null || origin === 'any' ? '' : `origin = ${quoteLiteral(origin)}`,
      password === 'f' ? 'password_required = false' : '',
      runAs === 't' ? 'run_as_owner = true' : '',
      failover === 't' ? 'failover = true' : '',
    ].filter((setting) => setting !== '');
    const list = (JSON.parse(publications ?? '[]') as string[]).map(quoteIdent).join(', ');
    return [
      {
        key: keyOf('pg_subscription', oid),
        kind: 'subscription',
        schema: undefined,
        name,
        oid: `(SELECT s.oid FROM pg_catalog.pg_subscription s WHERE ${here} AND s.subname = ${quoteLiteral(subscription)})`,
        sql: [
          `CREATE SUBSCRIPTION ${name} CONNECTION ${quoteLiteral(connection)} PUBLICATION ${list} WITH (${settings.join(', ')})`,
        ],
        address: `SUBSCRIPTION ${name}`,
        owner,
      },
    ];
  });
}
