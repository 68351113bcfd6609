import { describe, expect, it } from '@jest/globals';
import { game } from '../../src/operations/sources/game.ts';
import { HOUR } from '../../src/shared/time.ts';

const now = new Date('2026-12-01T23:00:00.000Z');
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();

interface Open {
  readonly id: string;
  readonly due: string;
}

/** A look at what is open, all of one shard; an event may take an hour, a run half of one. */
async function look(events: readonly Open[], runs: readonly Open[]) {
  let read = 0;
  const kind = (name: string, longest: number, open: readonly Open[]) => ({
    name,
    longest,
    async *open(shard: number, until: Date) {
      for (const each of shard === 3 ? open : []) {
        if (each.due > until.toISOString()) return;
        read++;
        yield { ...each, run: 1 };
      }
    },
    link: (id: string) => `https://example.com/${id}`,
  });
  const source = game([kind('The finish of an event', HOUR, events), kind('The territory of a run', HOUR / 2, runs)]);
  const found = await source.look(now);
  return { found, read };
}

describe('what is overdue in the game', () => {
  it('is found of each kind when it is under way for longer than that can take', async () => {
    const { found } = await look(
      [
        { id: 'stuck', due: ago(HOUR) },
        { id: 'late uploads', due: ago(HOUR - 1) },
      ],
      [
        { id: 'lost', due: ago(HOUR / 2) },
        { id: 'being captured', due: ago(HOUR / 2 - 1) },
      ],
    );
    expect(found).toEqual([
      {
        source: 'game',
        about: 'The finish of an event#stuck',
        what: `The finish of an event is overdue: it was due at ${ago(HOUR)} and is not settled`,
        where: 'stuck',
        since: ago(HOUR),
        count: 1,
        link: 'https://example.com/stuck',
      },
      expect.objectContaining({ about: 'The territory of a run#lost', since: ago(HOUR / 2) }),
    ]);
  });

  it('is looked for up to a bound, and many are counted', async () => {
    const many = Array.from({ length: 100 }, (_, n) => ({ id: `${n}`, due: ago(2 * HOUR) }));
    const { found, read } = await look(many, []);
    expect([found.length, found.at(-1)?.count, read]).toEqual([21, 5, 25]);
  });
});
