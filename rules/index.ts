export { rules } from './all.ts';
export * from './presets.ts';
