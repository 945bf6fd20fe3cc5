/**
 * pg_dump without its binary: the one compiled to WebAssembly for PGlite (`@electric-sql/pglite-tools`), connected to a
 * server over TCP. A judge of schemas that knows nothing about our code. Plain JavaScript, because scripts use it too.
 */
import net from 'node:net';
import { Worker } from 'node:worker_threads';

/**
 * Dumps the schema (`--schema-only`) of a database.
 * @param {string} url `postgres://user:password@host:port/database`
 * @param {readonly string[]} [args] further options of pg_dump
 * @returns {Promise<string>}
 */
export async function pgDump(url, args = []) {
  const { hostname, port, pathname, username, password } = new URL(url);
  const quote = (/** @type {string} */ value) => `'${decodeURIComponent(value).replace(/[\\']/g, '\\$&')}'`;
  const conninfo = [
    // libpq resolves the name although the connection is ours
    ['host', 'localhost'],
    ['user', username],
    ['password', password],
    ['dbname', pathname.slice(1)],
    ['sslmode', 'disable'],
    ['gssencmode', 'disable'],
  ]
    .map(([name, value]) => `${name}=${quote(String(value))}`)
    .join(' ');
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const socket = net.connect({ host: hostname, port: Number(port || 5432) });
  socket.setNoDelay(true);
  const worker = new Worker(new URL('./pg-dump-worker.mjs', import.meta.url), {
    workerData: { signal, args: [...args, '--schema-only', '-d', conninfo] },
  });
  const answer = (/** @type {Uint8Array} */ bytes) => {
    worker.postMessage(bytes);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  };

  const sent = new FrontendMessages();
  /** @type {Buffer[]} */
  let received = [];
  const backend = new BackendMessages();
  let waiting = false;
  let closed = false;
  const hand = () => {
    const bytes = Buffer.concat(received);
    received = [];
    waiting = false;
    answer(bytes);
  };
  socket.on('data', (bytes) => {
    received.push(bytes);
    backend.read(bytes);
    if (waiting && backend.complete) hand();
  });
  const end = () => {
    closed = true;
    if (waiting) hand();
  };
  /** @type {Error | undefined} */
  let failure;
  socket.on('close', end);
  socket.on('error', (error) => (failure = error));

  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('pg_dump ended without a word')));
    worker.on('message', (/** @type {{ sent?: Uint8Array, text?: string, error?: string }} */ message) => {
      if (message.sent) {
        backend.complete = false;
        if (!closed) socket.write(message.sent);
        waiting = sent.expectAnswer(message.sent);
        if (!waiting || closed) hand();
      } else if (message.error !== undefined) {
        reject(new Error(message.error, { cause: failure }));
      } else {
        resolve(String(message.text));
      }
    });
  }).finally(() => {
    socket.destroy();
    return worker.terminate();
  });
}

/** What libpq sends, in pieces of any size: https://www.postgresql.org/docs/current/protocol-message-formats.html */
class FrontendMessages {
  /** @type {Buffer} */
  #rest = Buffer.alloc(0);
  #started = false;

  /** Whether the server has something to say once it has these bytes. @param {Uint8Array} bytes */
  expectAnswer(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    let last = '';
    for (;;) {
      // the first message has no letter
      const letter = this.#started ? 1 : 0;
      if (this.#rest.length < letter + 4) break;
      const length = letter + this.#rest.readUInt32BE(letter);
      if (this.#rest.length < length) break;
      last = letter ? String.fromCharCode(this.#rest[0] ?? 0) : 'start';
      this.#started = true;
      this.#rest = this.#rest.subarray(length);
    }
    return this.#rest.length === 0 && ['start', 'p', 'Q', 'S'].includes(last);
  }
}

/** What the server sends. */
class BackendMessages {
  /** Whether it waits for us now. */
  complete = false;
  /** @type {Buffer} */
  #rest = Buffer.alloc(0);

  /** @param {Buffer} bytes */
  read(bytes) {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (this.#rest.length >= at + 5) {
      const next = at + 1 + this.#rest.readUInt32BE(at + 1);
      if (this.#rest.length < next) break;
      const letter = String.fromCharCode(this.#rest[at] ?? 0);
      // ReadyForQuery, or Authentication… other than Ok (0) and SASLFinal (12)
      this.complete = letter === 'Z' || (letter === 'R' && ![0, 12].includes(this.#rest.readUInt32BE(at + 5)));
      at = next;
    }
    this.#rest = this.#rest.subarray(at);
  }
}

/**
 * The entries of a dump's table of contents: `TABLE public.users` -> its SQL. With what belongs to the entry beside its text
 * (owner, tablespace, access method) as pg_dump prints it; two entries of the same name are joined.
 * @param {string} dump
 * @returns {Map<string, string>}
 */
export function tocEntries(dump) {
  const head = /^-- Name: (.*); Type: (.*); Schema: (.*); Owner: (.*)$/;
  /** @type {Map<string, string>} */
  const entries = new Map();
  let name = '';
  /** @type {string[]} */
  let text = [];
  const add = () => {
    // comment lines, empty lines and the settings that pg_dump writes where they change belong to the order, not to the entry
    const sql = text.join('\n').replace(/^SET default_(tablespace|table_access_method) = .*;$/gm, '');
    const trimmed = sql.replace(/(\n?--)?\s*$/, '').trim();
    if (name !== '') entries.set(name, entries.has(name) ? `${entries.get(name)}\n${trimmed}` : trimmed);
    text = [];
  };
  const lines = dump.split('\n');
  for (const [at, line] of lines.entries()) {
    const found = lines[at - 1] === '--' && lines[at + 1] === '--' ? head.exec(line) : null;
    if (found) {
      add();
      const [, title, type, schema, owner] = found;
      name = `${type} ${schema === '-' ? '' : `${schema}.`}${title}`;
      text.push(`-- Owner: ${owner}`);
    } else if (line === '-- PostgreSQL database dump complete') {
      break;
    } else {
      text.push(line);
    }
  }
  add();
  return entries;
}
