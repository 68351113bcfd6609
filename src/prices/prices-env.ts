import * as z from 'zod';
import { durationWithin } from '../shared/duration.ts';
import { serverUrl } from '../shared/server-url.ts';
import { HOUR, MINUTE } from '../shared/time.ts';

/** What the operator sets of prices. */
export const PricesEnv = z.object({
  PRICE_FEED_URL: serverUrl.default('https://api.coingecko.com/api/v3'),
  /** A secret. */
  PRICE_FEED_KEY: z
    .string()
    .regex(/^[\x21-\x7e]*$/, 'a key without spaces, or nothing')
    .default(''),
  /** Setting alerts asks the feed no more often; looks are not counted. */
  PRICE_REQUESTS_PER_MINUTE: z.coerce.number('a number').int().min(1).max(100_000).default(10),
  PRICE_MAX_AGE: durationWithin(MINUTE, HOUR, 'a duration from PT1M to PT1H').default('PT5M'),
  PRICE_MAX_JUMP: z.coerce.number('a number of per cent').gt(0).max(1000, 'at most 1000 per cent').default(30),
});
