/** Proofs of earlier runs, found by what they were about. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Proof } from '@idempotify/database';

/** What is kept of a proof that succeeded. */
export type KeptProof = Pick<Proof, 'checks' | 'notes'> & { readonly ms: number };

export interface ProofCache {
  get(key: string): KeptProof | undefined;
  put(key: string, proof: KeptProof): void;
}

export const noCache: ProofCache = { get: () => undefined, put: () => undefined };

/** `node_modules/.cache` where there is one, as other tools have it, else the user's. */
export function defaultCacheFolder(cwd: string): string {
  for (let at = cwd; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, 'node_modules'))) return path.join(at, 'node_modules', '.cache', 'idempotify');
    if (at === path.dirname(at)) break;
  }
  return path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'idempotify');
}

/**
 * A file for each proof. What can't be read or written there costs time and nothing else: an entry that is not as it should
 * be counts as none.
 */
export function cacheIn(folder: string): ProofCache {
  const fileOf = (key: string): string => path.join(folder, 'verify', key.slice(0, 2), `${key.slice(2)}.json`);
  return {
    get(key) {
      try {
        const kept = JSON.parse(fs.readFileSync(fileOf(key), 'utf8')) as Partial<KeptProof> & { key?: string };
        if (kept.key !== key || !Array.isArray(kept.checks) || !Array.isArray(kept.notes)) return undefined;
        return { checks: kept.checks, notes: kept.notes, ms: kept.ms ?? 0 };
      } catch {
        return undefined;
      }
    },
    put(key, { checks, notes, ms }) {
      const file = fileOf(key);
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(temporary, JSON.stringify({ key, checks, notes, ms }));
        fs.renameSync(temporary, file);
      } catch {
        try {
          fs.rmSync(temporary, { force: true });
        } catch {
          // where a file lies in the place of the folder, not even that can be asked
        }
      }
    },
  };
}

/** A chain of hashes: each link stands for everything up to it. */
export function link(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
