/** What the real generators write, proven file by file. */
import { generated } from './histories.ts';
import { testHistories } from './prove-histories.ts';

testHistories(await generated());
