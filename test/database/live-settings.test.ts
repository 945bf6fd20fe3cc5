/** Connection settings: the same as libpq makes of the same URL, service file and variables; no value of a URL in an error. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConnectionError, connectionSettings, namesDatabase, type ConnectionSettings } from '@idempotify/database';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'idempotify-live-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const me = os.userInfo().username;
const home = { HOME: folder };

const settings = (url?: string, env: NodeJS.ProcessEnv = {}): ConnectionSettings =>
  connectionSettings(url, { ...home, ...env });
const places = ({ hosts }: ConnectionSettings): string[] =>
  hosts.map(({ host, address, port }) => `${host}${address === undefined ? '' : `=${address}`}:${port}`);

describe('URLs', () => {
  it.each([
    ['postgres://h', ['h:5432'], me, me],
    ['postgresql://u@h/d', ['h:5432'], 'u', 'd'],
    ['postgres://u@h', ['h:5432'], 'u', 'u'],
    ['postgres://u:p@h:6543/d', ['h:6543'], 'u', 'd'],
    ['postgres://a%40b:p@h/d%2Fe', ['h:5432'], 'a@b', 'd/e'],
    ['postgres://u@[::1]:5433/d', ['::1:5433'], 'u', 'd'],
    ['postgres://u@h1:1,h2,h3:3/d', ['h1:1', 'h2:5432', 'h3:3'], 'u', 'd'],
    ['postgres://u@h1,h2:6/d', ['h1:5432', 'h2:6'], 'u', 'd'],
    ['postgres:///d?host=/var/run/x&user=u', ['/var/run/x:5432'], 'u', 'd'],
    ['postgres://u@%2Fvar%2Frun%2Fx:7/d', ['/var/run/x:7'], 'u', 'd'],
    ['postgres://u@h/d?hostaddr=10.0.0.1&port=9', ['h=10.0.0.1:9'], 'u', 'd'],
    ['postgres://u@h/d?schema=public&pgbouncer=true&connection_limit=1', ['h:5432'], 'u', 'd'],
    ['postgres://h?dbname=x%26y', ['h:5432'], me, 'x&y'],
    ['postgres://u:a?b#c@h/d', ['h:5432'], 'u', 'd'],
    ['postgres://u:a@b@h/d', ['h:5432'], 'u', 'd'],
  ])('%s', (url, hosts, user, database) => {
    const read = settings(url);
    expect(places(read)).toEqual(hosts);
    expect(read).toMatchObject({ user, database });
  });

  it.each([
    ['postgres://u:p%40%3A%2F%25@h', 'p@:/%'],
    ['postgres://u:a?b#c@h', 'a?b#c'],
    ['postgres://u:a:b@h', 'a:b'],
    ['postgres://u@h?password=x+y', 'x+y'],
    ['postgres://u:@h', undefined],
    ['postgres://u@h', undefined],
  ])('the password of %s', (url, password) => expect(settings(url).password()).toBe(password));

  it('keeps the password out of everything that prints settings', () => {
    const read = settings('postgres://u:s3cret@h/d', { PGSSLMODE: 'require' });
    expect(JSON.stringify(read)).not.toContain('s3cret');
  });

  const SECRET = 's3cr3t';
  it.each([
    `postgres://u:${SECRET}/x@h/d`,
    `postgres://u:12/${SECRET}@h/d`,
    `postgres://u:12?${SECRET}@/h@x`,
    `postgres://u:1@2/${SECRET}@h/d`,
    `postgres://u:${SECRET}%zz@h/d`,
    `postgres://u:${SECRET}%00@h/d`,
    `postgres://u:${SECRET}%ff@h/d`,
    `postgres://u:${SECRET}@h:port/d`,
    `postgres://u:${SECRET}@h:1:2/d`,
    `postgres://u:${SECRET}@h:99999/d`,
    `postgres://u:${SECRET}@[::1/d`,
    `postgres://u:${SECRET}@h/d?x`,
    `postgres://u:${SECRET}@h/d?x=y=z`,
    `postgres://u:${SECRET}@h/d?ssl_mode=${SECRET}`,
    `postgres://u:${SECRET}@h/d?sslmode=${SECRET}`,
    `postgres://u:${SECRET}@h/d?connect_timeout=${SECRET}`,
    `postgres://u@h/d?password=${SECRET}&gssencmode=require`,
    `postgres://u:12/a?${SECRET}=x@h/d`,
    `mysql://u:${SECRET}@h/d`,
    `u:${SECRET}@h/d`,
    ` postgres://u:${SECRET}@h/d`,
    `host=h password=${SECRET}`,
  ])('refuses %s without a word of it', (url) => {
    let told: unknown;
    try {
      settings(url);
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(ConnectionError);
    const { message, stack, cause } = told as Error;
    expect(`${message}${stack}${String(cause)}${JSON.stringify(told)}`).not.toContain(SECRET);
  });

  it('says what is wrong', () => {
    expect(() => settings('postgres://u:a/b@h/d')).toThrow(/write \/ as %2F/);
    expect(() => settings('postgres://u@h/d?ssl_mode=require')).toThrow(/the parameter ssl_mode that is not known/);
    expect(() => settings('postgres://u@h/d?sslmode=on')).toThrow(/sslmode \(PGSSLMODE\).*verify-full/);
    expect(() => settings('postgres://u@h1,h2/d?port=1,2,3')).toThrow(/3 ports for 2 hosts/);
  });
});

describe('variables', () => {
  const env = {
    PGHOST: 'h1,h2',
    PGPORT: '1,2',
    PGUSER: 'u',
    PGPASSWORD: 'p',
    PGDATABASE: 'd',
    PGSSLMODE: 'require',
    PGOPTIONS: '-c geqo=off',
    PGAPPNAME: 'app',
    PGCONNECT_TIMEOUT: '1',
    PGTARGETSESSIONATTRS: 'primary',
    PGPASSFILE: '/pass',
    PGCHANNELBINDING: 'require',
  };

  it('say it all', () => {
    const read = settings(undefined, env);
    expect(places(read)).toEqual(['h1:1', 'h2:2']);
    expect(read).toMatchObject({
      user: 'u',
      database: 'd',
      options: '-c geqo=off',
      applicationName: 'app',
      connectTimeout: 2000,
      sessionAttrs: 'primary',
      passfile: '/pass',
      requireChannelBinding: true,
      passwordFrom: 'PGPASSWORD',
      tls: { mode: 'require' },
    });
    expect(read.password()).toBe('p');
  });

  it('are what the URL leaves out', () => {
    const read = settings('postgres://other/e?sslmode=disable', { ...env, PGPORT: '5' });
    expect(places(read)).toEqual(['other:5']);
    expect(read).toMatchObject({ user: 'u', database: 'e', tls: { mode: 'disable' } });
    expect(settings('postgres://v@x/e', { ...env, PGPORT: '' }).user).toBe('v');
  });

  it('have defaults', () => {
    expect(settings(undefined)).toMatchObject({
      user: me,
      database: me,
      applicationName: 'idempotify',
      connectTimeout: 30_000,
      sessionAttrs: 'any',
      passfile: path.join(folder, '.pgpass'),
      tls: { mode: 'prefer' },
    });
    expect(settings(undefined, { PGSSLROOTCERT: 'system' }).tls.mode).toBe('verify-full');
    expect(() => settings(undefined, { PGSSLROOTCERT: 'system', PGSSLMODE: 'require' })).toThrow(/verify-full/);
    expect(settings(undefined, { PGCONNECT_TIMEOUT: '0' }).connectTimeout).toBe(0);
  });

  it.each([
    [{ PGPORT: 'x' }, /PGPORT/],
    [{ PGCONNECT_TIMEOUT: 'x' }, /PGCONNECT_TIMEOUT/],
    [{ PGTARGETSESSIONATTRS: 'x' }, /PGTARGETSESSIONATTRS/],
    [{ PGHOST: 'a', PGHOSTADDR: '1.1.1.1,2.2.2.2' }, /1 hosts and 2/],
    [{ PGREQUIREAUTH: 'scram-sha-256' }, /require_auth/],
    [{ PGGSSENCMODE: 'require' }, /GSSAPI/],
  ])('%j is refused', (wrong, said) => expect(() => settings(undefined, wrong)).toThrow(said));

  it('name a database or not', () => {
    expect(namesDatabase({ PGSSLMODE: 'require' })).toBe(false);
    expect(namesDatabase({ PGDATABASE: 'x' })).toBe(true);
  });
});

describe('services', () => {
  const file = path.join(folder, 'services.conf');
  fs.writeFileSync(
    file,
    '# comment\n[a]\nhost=ha\n  port=7\npassword=s3cr3t\n\n[b]\nhost=hb\nnonsense\n[c]\ncolour=s3cr3t\n[d]\nservice=a\n',
  );

  it('stand between the URL and the variables', () => {
    const read = settings('postgres:///d?service=a', { PGSERVICEFILE: file, PGHOST: 'no', PGUSER: 'u' });
    expect(places(read)).toEqual(['ha:7']);
    expect(read).toMatchObject({ user: 'u', database: 'd', passwordFrom: 'the service file' });
    fs.copyFileSync(file, path.join(folder, '.pg_service.conf'));
    expect(places(settings(undefined, { PGSERVICE: 'a' }))).toEqual(['ha:7']);
    fs.rmSync(path.join(folder, '.pg_service.conf'));
    fs.copyFileSync(file, path.join(folder, 'pg_service.conf'));
    expect(places(settings(undefined, { PGSERVICE: 'a', PGSYSCONFDIR: folder }))).toEqual(['ha:7']);
  });

  it.each([
    ['b', /line 9 .* is not keyword=value/],
    ['c', /line 11 .* keyword that is not known/],
    ['d', /line 13 .* names a service/],
    ['e', /no service "e" is defined/],
  ])('%s is refused', (service, said) => {
    const read = (): unknown => settings(undefined, { PGSERVICE: service, PGSERVICEFILE: file });
    expect(read).toThrow(said);
    expect(read).not.toThrow(/s3cr3t/);
  });

  it('need their file', () => {
    expect(() => settings(undefined, { PGSERVICE: 'a', PGSERVICEFILE: '/nowhere' })).toThrow(/can not be read/);
  });
});
