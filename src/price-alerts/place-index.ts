import { type AttributeValue, QueryCommand as PlainQueryCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  NumberValue,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Market, marketId } from '../prices/market.ts';
import { Key, queryAll, unlessConditionFails, writeMany } from '../shared/dynamodb/items.ts';
import type { Page, PageRequest, Position } from '../shared/http/cursor.ts';
import type { AlertKey, LiveAlert } from './alert.ts';
import { type Place, Series } from './condition.ts';
import { alertOf, seriesKey, seriesPartition } from './keys.ts';

/**
 * Where live alerts wait: the index `watch` of the table `price-alerts` (`keys.ts`), whose rows of series say what there is to look for.
 */
export interface PlaceIndex {
  /** Alerts wait for these series of a market from this moment on. To be called before one of them is stored. Safe to repeat. */
  expect(market: Market, series: readonly Series[], now: Date): Promise<void>;
  /** Series of a market that alerts wait for, or did lately. */
  expected(market: Market): Promise<ExpectedSeries[]>;
  /** Saves what a check of a series has found, unless somebody has expected it meanwhile. */
  checked(market: Market, series: ExpectedSeries, check: Check, now: Date): Promise<void>;

  /** Some of the alerts whose place a value has come to; the same again, as long as nothing moves them. Eventually consistent. */
  reached(market: Market, place: Place, page: PageRequest): Promise<Page<AlertKey>>;
  /** Whether any alert waits at either side of a series. Eventually consistent. */
  isAwaited(market: Market, series: Series): Promise<boolean>;
}

export const ExpectedSeries = z.object({
  series: Series,
  /** When an alert began to wait for it last. */
  touched_at: z.iso.datetime(),
  /** When it was found that alerts wait for it; `idle_since` when it was first found that none does. */
  checked_at: z.iso.datetime().optional(),
  idle_since: z.iso.datetime().optional(),
});
export type ExpectedSeries = z.output<typeof ExpectedSeries>;

/** What a check of a series has found: alerts wait for it, none does, or none has for so long that it is forgotten. */
export type Check = 'awaited' | 'idle' | 'forgotten';

const watchName = (market: Market, series: Series, side: Place['side']) => `${marketId(market)}/${series}/${side}`;

/** The attributes of a live alert's row that put it into the index. */
export const watchEntry = (alert: LiveAlert) => ({
  watch: watchName(alert, alert.place.series, alert.place.side),
  bound: NumberValue.from(alert.place.bound),
});

/** Where a query of the index stopped. */
const WatchKey = z.object({ pk: z.string(), sk: z.string(), watch: z.string(), bound: z.string() });

const watchStart = (after: Position) => {
  const { pk, sk, watch, bound } = WatchKey.parse(after);
  return { pk: { S: pk }, sk: { S: sk }, watch: { S: watch }, bound: { N: bound } };
};
const watchPosition = ({ pk, sk, watch, bound }: Record<string, AttributeValue>): Position =>
  WatchKey.parse({ pk: pk?.S, sk: sk?.S, watch: watch?.S, bound: bound?.N });

export function placeIndex(client: DynamoDBDocumentClient, TableName: string): PlaceIndex {
  return {
    async expect(market, series, now) {
      const put = series.map((each) => ({ ...seriesKey(market, each), series: each, touched_at: now.toISOString() }));
      await writeMany(client, TableName, { put });
    },

    async expected(market) {
      const rows = queryAll(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': seriesPartition(market) },
        ConsistentRead: true,
      });
      return (await Array.fromAsync(rows)).map((row) => ExpectedSeries.parse(row));
    },

    async checked(market, { series, touched_at, idle_since }, check, now) {
      const condition = {
        TableName,
        Key: { ...seriesKey(market, series) },
        ConditionExpression: 'touched_at = :touched',
      };
      const touched = { ':touched': touched_at };
      await unlessConditionFails<unknown>(() =>
        check === 'forgotten'
          ? client.send(new DeleteCommand({ ...condition, ExpressionAttributeValues: touched }))
          : client.send(
              new UpdateCommand({
                ...condition,
                UpdateExpression: `SET checked_at = :now ${check === 'idle' ? ', idle_since = :idle' : 'REMOVE idle_since'}`,
                ExpressionAttributeValues: {
                  ...touched,
                  ':now': now.toISOString(),
                  ...(check === 'idle' ? { ':idle': idle_since ?? now.toISOString() } : {}),
                },
              }),
            ),
      );
    },

    // In the table's own form: bounds have more digits than numbers here have.
    async reached(market, { series, side, bound }, { limit, after }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new PlainQueryCommand({
          TableName,
          IndexName: 'watch',
          KeyConditionExpression: `#watch = :watch AND bound ${side === 'rise' ? '<=' : '>='} :value`,
          ExpressionAttributeNames: { '#watch': 'watch' },
          ExpressionAttributeValues: { ':watch': { S: watchName(market, series, side) }, ':value': { N: bound } },
          Limit: limit,
          ExclusiveStartKey: after && watchStart(after),
        }),
      );
      return {
        items: Items.map((item) => alertOf(Key.parse({ pk: item.pk?.S, sk: item.sk?.S }))),
        next: LastEvaluatedKey && watchPosition(LastEvaluatedKey),
      };
    },

    async isAwaited(market, series) {
      for (const side of ['rise', 'fall'] as const) {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName,
            IndexName: 'watch',
            KeyConditionExpression: '#watch = :watch',
            ExpressionAttributeNames: { '#watch': 'watch' },
            ExpressionAttributeValues: { ':watch': watchName(market, series, side) },
            Limit: 1,
          }),
        );
        if (Items.length > 0) return true;
      }
      return false;
    },
  };
}
