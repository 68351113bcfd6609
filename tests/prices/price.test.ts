import { expect, it } from '@jest/globals';
import { comparePrices, Price } from '../../src/prices/price.ts';

it.each([
  ['64250.50', '64250.5'],
  ['007', '7'],
  ['0.000000000000000001', '0.000000000000000001'],
  ['999999999999999.999999999999999999', '999999999999999.999999999999999999'],
])('%s is the price %s', (text, price) => {
  expect(Price.parse(text)).toBe(price);
});

it.each(['', '0', '0.000', '-1', '1e3', '1,5', '1.', '.5', 'NaN', 'Infinity', '1'.repeat(16), `0.${'0'.repeat(18)}1`])(
  '%j is no price',
  (text) => {
    expect(Price.safeParse(text).success).toBe(false);
  },
);

it('compares what floats cannot tell apart', () => {
  expect(comparePrices('0.1000000000000000001', '0.1')).toBe(1);
  expect(comparePrices('10', '9')).toBe(1);
  expect(comparePrices('9007199254740993', '9007199254740992')).toBe(1);
  expect(comparePrices('5', '5')).toBe(0);
});
