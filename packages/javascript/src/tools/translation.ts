/** What the translators of the tools have in common: a call as the SQL that its tool sends for it. */

export interface Translation {
  /** One text for each round trip: PostgreSQL runs the statements of one text in one transaction. */
  readonly queries: readonly string[];
  /** It is what is sent, apart from what PostgreSQL takes for the same. Otherwise only kinds and names of the objects are right. */
  readonly exact: boolean;
}

/** The call can't be told: something that its SQL has to say is not known, or the tool throws. */
export class Untold extends Error {}

/** @param translate sets `exact` of what it is given */
export function translated(
  generator: { readonly exact: boolean },
  translate: () => string | readonly string[],
): Translation | undefined {
  try {
    const sent = translate();
    const queries = typeof sent === 'string' ? [sent] : sent;
    // a name that only a run tells
    const named = queries.every((query) => !query.includes('_idempotify_expression_'));
    return { queries, exact: generator.exact && named };
  } catch (error) {
    if (error instanceof Untold) return undefined;
    throw error;
  }
}
