/**
 * Cuts SQL as the Supabase CLI does (apps/cli-go/pkg/parser/token.go and state.go, 2026-06): its table keeps each statement. What looks
 * odd here is so there.
 */

/** The text from the start of the statement up to and including the character that is looked at. */
interface Seen {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What follows a character; 'end': the statement ends behind it. */
type State = (char: string, seen: Seen) => State | 'end';

const endsWith = ({ text, start, end }: Seen, what: string): boolean =>
  end - start >= what.length && text.startsWith(what, end - what.length);

const ready: State = (char, seen) => {
  switch (char) {
    case '$':
      return tag(seen.end - 1);
    case "'":
    case '"':
      return quote(char);
    case '-':
      return dash;
    case '/':
      return block();
    case '\\':
      return () => ready;
    case ';':
      return 'end';
    case '(':
      return atomic(')');
    case 'c':
    case 'C':
      return beginsAtomic(seen) ? atomic('END') : ready;
    default:
      return ready;
  }
};

const beginsAtomic = ({ text, start, end }: Seen): boolean =>
  text.slice(end - 6, end).toUpperCase() === 'ATOMIC' &&
  /(?:^|[^\p{L}\p{Nd}_$])BEGIN\s+ATOMIC$/iu.test(text.slice(Math.max(start, end - 200), end));

const dash: State = (char, seen) => (char === '-' ? until('\n') : ready(char, seen));

function until(delimiter: string): State {
  const state: State = (_, seen) => (endsWith(seen, delimiter) ? ready : state);
  return state;
}

function block(): State {
  let depth = 0;
  const state: State = (char, seen) => {
    if (endsWith(seen, '/*')) depth++;
    else if (depth === 0) return ready(char, seen);
    else if (endsWith(seen, '*/') && --depth === 0) return ready;
    return state;
  };
  return state;
}

function quote(delimiter: string): State {
  let closed = false;
  const state: State = (char, seen) => {
    if (closed && char !== delimiter) return ready(char, seen);
    if (char === delimiter) closed = !closed;
    return state;
  };
  return state;
}

function tag(from: number): State {
  const state: State = (char, seen) => {
    if (char === '$') return until(seen.text.slice(from, seen.end));
    return /[\p{L}\p{Nd}_]/u.test(char) ? state : ready(char, seen);
  };
  return state;
}

/** Inside of parentheses and of BEGIN ATOMIC … END no `;` ends the statement. */
function atomic(delimiter: string): State {
  let inside: State = ready;
  const state: State = (char, seen) => {
    const next = inside(char, seen);
    if (next !== 'end') inside = next;
    const closes = seen.text.slice(seen.end - delimiter.length, seen.end).toUpperCase() === delimiter;
    return inside === ready && closes ? ready : state;
  };
  return state;
}

/** The statements of a file, without their `;` and without white space around them. */
export function supabaseStatements(text: string): string[] {
  const statements: string[] = [];
  const push = (start: number, end: number): void => {
    const statement = text.slice(start, end).replace(/;+$/, '').trim();
    if (statement !== '') statements.push(statement);
  };
  let state = ready;
  let start = 0;
  for (let end = 1; end <= text.length; end++) {
    const next = state(text[end - 1]!, { text, start, end });
    if (next === 'end') {
      push(start, end);
      start = end;
      state = ready;
    } else state = next;
  }
  push(start, text.length);
  return statements;
}
