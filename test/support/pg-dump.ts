export { pgDump, tocEntries } from './pg-dump.mjs';
