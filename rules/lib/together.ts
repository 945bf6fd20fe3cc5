/** What is committed together. */
import type { LintStatement } from '@idempotify/core';

/** The same for statements of one transaction; a DO block that commits alone is one, too. undefined = the statement commits alone. */
export const together = ({ transaction, outer }: LintStatement): number | LintStatement | undefined =>
  transaction ?? outer;
