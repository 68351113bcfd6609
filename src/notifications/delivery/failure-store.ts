import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ChannelName } from '../../channels/channel.ts';
import type { FailureReason } from '../../channels/outcome.ts';
import { unlessConditionFails } from '../../shared/dynamodb/items.ts';
import { SHARDS } from '../../shared/shard.ts';
import { DAY } from '../../shared/time.ts';
import { channelOf } from './delivery.ts';
import { batchPrefix, failedOn, keptUntil, type Redriven, type RedrivenBatch } from './delivery-store.ts';

const IndexKey = z.object({ pk: z.string(), sk: z.string(), failed_on: z.string(), failed_at: z.string() });
const Found = IndexKey.extend({ failed_for: z.array(z.string()) });

/** How far the index has been read: a day in UTC (milliseconds), a shard, and the last entry seen there. */
export const FailureCursor = z.object({ day: z.number().int(), shard: z.number().int(), after: IndexKey.optional() });
export type FailureCursor = z.output<typeof FailureCursor>;

/** A page is full from so many batches on, and has less than twice as many. */
const FEW = 50;
/** In one call; the next one goes on. Failures for other reasons, and days without any, are read, too. */
const MOST_QUERIES = 1000;

/** Failures for one reason, on one channel or on all, at instants from `from` up to, but not at, `to`. */
export interface Window {
  readonly reason: FailureReason;
  readonly channel?: ChannelName | undefined;
  readonly from: Date;
  readonly to: Date;
}

/** A batch of a dispatch, as it was selected. */
export const BatchName = z.object({ dispatchId: z.string(), batch: z.string() });
export type BatchName = z.output<typeof BatchName>;

/** What of the delivery log (`delivery-store.ts`) is about failures, and about making them anew. */
export interface FailureStore {
  /**
   * A page of the batches in which something failed, less than a hundred, and where to go on; undefined at the end. Eventually consistent:
   * what failed this moment may be missing. A batch may be on several pages.
   */
  failures(
    window: Window,
    cursor: FailureCursor | undefined,
  ): Promise<{ batches: BatchName[]; next: FailureCursor | undefined }>;
  /** Makes deliveries of a batch anew, for the `n`-th time. Undefined when somebody else has done so. */
  makeAnew(
    batch: BatchName,
    n: number,
    userIds: readonly string[],
    redriven: Redriven,
    now: Date,
  ): Promise<string | undefined>;
  /** Hands what was made anew to a later execution; one that is later still keeps it. */
  takeOver(dispatchId: string, made: RedrivenBatch, run: number, now: Date): Promise<void>;
}

/** `batch#email#00001#…` → `email#00001` */
const batchOf = (sk: string) => z.string().parse(/^batch#([a-z]+#[^#]+)#/.exec(sk)?.[1]);

export function failureStore(client: DynamoDBDocumentClient, table: string): FailureStore {
  /** Some of one day and shard, and the last key where there may be more. */
  async function look({ from, to }: Window, { day, shard, after }: FailureCursor) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'failed',
        KeyConditionExpression: 'failed_on = :on AND failed_at BETWEEN :from AND :last',
        ExpressionAttributeValues: {
          ':on': failedOn(new Date(day).toISOString(), shard),
          ':from': from.toISOString(),
          ':last': new Date(to.getTime() - 1).toISOString(),
        },
        ExclusiveStartKey: after,
        Limit: FEW,
      }),
    );
    return {
      items: Items.map((item) => Found.parse(item)),
      after: LastEvaluatedKey && IndexKey.parse(LastEvaluatedKey),
    };
  }

  const item = (dispatchId: string, made: Pick<RedrivenBatch, 'name' | 'recipients' | 'redriven'>, now: Date) => ({
    pk: dispatchId,
    sk: batchPrefix(made.name),
    recipients: made.recipients,
    redriven: made.redriven,
    expires_at: keptUntil(now),
  });

  return {
    async failures(window, cursor) {
      const found = new Map<string, BatchName>();
      let at = cursor ?? { day: Math.floor(window.from.getTime() / DAY) * DAY, shard: 0 };
      const isOver = () => at.day >= window.to.getTime();
      for (let queries = 0; !isOver() && found.size < FEW && queries < MOST_QUERIES; queries++) {
        const { items, after } = await look(window, at);
        for (const { pk, sk, failed_for } of items) {
          if (!failed_for.includes(window.reason)) continue;
          const batch = { dispatchId: pk, batch: batchOf(sk) };
          if (window.channel === undefined || channelOf(batch.batch) === window.channel)
            found.set(`${pk} ${batch.batch}`, batch);
        }
        at = following(at, after);
      }
      return { batches: [...found.values()], next: isOver() ? undefined : at };
    },

    async makeAnew({ dispatchId, batch }, n, recipients, redriven, now) {
      const name = `${batch}#~${String(n).padStart(4, '0')}`;
      const put = new PutCommand({
        TableName: table,
        Item: item(dispatchId, { name, recipients, redriven }, now),
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      return (await unlessConditionFails(() => client.send(put))) && name;
    },

    async takeOver(dispatchId, made, run, now) {
      const put = new PutCommand({
        TableName: table,
        Item: item(dispatchId, { ...made, redriven: { ...made.redriven, run } }, now),
        ConditionExpression: 'redriven.run < :run',
        ExpressionAttributeValues: { ':run': run },
      });
      await unlessConditionFails(() => client.send(put));
    },
  };
}

/** The next place to look at: on in the same shard, or the next shard, or the next day. */
function following({ day, shard }: FailureCursor, after: FailureCursor['after']): FailureCursor {
  if (after) return { day, shard, after };
  return shard + 1 < SHARDS ? { day, shard: shard + 1 } : { day: day + DAY, shard: 0 };
}
