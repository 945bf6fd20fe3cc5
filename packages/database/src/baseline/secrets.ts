/** Options of foreign objects that must not be shown. */
import { quoteIdent, quoteLiteral } from '@idempotify/core';
import type { CatalogReader } from './types.ts';

/** By their names: what is a secret, or says where it lies. */
const SECRET = /passw|passfile|secret|token|credential|(?:^|_|ssl|api|access|private)key(?:$|_)/i;
/** An address with a password in it. */
const ADDRESS = /:\/\/[^/@\s]*:[^/@\s]*@/;

/** Whether the option (`name=value`) must not be shown. */
export const isSecret = (option: string): boolean =>
  SECRET.test(option.slice(0, option.indexOf('='))) || ADDRESS.test(option);

/** The same in SQL. @param option SQL of type text */
export const isSecretSql = (option: string): string =>
  `(split_part(${option}, '=', 1) ~* ${quoteLiteral(SECRET.source)} OR ${option} ~ ${quoteLiteral(ADDRESS.source.replaceAll('\\/', '/'))})`;

/**
 * The options that may be seen; the others are reported as left out, unless `options.secrets`.
 * @param of what they belong to, for people
 * @param options each as `name=value`
 */
export function openOptions(catalog: CatalogReader, of: string, options: readonly string[]): string[] {
  return options.filter((option) => {
    if (catalog.options.secrets || !isSecret(option)) return true;
    catalog.leaveOut(
      'option',
      `${quoteIdent(option.slice(0, option.indexOf('=')))} of ${of}`,
      'it may be a secret: set it where the baseline is applied',
    );
    return false;
  });
}
