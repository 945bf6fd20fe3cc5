export * from './types.ts';
export * from './registry.ts';
export * from './find.ts';
export { folderView, type FolderAccess } from './folder.ts';
