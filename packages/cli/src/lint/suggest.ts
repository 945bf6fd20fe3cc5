/** What somebody may have meant. */
import { closest, distance } from 'fastest-levenshtein';
import { printable } from '../terminal.ts';

/** `; did you mean "x"?`, or '' where nothing is near. */
export function nearest(given: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const wanted = given.toLowerCase().replaceAll('_', '-');
  const best = closest(wanted, names);
  // a third of the letters may be wrong; what shares its beginning may be longer
  const near = distance(wanted, best) <= Math.max(2, wanted.length / 3);
  const found = near ? best : names.find((name) => wanted.length > 3 && name.includes(wanted));
  return found === undefined ? '' : `; did you mean "${printable(found)}"?`;
}
