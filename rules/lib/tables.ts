/** Comparing tables by what the file calls them. */
import type { QualifiedName } from '@idempotify/core';

/** The same name, written the same way: `users` and `public.users` may be the same table, but that is not said in the file. */
export const isSame = (a: QualifiedName, b: QualifiedName): boolean => a.name === b.name && a.schema === b.schema;
