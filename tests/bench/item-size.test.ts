import { expect, it } from '@jest/globals';
import { itemSize } from '../../bench/item-size.ts';

it.each([
  ['a string, by its bytes in UTF-8', { name: 'zażółć' }, 4 + 10],
  ['a number, by its pairs of digits', { n: 12_345 }, 1 + 3 + 1],
  ['zeros at either end, not at all', { n: 1_000 }, 1 + 1 + 1],
  ['a negative number, by a byte more', { n: -7 }, 1 + 1 + 1 + 1],
  ['true and null, by a byte', { a: true, b: null }, 1 + 1 + 1 + 1],
  ['an empty list', { l: [] }, 1 + 3],
  ['a list, by a byte more for each element', { l: ['ab', 'cd'] }, 1 + 3 + 2 * (1 + 2)],
  ['a map within a list', { l: [{ k: 'v' }] }, 1 + 3 + 1 + (3 + 1 + 1 + 1)],
  ['what is not stored, not at all', { a: 'x', b: undefined }, 2],
])('counts %s', (_, item, bytes) => {
  expect(itemSize(item)).toBe(bytes);
});
