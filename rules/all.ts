/** All rules, by name. Written by `npm run rules`. */
import type { Rule } from '@idempotify/core';
import { rule as banDropTable } from './ban-drop-table.ts';

export const rules: readonly Rule[] = [banDropTable];
