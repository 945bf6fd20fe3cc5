/** What we ship, proven file by file. */
import { shipped } from './histories.ts';
import { testHistories } from './prove-histories.ts';

testHistories(await shipped());
