import { describe, expect, it } from '@jest/globals';
import { pageCache } from '../../src/price-alerts/page-cache.ts';

const page = (...items: string[]) => ({ items });

describe('the pages that a process remembers', () => {
  it('are answered for the version that they were of, and for no other', () => {
    const cache = pageCache(10);
    cache.put('a', 3, page('x'));
    expect(cache.get('a', 3)).toEqual(page('x'));
    expect(cache.get('a', 4)).toBeUndefined();
    cache.put('a', 4, page('y'));
    expect([cache.get('a', 4), cache.get('a', 3), cache.get('b', 4)]).toEqual([page('y'), undefined, undefined]);
  });

  it('are those that were asked for last, up to so many items', () => {
    const cache = pageCache(4);
    cache.put('a', 1, page('1', '2'));
    cache.put('b', 1, page('3'));
    cache.get('a', 1);
    cache.put('c', 1, page('4', '5'));
    expect(['a', 'b', 'c'].map((name) => cache.get(name, 1))).toEqual([page('1', '2'), undefined, page('4', '5')]);
  });

  it('do not add up without items, nor when they are put again', () => {
    const cache = pageCache(2);
    for (let n = 0; n < 5; n++) cache.put('a', n, page('1', '2'));
    expect(cache.get('a', 4)).toEqual(page('1', '2'));
    for (const name of ['b', 'c', 'd']) cache.put(name, 1, page());
    expect(['a', 'b', 'c', 'd'].filter((name) => cache.get(name, name === 'a' ? 4 : 1))).toEqual(['c', 'd']);
  });

  it('do not hold one that is larger than all of it may be', () => {
    const cache = pageCache(2);
    cache.put('a', 1, page('1', '2', '3'));
    expect(cache.get('a', 1)).toBeUndefined();
  });
});
