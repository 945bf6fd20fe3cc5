/**
 * PostgreSQL's own parser, from libpg-query's WASM build, loaded synchronously and only when something is parsed.
 *
 * The package's entry points load their WASM asynchronously; waiting for that at module level would make `require()` of
 * anything that imports us fail (ERR_REQUIRE_ASYNC_MODULE), e.g. of the plugin from a CommonJS eslint.config.js. So the
 * Emscripten glue is started here with its own hook for instantiation. That reaches into files of the package: its
 * version is pinned exactly.
 */
import { isAscii } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** One entry of the tree: the node under its name, and the statement's place in UTF-8 bytes. Zeros are absent. */
export interface RawStmt {
  readonly stmt?: Readonly<Record<string, unknown>>;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

export type RawParse =
  | { readonly ok: true; readonly stmts: readonly RawStmt[]; readonly byteLength: number }
  /**
   * `position` is 0-based, in code points, or -1 when PostgreSQL names none; `limit` when the parser gave up because of
   * the size or the nesting.
   */
  | { readonly ok: false; readonly message: string; readonly position: number; readonly limit: boolean };

// @types/node 20 declares no WebAssembly
interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => WasmInstance;
};

interface Glue {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _wasm_parse_query_raw(text: number): number;
  _wasm_free_parse_result(result: number): void;
}

/** What libpg-query 18.1.5 calls `__wasm_call_ctors` after minification. */
const CONSTRUCTORS = 'A';

const require = createRequire(import.meta.url);
let compiled: object | undefined;
let running: Glue | undefined;

/**
 * The compiled parser, to be handed to a worker thread (`workerData`): what one thread has compiled need not be compiled again by the next.
 */
export function compiledParser(): object {
  return (compiled ??= new WebAssembly.Module(readFileSync(require.resolve('libpg-query/wasm/libpg-query.wasm'))));
}

/** What another thread has compiled; to be called before anything is parsed. */
export function useCompiledParser(module: object): void {
  compiled ??= module;
}

function start(): Glue {
  const glue = require('libpg-query/wasm/libpg-query.js') as (options: object) => Promise<unknown>;
  const module = compiledParser();
  const options = {
    instantiateWasm(imports: object, receive: (instance: WasmInstance) => unknown) {
      const { exports } = new WebAssembly.Instance(module, imports);
      // The glue calls the constructors in a later microtask; the first parse is before that, so they run here, once.
      const constructors = exports[CONSTRUCTORS];
      receive({ exports: { ...exports, [CONSTRUCTORS]: () => undefined } });
      if (typeof constructors === 'function') (constructors as () => void)();
    },
  };
  const started = glue(options);
  const ready = options as unknown as Glue;
  // What is left of the start (its in-memory file system, which the parser does not use) runs after the current task.
  started.catch(() => {
    if (running === ready) running = undefined;
  });
  if (typeof ready._wasm_parse_query_raw !== 'function' || ready.HEAPU8 === undefined) {
    throw new Error('libpg-query could not be loaded synchronously: is its version the one that package.json pins?');
  }
  return ready;
}

/** The NUL-terminated string at `pointer`, in one copy when it is ASCII. */
function readString(glue: Glue, pointer: number): string {
  const heap = glue.HEAPU8;
  const bytes = Buffer.from(heap.buffer, heap.byteOffset + pointer, heap.indexOf(0, pointer) - pointer);
  return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
}

/**
 * Parses `text` (not empty, no NUL, no BOM, no lone surrogate) with PostgreSQL's grammar. Never throws: errors and the
 * parser's limits (nesting, memory) come back as `ok: false`, the latter with `limit: true`.
 */
export function parseRaw(text: string): RawParse {
  const glue = (running ??= start());
  try {
    const byteLength = Buffer.byteLength(text);
    const input = glue._malloc(byteLength + 1);
    if (input === 0) return limitReached('out of memory');
    const heap = Buffer.from(glue.HEAPU8.buffer);
    if (byteLength === text.length) heap.write(text, input, byteLength, 'latin1');
    else heap.write(text, input, byteLength, 'utf8');
    heap[input + byteLength] = 0;
    const result = glue._wasm_parse_query_raw(input);
    glue._free(input);
    if (result === 0) return limitReached('out of memory');
    const error = glue.HEAPU32[(result >> 2) + 2]!;
    if (error !== 0) {
      const message = readString(glue, glue.HEAPU32[error >> 2]!);
      const position = glue.HEAPU32[(error >> 2) + 4]! - 1;
      glue._wasm_free_parse_result(result);
      if (message.startsWith('memory exhausted')) return limitReached('memory exhausted', position);
      return { ok: false, message, position, limit: false };
    }
    const json = readString(glue, glue.HEAPU32[result >> 2]!);
    glue._wasm_free_parse_result(result);
    const tree = JSON.parse(json) as { stmts?: readonly RawStmt[] };
    return { ok: true, stmts: tree.stmts ?? [], byteLength };
  } catch (error) {
    // A JavaScript exception (stack overflow, WASM trap) has left the C side in the middle of something. A new
    // instance costs some milliseconds and is known to be sound.
    running = undefined;
    return limitReached(error instanceof Error ? error.message : String(error));
  }
}

function limitReached(why: string, position = -1): RawParse {
  return {
    ok: false,
    message: `this is too large or too deeply nested for PostgreSQL's parser (${why})`,
    position,
    limit: true,
  };
}

/**
 * PL/pgSQL's own parse of a `DO` statement or of CREATE FUNCTION (libpg-query's parsePlPgSQL), as JSON; undefined when
 * the body does not compile.
 */
export function parsePlpgsql(statement: string): unknown {
  const glue = (running ??= start()) as Glue & {
    _wasm_parse_plpgsql(text: number): number;
    _wasm_free_string(text: number): void;
  };
  try {
    const bytes = Buffer.from(statement, 'utf8');
    const input = glue._malloc(bytes.length + 1);
    if (input === 0) return undefined;
    glue.HEAPU8.set(bytes, input);
    glue.HEAPU8[input + bytes.length] = 0;
    const result = glue._wasm_parse_plpgsql(input);
    glue._free(input);
    if (result === 0) return undefined;
    const text = readString(glue, result);
    glue._wasm_free_string(result);
    return text.startsWith('{') ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    running = undefined;
    return undefined;
  }
}
