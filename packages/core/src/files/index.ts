export { disk, kindOf, listingOf, recordLooks, type Looks } from './disk.ts';
export { errorCode, systemMessage } from './errors.ts';
export * from './git.ts';
export * from './migrations.ts';
export * from './read.ts';
export { NEVER, listFolder, type Listing } from './walk.ts';
