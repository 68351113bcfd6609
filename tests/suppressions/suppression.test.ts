import { describe, expect, test } from '@jest/globals';
import { addressOf, normalised, SuppressionNotFound, suppressionId } from '../../src/suppressions/suppression.ts';

describe('a suppressed address', () => {
  test.each([
    ['email', ' Ada.Lovelace+news@Example.COM ', 'ada.lovelace+news@example.com'],
    ['email', 'ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['sms', ' +48123456789 ', '+48123456789'],
    ['sms', '0048123456789', null],
    ['sms', 'ada@example.com', null],
    ['email', 'ada', null],
    ['email', 'a@example.com, b@example.com', null],
  ] as const)('on %s: %p is %p', (channel, given, expected) => {
    expect(normalised(channel, given)).toBe(expected);
  });

  test.each([
    { channel: 'email', address: 'a/b?c#d%e@example.com' },
    { channel: 'sms', address: '+48123456789' },
  ] as const)('has an id that stands in a path: $address', (about) => {
    expect(suppressionId(about)).toMatch(/^[\w-]+$/);
    expect(addressOf(suppressionId(about))).toEqual(about);
    expect(addressOf(about.address.toUpperCase())).toEqual(about);
  });

  test.each(['junk', '', 'x'.repeat(1000), Buffer.from('push#x').toString('base64url'), '+1', '@', 'a@b@'])(
    'is not named by %p',
    (id) => expect(() => addressOf(id)).toThrow(SuppressionNotFound),
  );
});
