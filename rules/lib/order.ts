/** Numbers and dates in front of names: what people read from them. */
import { DATE_DIGITS, versionOf } from './history.ts';

/** A counter before every date; a date that says less before one that says more of the same day. */
export interface ReadVersion {
  readonly digits: string;
  readonly isDate: boolean;
}

export function readVersion(path: string): ReadVersion | undefined {
  const digits = versionOf(path);
  return digits === undefined ? undefined : { digits, isDate: digits.length >= DATE_DIGITS };
}

/** Whether people expect `a` behind `b`. */
export function comesAfter(a: ReadVersion, b: ReadVersion): boolean {
  if (a.isDate !== b.isDate) return a.isDate;
  const width = Math.max(a.digits.length, b.digits.length);
  return a.isDate
    ? a.digits.padEnd(width, '0') > b.digits.padEnd(width, '0')
    : a.digits.padStart(width, '0') > b.digits.padStart(width, '0');
}

/** Milliseconds since 1970 of `YYYYMMDD`, `YYYYMMDDHHMM[SS…]`, or of milliseconds since then; undefined for anything else. */
export function timeOf(digits: string): number | undefined {
  if (digits.length === 13 && digits.startsWith('1')) return Number(digits);
  const parts = /^((?:19|2\d)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?\d*)?$/.exec(digits);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
