/** Options in parentheses: `VACUUM (FULL, ANALYZE false)`. */
import { defElemText, type Node } from '@idempotify/core';

/** Is an option that may be on or off switched on? (defGetBoolean in src/backend/commands/define.c) */
export const isOn = (option: Node): boolean => {
  const text = defElemText(option)?.toLowerCase();
  return text === undefined || text === 'true' || text === 'on' || text === '1';
};
