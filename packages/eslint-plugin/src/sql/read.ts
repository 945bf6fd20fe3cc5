/** A migration in SQL and what lies around it, as its tool sees it. */
import path from 'node:path';
import { PG_VERSIONS, Source, type Tool, toolByName } from '@idempotify/core';
import type { Settings } from '../settings.ts';
import { type Place, findPlace } from './folders.ts';

export interface ReadFile {
  readonly place: Place | undefined;
  /** undefined: the tool never runs this file, so no rule about statements looks at it, and it need not even be PostgreSQL's SQL. */
  readonly file: Source | undefined;
  readonly pgVersion: number;
}

const PLAIN = toolByName('sql') as Tool;

/**
 * @param file its name; without a place among others (a block of SQL in Markdown) it stands alone
 * @param text without BOM
 */
export function readSql(
  file: { readonly path: string; readonly alone: boolean },
  text: string,
  { pgVersion = PG_VERSIONS.default, tool }: Settings,
): ReadFile {
  const named = tool === undefined ? undefined : toolByName(tool);
  const place = file.alone || !path.isAbsolute(file.path) ? undefined : findPlace(file.path, named);
  if (place?.ignored !== undefined) return { place, file: undefined, pgVersion };
  return {
    place,
    file:
      place?.folder.sourceOf(place.name, text, pgVersion) ??
      new Source({ path: path.basename(file.path), text, tool: named ?? PLAIN, pgVersion }),
    pgVersion,
  };
}
