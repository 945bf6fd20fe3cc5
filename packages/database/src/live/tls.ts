/** What sslmode, sslrootcert, sslcert and their like mean for a connection (PostgreSQL docs, "SSL Support"). */
import fs from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { systemMessage } from '@idempotify/core';
import { ConnectionError } from '../runners/errors.ts';
import type { Host, TlsSettings } from './settings.ts';

/**
 * The ways to connect, in the order in which they are tried: without TLS (false) or with these options.
 * @throws ConnectionError for certificates and keys that can't be used
 */
export function waysOf(settings: TlsSettings, host: Host): readonly (false | tls.ConnectionOptions)[] {
  // "sslmode is ignored for Unix domain socket communication"
  if (host.socket || settings.mode === 'disable') return [false];
  const options = optionsOf(settings, host);
  if (settings.mode === 'allow') return [false, options];
  return settings.mode === 'prefer' ? [options, false] : [options];
}

function optionsOf(settings: TlsSettings, { host, address }: Host): tls.ConnectionOptions {
  const { mode } = settings;
  const strict = mode === 'verify-ca' || mode === 'verify-full';
  const system = settings.rootCert === 'system';
  const rootFile = system ? undefined : (settings.rootCert ?? settings.usual('root.crt'));
  const root = rootFile === undefined ? undefined : read('sslrootcert', rootFile, strict);
  if (strict && !system && root === undefined) {
    throw new ConnectionError(
      `sslmode=${mode} needs the certificate of the authority that the server's one is signed by: name its file with sslrootcert (PGSSLROOTCERT), or say sslrootcert=system for those that this computer trusts`,
    );
  }
  // "if a root CA file exists, the behavior of sslmode=require will be the same as that of verify-ca"
  const verifies = strict || (mode === 'require' && root !== undefined);
  const crlFile = settings.crl ?? settings.usual('root.crl');
  const crl = crlFile === undefined || !verifies ? undefined : read('sslcrl', crlFile, settings.crl !== undefined);
  return {
    ...(root === undefined ? {} : { ca: root }),
    ...(system ? systemRoots() : {}),
    ...(crl === undefined ? {} : { crl }),
    ...clientCertificate(settings),
    rejectUnauthorized: verifies,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(settings.minVersion === undefined ? {} : { minVersion: settings.minVersion as tls.SecureVersion }),
    ...(settings.maxVersion === undefined ? {} : { maxVersion: settings.maxVersion as tls.SecureVersion }),
    // the driver knows only the address that it connects to
    ...(address === undefined ? {} : { host, ...(net.isIP(host) === 0 ? { servername: host } : {}) }),
  };
}

/** Node 22.15 and newer can ask the system; those before have Mozilla's list, which is their default. */
function systemRoots(): tls.ConnectionOptions {
  const { getCACertificates } = tls as { getCACertificates?: (type: string) => string[] };
  return getCACertificates ? { ca: getCACertificates('system') } : {};
}

function clientCertificate(settings: TlsSettings): tls.ConnectionOptions {
  const certFile = settings.cert ?? settings.usual('postgresql.crt');
  const cert = certFile === undefined ? undefined : read('sslcert', certFile, settings.cert !== undefined);
  if (cert === undefined) return {};
  const keyFile = settings.key ?? settings.usual('postgresql.key');
  if (keyFile === undefined) {
    throw new ConnectionError(
      `there is a certificate (sslcert ${certFile}) and no key to it: name its file with sslkey (PGSSLKEY)`,
    );
  }
  const key = read('sslkey', keyFile, true)!;
  // as in libpq: a key that others may read is none any more (initialize_SSL in fe-secure-openssl.c)
  const { mode, uid } = fs.statSync(keyFile);
  if (process.platform !== 'win32' && (mode & (uid === 0 ? 0o027 : 0o077)) !== 0) {
    throw new ConnectionError(`the key ${keyFile} (sslkey) can be read by others: chmod 600 it`);
  }
  const passphrase = settings.keyPassword();
  const material = { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
  try {
    tls.createSecureContext(material);
  } catch (error) {
    throw new ConnectionError(
      `the certificate ${certFile} and the key ${keyFile} can not be used: ${systemMessage(error)}`,
    );
  }
  return material;
}

function read(keyword: string, file: string, needed: boolean): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (!needed) return undefined;
    throw new ConnectionError(`${keyword} ${file} can not be read: ${systemMessage(error)}`);
  }
}
