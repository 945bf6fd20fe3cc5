/** The bridge to core's knowledge of migration tools: which of the files are migrations, of which tool, in which order. */
import fs from 'node:fs';
import path from 'node:path';
import { type Tool, findMigrationFolders } from '@idempotify/core';
import { decodeMigration, readBytes } from './read.ts';

export interface MigrationGroup {
  /** Relative to the folder that was looked at; '' = that folder itself. */
  readonly root: string;
  readonly tool: Tool;
  /** In the tool's order. */
  readonly up: readonly string[];
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
}
