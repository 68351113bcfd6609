import { describe, expect, it } from '@jest/globals';
import { AlertDraft } from '../../src/price-alerts/alert-draft.ts';
import { fieldErrors } from '../../src/shared/http/route.ts';

const wrong = (draft: object) => {
  const { error } = AlertDraft.safeParse(draft);
  return error ? fieldErrors(error) : [];
};

describe('what somebody asks for', () => {
  it.each([
    ['64250.5', '64250.5'],
    ['064250.50', '64250.5'],
    [64250.5, '64250.5'],
    [1e-7, '0.0000001'],
    [33000, '33000'],
    [64250.5 * 1.05, '67463.02500000001'],
  ])('may be a price as text or as a number: %p', (price, wanted) => {
    expect(AlertDraft.parse({ coin: 'bitcoin', price })).toEqual({
      coin: 'bitcoin',
      currency: 'usd',
      wanted,
      repeat: 'once',
      channels: ['email'],
    });
  });

  it.each([0, -1, 1e308, 1e-19, '', '1e5', '0', '-3', '1,5', ' 1', null, true, [1]])('is no price: %p', (price) => {
    expect(new Set(wrong({ coin: 'bitcoin', price }).map(({ field }) => field))).toEqual(new Set(['price']));
  });

  it('is a price or a condition', () => {
    const condition = { kind: 'above', price: '5' };
    const reason = 'must be there, or a condition in its place';
    expect(wrong({ coin: 'bitcoin', price: '5', condition })).toEqual([{ field: 'price', reason }]);
    expect(wrong({ coin: 'bitcoin' })).toEqual([{ field: 'price', reason }]);
    expect(AlertDraft.parse({ coin: 'bitcoin', condition }).wanted).toEqual(condition);
  });

  it('ends at an instant, wherever its clock stands', () => {
    const ending = (expires_at: string) => ({ coin: 'bitcoin', price: 5, expires_at });
    expect(AlertDraft.parse(ending('2026-12-01T08:30:00+01:00')).expires_at).toBe('2026-12-01T07:30:00.000Z');
    expect(wrong(ending('9999-12-31T23:59:59-10:00'))).toEqual([{ field: 'expires_at', reason: expect.any(String) }]);
    expect(wrong(ending('tomorrow'))).toEqual([{ field: 'expires_at', reason: expect.any(String) }]);
  });
});
