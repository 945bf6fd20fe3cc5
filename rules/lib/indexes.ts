/** Indexes by name: which table they stand on is only known of those that the file makes. */
import type { LintFile, LintStatement, QualifiedName } from '@idempotify/core';

/** Does the index belong to a table that this file has made? Then nobody waits for its lock. */
export const isIndexOfNewTable = (index: QualifiedName, statement: LintStatement, file: LintFile): boolean =>
  file.isNew(index, statement) &&
  file.facts.some(
    ({ kind, name, on }) => kind === 'index' && name === index.name && on !== undefined && file.isNew(on, statement),
  );
