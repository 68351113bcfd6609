import { describe, expect, it } from '@jest/globals';
import { Alert, AlertNotFound } from '../../src/price-alerts/alert.ts';
import { pressedPage } from '../../src/price-alerts/linked-alert.ts';
import { PriceUnavailable } from '../../src/prices/current-price.ts';
import { ChangedMeanwhile, InvalidRequest } from '../../src/shared/errors.ts';

const alert = Alert.parse({
  id: 'a',
  user_id: 'ada',
  coin: 'bitcoin',
  currency: 'usd',
  condition: { kind: 'above', price: '5' },
  repeat: 'once',
  channels: ['email'],
  created_at: '2026-12-01T08:00:00.000Z',
  fired: 1,
  revision: 2,
  status: 'TRIGGERED',
  triggered_at: '2026-12-01T08:30:00.000Z',
});

const unavailable = async () => {
  throw new PriceUnavailable();
};
const nothing = async () => undefined;

/** What a person sees who wants their alert again while the price can't be told, for which the real feed would have to be down for long. */
const again = (current: () => Promise<never>) =>
  pressedPage(
    { userId: 'ada', id: 'a' },
    'rearm',
    {
      alerts: { find: async () => alert, change: unavailable },
      places: { expect: nothing },
      markets: { watch: nothing, untreat: nothing },
      prices: { current },
    },
    new Date('2026-12-01T09:00:00Z'),
  );

describe('setting an alert again by its link', () => {
  it('asks to come back while the price is not known', async () => {
    expect(await again(unavailable)).toEqual({ status: 503, body: expect.stringContaining('try again in a while') });
  });

  it('says that the feed does not have the coin any more', async () => {
    const reason = 'has no price in usd in the price feed';
    const gone = async () => {
      throw new InvalidRequest([{ field: 'coin', reason }]);
    };
    expect(await again(gone)).toEqual({ status: 409, body: expect.stringContaining(reason) });
  });

  it('says that others were faster, on a page too', async () => {
    const rivals = async () => {
      throw new ChangedMeanwhile();
    };
    expect(await again(rivals)).toEqual({ status: 409, body: expect.stringContaining('try again') });
  });

  it('tells nothing of an alert that is gone', async () => {
    const gone = async () => {
      throw new AlertNotFound();
    };
    expect((await again(gone)).status).toBe(403);
  });
});
