/** Major versions of PostgreSQL that migrations can be written for. */
export const PG_VERSIONS = { oldest: 12, newest: 18, default: 14 } as const;
