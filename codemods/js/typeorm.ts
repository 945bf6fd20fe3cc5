import { typeorm } from '@idempotify/javascript';
import { transformOf } from './transform.ts';
import { refused, type Guards } from './types.ts';

export const guards: Guards = {
  tool: typeorm,
  guard: (step) => refused(`${step.what} has no guard yet`, 'put a test in front of it'),
};

export default transformOf(guards);
