/**
 * Whether corrections are worked out. ESLint asks for them with every finding, wanted or not, and a guard takes a plan of the whole file: ten
 * times as long as finding out that there has to be one.
 */
/** In a run that corrects nothing, so many files have theirs worked out, so that reports and counts of a few files are complete. */
const ENOUGH = 25;

/** ESLint's own command, and not an editor or another program: nothing but its options says what is done with the findings. */
const isCommand = /[\\/]eslint[\\/]bin[\\/]eslint\.js$|[\\/]\.bin[\\/]eslint$/.test(process.argv[1] ?? '');
const corrects = process.argv.some((word) => /^--fix(?:-dry-run|-type)?(?:=|$)/.test(word));

let left = isCommand && !corrects ? ENOUGH : Infinity;

/** @param wanted whether there may be any: only those files count */
export function mayFix(wanted: () => boolean): boolean {
  if (left <= 0 || !wanted()) return false;
  left--;
  return true;
}
