/** What PostgreSQL says about an error; only the fields that it filled. */
export interface SqlErrorFields {
  /** SQLSTATE, e.g. `42P07`. */
  readonly code: string;
  readonly detail?: string;
  readonly hint?: string;
  /** 1-based position in the text that was sent, in characters (code points). */
  readonly position?: number;
  /** The PL/pgSQL call stack or what else surrounds the error. */
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** The server refused a statement. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly code: string;
  readonly fields: SqlErrorFields;

  constructor(message: string, fields: SqlErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.code = fields.code;
    this.fields = fields;
  }
}

/** There is no server, or it went away, or a database or session is used against its rules. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** Both drivers hand over an object with the fields of the protocol's ErrorResponse. */
interface ErrorResponse {
  readonly message: string;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
  readonly where?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
}

/** `error` as PostgreSQL's own refusal, or undefined when it is something else (a socket error, a bug). */
export function sqlErrorFrom(error: unknown): SqlError | undefined {
  if (!(error instanceof Error)) return undefined;
  const response: ErrorResponse = error;
  if (typeof response.code !== 'string' || !/^[0-9A-Z]{5}$/.test(response.code)) return undefined;
  const { code, detail, hint, position, where, schema, table, column, constraint } = response;
  const texts = { detail, hint, where, schema, table, column, constraint };
  const filled = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  return new SqlError(
    response.message,
    { code, ...filled, ...(position === undefined ? {} : { position: Number(position) }) },
    { cause: error },
  );
}
