/** Wrong use of the program or of its API: the message says what to do, no stack is shown, the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
