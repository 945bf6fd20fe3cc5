/**
 * Runs pg_dump, which asks for the server's answer and stands still until it is there; so it needs a thread of its own,
 * and the connection is kept in another one (pg-dump.mjs).
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';

/** @type {{ signal: Int32Array, args: string[] }} */
const { signal, args } = workerData;
const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

const server = {
  /** @param {Uint8Array} bytes @param {{ onRawData: (bytes: Uint8Array) => void }} options */
  execProtocolRawStream(bytes, { onRawData }) {
    port.postMessage({ sent: Uint8Array.from(bytes) });
    Atomics.wait(signal, 0, 0);
    Atomics.store(signal, 0, 0);
    onRawData(receiveMessageOnPort(port)?.message);
  },
  // what it asks of PGlite itself before and after: a session of its own needs nothing of it
  query: async () => ({ rows: [{ search_path: "''" }] }),
  exec: async () => [],
};

try {
  const file = await pgDump({ pg: /** @type {any} */ (server), args });
  port.postMessage({ text: await file.text() });
} catch (error) {
  port.postMessage({ error: error instanceof Error ? error.message : String(error) });
}
