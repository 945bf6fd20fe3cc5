/** What a finding is known by although lines move: its rule and the text of its statement. */
import type { Finding } from '@idempotify/core';
import { hashOf } from './hash.ts';

/** @param text of the file */
export function fingerprintOf(finding: Finding, text: string): string {
  const { start, end } = finding.statement ?? finding;
  const words = text.slice(start, end).replace(/\s+/g, ' ').trim();
  return hashOf(`${finding.rule}\n${words}`).replace(/[+/=]/g, '').slice(0, 16);
}
