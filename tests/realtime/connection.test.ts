import { describe, expect, it } from '@jest/globals';
import {
  type Connection,
  hasEnded,
  isOpening,
  MOST_CONNECTIONS,
  nextEnd,
  surplus,
} from '../../src/realtime/connection.ts';

const connection = (id: string, openedAt: number, endsAt = 10_000): Connection => ({ id, openedAt, endsAt });
const at = (seconds: number) => new Date(seconds * 1000);

describe('connections of one person', () => {
  it('are as many as they may be, and of more the oldest make room', () => {
    const many = Array.from({ length: MOST_CONNECTIONS + 2 }, (_, n) => connection(`c${n}`, 1000 + n));
    expect(surplus(many.slice(2))).toEqual([]);
    expect(surplus(many).map(({ id }) => id)).toEqual(['c1', 'c0']);
  });

  it('that opened in the same second make room in the same order wherever that is looked at', () => {
    const many = Array.from({ length: MOST_CONNECTIONS + 1 }, (_, n) => connection(`c${n}`, 1000));
    expect(surplus(many.toReversed())).toEqual(surplus(many));
  });

  it('end with their tokens, the first of them next', () => {
    expect(hasEnded(connection('c', 0, 500), at(499.999))).toBe(false);
    expect(hasEnded(connection('c', 0, 500), at(500))).toBe(true);
    expect(nextEnd([connection('a', 0, 700), connection('b', 0, 600)])).toBe(600);
    expect(nextEnd([])).toBeUndefined();
  });

  it('may be unknown to the gateway for the first half minute', () => {
    expect(isOpening(connection('c', 1000), at(1029))).toBe(true);
    expect(isOpening(connection('c', 1000), at(1030))).toBe(false);
  });
});
