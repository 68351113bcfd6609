import { describe, expect, it } from '@jest/globals';
import { deliveries } from '../../src/operations/sources/deliveries.ts';
import { DAY } from '../../src/shared/time.ts';

const now = new Date('2026-12-01T12:00:00Z');
const due = '2026-12-01T10:00:00.000Z';

/** Of the first shard: so many that wait for the end of quiet hours, and behind them some without an outcome. */
function sourceOf(waiting: number, lost: number) {
  const names = [
    ...Array.from({ length: waiting }, (_, n) => `waiting ${n}`),
    ...Array.from({ length: lost }, (_, n) => `lost ${n}`),
  ];
  const looked: string[] = [];
  const source = deliveries({
    kinds: [
      {
        name: 'a reminder',
        async *open(shard) {
          if (shard === 0) for (const id of names) yield { id, due };
        },
        longest: 8 * DAY,
        link: (id) => `https://example.com/${id}`,
      },
    ],
    async undelivered(id) {
      looked.push(id);
      return id.startsWith('lost') ? 2 : 0;
    },
  });
  return { source, looked };
}

describe('deliveries without an outcome', () => {
  it('are found behind many that rightly wait', async () => {
    const { source } = sourceOf(150, 1);
    expect(await source.look(now)).toMatchObject([{ source: 'deliveries', about: 'lost 0', since: due, count: 2 }]);
  });

  it('are looked for up to a bound', async () => {
    const many = sourceOf(1000, 0);
    expect(await many.source.look(now)).toEqual([]);
    expect(many.looked).toHaveLength(200);
    const lost = sourceOf(0, 1000);
    expect((await lost.source.look(now)).at(-1)).toMatchObject({ about: 'more', count: 5 });
    expect(lost.looked).toHaveLength(25);
  });
});
