/** What a server lacks that migrations need, told by its errors. */
import type { SqlError } from '../runners/errors.ts';

export interface Lack {
  readonly reason: string;
  readonly advice: string;
}

export function missingExtension({ message }: SqlError): Lack | undefined {
  const extension = /extension "([^"]+)" is not available|extension control file ".*\/([^/]+)\.control"/.exec(message);
  if (!extension) return undefined;
  const name = extension[1] ?? extension[2] ?? '';
  return {
    reason: `the extension "${name}" is not available on this server`,
    advice: `use a server that has it: --url postgres://…`,
  };
}

/** What an environment lacks, by PostgreSQL's error. */
export function missing(error: SqlError): Lack | undefined {
  const { code, message } = error;
  const extension = missingExtension(error);
  if (extension) return extension;
  const schema = /^schema "([^"]+)" does not exist$/.exec(message);
  if (schema && code === '3F000') {
    return {
      reason: `the schema "${schema[1]}" does not exist, and no earlier migration makes it`,
      advice: `when something else provides it, create it in a file and pass it with --prelude`,
    };
  }
  const role = /^role "([^"]+)" does not exist$/.exec(message);
  if (role && (code === '42704' || code === '22023')) {
    return {
      reason: `the role "${role[1]}" does not exist on this server`,
      advice: `create it in a file and pass it with --prelude`,
    };
  }
  if (/^unrecognized configuration parameter|parameter "[^"]+" (cannot be|requires)/.test(message)) {
    return {
      reason: `the server's settings are others than the migration needs: ${message}`,
      advice: 'use a server that is set up for it: --url postgres://…',
    };
  }
  return undefined;
}
