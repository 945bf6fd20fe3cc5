/** Names as messages show them. */
import { quoteIdent, type QualifiedName } from '@idempotify/core';

/** `users`, `"User"`, `app."User"`. */
export const printedName = ({ schema, name }: QualifiedName): string =>
  schema === undefined ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
