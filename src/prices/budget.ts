import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unlessConditionFails } from '../shared/dynamodb/items.ts';
import { MINUTE } from '../shared/time.ts';

/** How often the feed may be asked on behalf of people, by all functions together. */
export interface Budget {
  /** False when what there is for this minute is used up. */
  take(now: Date): Promise<boolean>;
}

/** Rows are of no use after their minute. Milliseconds. */
const KEPT_FOR = 10 * MINUTE;

/** So many requests a minute, counted in the table `prices` (`market-store.ts`). */
export const minuteBudget = (client: DynamoDBDocumentClient, table: string, most: number): Budget => ({
  async take(now) {
    const minute = now.toISOString().slice(0, 'YYYY-MM-DDThh:mm'.length);
    const count = new UpdateCommand({
      TableName: table,
      Key: { pk: 'feed', sk: `asked#${minute}` },
      UpdateExpression: 'ADD asked :one SET expires_at = :end',
      ConditionExpression: 'attribute_not_exists(asked) OR asked < :most',
      ExpressionAttributeValues: {
        ':one': 1,
        ':most': most,
        ':end': Math.ceil((now.getTime() + KEPT_FOR) / 1000),
      },
    });
    return (await unlessConditionFails(() => client.send(count))) !== undefined;
  },
});
