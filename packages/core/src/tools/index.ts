export * from './types.ts';
export * from './registry.ts';
export * from './find.ts';
export { isMigrationFile, isScript, isSql } from './paths.ts';
export { folderView, type FolderAccess } from './folder.ts';
export { otherVendor } from './vendors.ts';
