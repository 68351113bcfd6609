import { expect, it } from '@jest/globals';
import { formatTokens, parseTokens } from '../../../src/running-game/wallet/ledger.ts';

it.each([
  ['0', 0],
  ['12', 12_000_000],
  ['12.5', 12_500_000],
  ['0.000001', 1],
  ['-0.01', -10_000],
  ['9007199254.740991', Number.MAX_SAFE_INTEGER],
])('%s tokens are %i millionths, and are written like that again', (text, millionths) => {
  expect(parseTokens(text)).toBe(millionths);
  expect(formatTokens(millionths)).toBe(text);
});

it.each(['', '-', '1.', '.5', '1.0000001', '1e3', '0x1', ' 1', '1,5', '+1', '9007199254.740992', '12345678901'])(
  '“%s” is no number of tokens',
  (text) => expect(parseTokens(text)).toBeUndefined(),
);
