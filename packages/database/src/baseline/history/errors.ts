/** The history can't be compared; the message says why. */
export class HistoryUnavailable extends Error {
  override readonly name = 'HistoryUnavailable';
}
