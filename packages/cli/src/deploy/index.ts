/** Deploy files: what runs the migrations. Parsers are loaded when a file of their format is there. */
import type { DeployFile } from '@idempotify/core';

export interface DeployOptions {
  /** Paths are told relative to it. */
  readonly cwd: string;
  /** Absolute paths of the migration folders that are linted. */
  readonly roots: readonly string[];
}

/** A file that can't be read as what its name says. */
export interface DeployProblem {
  /** Relative to the working directory, with '/'. */
  readonly path: string;
  readonly message: string;
  /** UTF-16 offset. */
  readonly offset?: number;
}

export interface DeployFiles {
  /** Sorted by path, relative to the working directory, with '/'. Only files that hold commands. */
  readonly files: readonly DeployFile[];
  readonly problems: readonly DeployProblem[];
}

/** Finds and reads the deploy files of the projects that the folders belong to. */
export async function deployFiles(_options: DeployOptions): Promise<DeployFiles> {
  return Promise.resolve({ files: [], problems: [] });
}
