/** One result per statement of the text, in order; a statement that returns no rows has an empty list. */
export interface QueryResult {
  /** Column name -> the value in PostgreSQL's text format, or null. Never parsed, so that every driver gives the same. */
  readonly rows: Record<string, string | null>[];
}

/** A connection to one database. */
export interface Session {
  /**
   * Sends `sql` as one simple query: a text with several statements is one implicit transaction, unless it contains
   * BEGIN or COMMIT itself.
   * @throws SqlError when the server refuses it, ConnectionError when the connection is gone
   */
  query(sql: string): Promise<QueryResult[]>;
  /** Whether a transaction block is open (a failed one too). */
  readonly inTransaction: boolean;
  /** Gives back memory that a long session has gathered, where the database is in memory. Not in a transaction. */
  shrink(): Promise<void>;
  /** Ends the session: an open transaction is rolled back, temporary objects and settings vanish. */
  close(): Promise<void>;
}

/** A place where scratch databases can be made, filled and thrown away. */
export interface Server {
  /** As `server_version_num` has it: 180006. */
  readonly versionNumber: number;
  /**
   * Makes an empty scratch database, or a copy of another one that was made here and has no open session.
   * @returns its name
   */
  createDatabase(template?: string): Promise<string>;
  /** Throws away a database that was made here; its sessions are ended. */
  dropDatabase(name: string): Promise<void>;
  connect(database: string): Promise<Session>;
  /** Ends every session and drops every database that was made here. */
  close(): Promise<void>;
}
