/** Options of foreign objects that must not be shown. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { CatalogReader } from './types.ts';

/** By their names: what is a secret, or says where it lies. */
const SECRET = /passw|passfile|secret|token|credential|(?:^|_|ssl|api|access|private)key(?:$|_)/i;
/** An address with a password in it. */
const ADDRESS = /:\/\/[^/@\s]*:[^/@\s]*@/;

/** SQL, the same for the server: whether the option (`name=value`) must not be shown. */
export const isSecret = (option: string): string =>
  `(split_part(${option}, '=', 1) ~* ${quoteLiteral(SECRET.source)} OR ${option} ~ ${quoteLiteral(ADDRESS.source.replaceAll('\\/', '/'))})`;

/**
 * The options that may be seen; the others are reported as left out, unless `options.secrets`.
 * @param of what they belong to, for people
 * @param options each as `name=value`
 */
export function openOptions(catalog: CatalogReader, of: string, options: readonly string[]): string[] {
  return options.filter((option) => {
    const name = option.slice(0, option.indexOf('='));
    if (catalog.options.secrets || !(SECRET.test(name) || ADDRESS.test(option))) return true;
    catalog.leaveOut(
      'option',
      `${quoteIdent(name)} of ${of}`,
      'it may be a secret: set it where the baseline is applied',
    );
    return false;
  });
}
