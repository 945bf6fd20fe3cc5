/** Everything that shows what a run of `verify` found. */
export { verifyHtml } from './html.ts';
export { verifyJson } from './json.ts';
export { verifyJunit } from './junit.ts';
export { folderHeading, migrationLine, verifySummary } from './text.ts';
