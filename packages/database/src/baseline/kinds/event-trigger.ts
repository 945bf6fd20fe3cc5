/** Event triggers. They come last: they would fire for what the baseline itself does. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import { keeperOfRole } from '../left-out.ts';
import { keyOf, type CatalogReader, type Part } from '../types.ts';

const ENABLED: Readonly<Record<string, string>> = {
  O: 'ENABLE',
  D: 'DISABLE',
  R: 'ENABLE REPLICA',
  A: 'ENABLE ALWAYS',
};

export async function readEventTriggers(catalog: CatalogReader): Promise<Part[]> {
  const rows = await catalog.rows(`
    SELECT e.oid, e.evtname, e.evtevent, pg_catalog.pg_get_userbyid(e.evtowner), e.evtenabled, e.evtfoid::pg_catalog.regproc,
      (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(tag), ', ' ORDER BY number) FROM pg_catalog.unnest(e.evttags) WITH ORDINALITY AS t (tag, number)),
      ${catalog.inScope('p.pronamespace')} OR p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
    FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid WHERE ${catalog.notMember('pg_event_trigger', 'e.oid')}`);
  const roles =
    rows.length === 0
      ? new Set<string>()
      : new Set((await catalog.rows('SELECT rolname FROM pg_catalog.pg_roles')).flatMap(([name]) => name ?? []));
  return rows.flatMap(([oid, trigger, event, owner, enabled, routine, tags, inScope]): Part[] => {
    if (oid == null || trigger == null || event == null || owner == null || routine == null) return [];
    const name = quoteIdent(trigger);
    const keeper = keeperOfRole(owner, roles);
    if (keeper !== undefined || inScope !== 't') {
      catalog.leaveOut(
        'event trigger',
        name,
        keeper === undefined ? `its function ${routine} is left out` : `${keeper} makes it`,
      );
      return [];
    }
    const where = `FROM pg_catalog.pg_event_trigger WHERE evtname = ${quoteLiteral(trigger)}`;
    const state = ENABLED[enabled ?? 'O'] ?? 'ENABLE';
    const alter = `ALTER EVENT TRIGGER ${name} ${state}`;
    return [
      {
        key: keyOf('pg_event_trigger', oid),
        kind: 'event trigger',
        schema: undefined,
        name,
        oid: `(SELECT oid ${where})`,
        sql: [
          `CREATE EVENT TRIGGER ${name} ON ${event}${tags == null ? '' : `\n      WHEN TAG IN (${tags})`}\n      EXECUTE FUNCTION ${routine}()`,
        ],
        steps: [{ needed: `EXISTS (SELECT ${where} AND evtenabled <> ${quoteLiteral(enabled ?? 'O')})`, sql: [alter] }],
        address: `EVENT TRIGGER ${name}`,
        owner,
      },
    ];
  });
}
