/** The report as one JSON document. It is written piece by piece, so that a large run needs no large memory. */
import type { Reporter } from './reporter.ts';

export function jsonReporter(write: (text: string) => void): Reporter {
  let separator = '';
  return {
    start: ({ mode }) => write(`{"mode":${JSON.stringify(mode)},"files":[`),
    file(report) {
      write(`${separator}\n${JSON.stringify(report)}`);
      separator = ',';
    },
    error: () => undefined, // in the summary
    end({ mode: _mode, ...summary }) {
      write(`\n],${JSON.stringify(summary).slice(1)}\n`);
    },
  };
}
