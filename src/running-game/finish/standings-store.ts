import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../../shared/chunks.ts';
import { getMany, type Key, unlessConditionFails } from '../../shared/dynamodb/items.ts';
import { Standing } from './standing.ts';

/**
 * Standings, in the table `game-events` (`events/game-event-store.ts`)
 *
 * | pk                   | sk                  | holds |
 * | -------------------- | ------------------- | --- |
 * | standings#<event id> | page#<n, 5 digits>  | `standings`: a hundred places; `run`: the event's execution that has stored them |
 */
export interface StandingsStore {
  /** Stores the standings of an event, the first place first, as its `run`-th execution has made them. What a later one has stored stays. */
  save(eventId: string, run: number, standings: readonly Standing[]): Promise<void>;
  /** So many places after another one, as far as there are any. Consistent. */
  after(eventId: string, place: number, count: number): Promise<Standing[]>;
}

const A_PAGE = 100;
const PAGES_AT_ONCE = 4;

const pageKey = (eventId: string, n: number): Key => ({
  pk: `standings#${eventId}`,
  sk: `page#${String(n).padStart(5, '0')}`,
});
const StandingsPage = z.object({ standings: z.array(Standing) });

export function standingsStore(client: DynamoDBDocumentClient, TableName: string): StandingsStore {
  async function savePage(eventId: string, n: number, run: number, standings: readonly Standing[]) {
    const put = new PutCommand({
      TableName,
      Item: { ...pageKey(eventId, n), run, standings },
      ConditionExpression: 'attribute_not_exists(pk) OR run <= :run',
      ExpressionAttributeValues: { ':run': run },
    });
    await unlessConditionFails(() => client.send(put));
  }

  return {
    async save(eventId, run, standings) {
      const pages = chunks(standings, A_PAGE).map((page, n) => ({ page, n }));
      for (const some of chunks(pages, PAGES_AT_ONCE))
        await Promise.all(some.map(({ page, n }) => savePage(eventId, n, run, page)));
    },

    async after(eventId, place, count) {
      if (count <= 0) return [];
      const [first, last] = [Math.floor(place / A_PAGE), Math.floor((place + count - 1) / A_PAGE)];
      const keys = Array.from({ length: last - first + 1 }, (_, n) => pageKey(eventId, first + n));
      const pages = await getMany(client, TableName, keys, { consistent: true });
      return pages
        .flatMap((page) => StandingsPage.parse(page).standings)
        .filter((each) => each.place > place && each.place <= place + count)
        .sort((a, b) => a.place - b.place);
    },
  };
}
