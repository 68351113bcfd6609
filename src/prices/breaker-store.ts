import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unlessConditionFails } from '../shared/dynamodb/items.ts';
import { Breaker, CLOSED } from './breaker.ts';

/** The one breaker of an installation, in the table `prices` (`market-store.ts`). */
export interface BreakerStore {
  /** As it is this moment. */
  read(): Promise<Breaker>;
  /** False when it was changed since it had the version before this one's. */
  write(breaker: Breaker): Promise<boolean>;
}

const KEY = { pk: 'feed', sk: 'breaker' };

export const breakerStore = (client: DynamoDBDocumentClient, table: string): BreakerStore => ({
  async read() {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
    return Item ? Breaker.parse(Item) : CLOSED;
  },

  async write(breaker) {
    const put = new PutCommand({
      TableName: table,
      Item: { ...KEY, ...breaker },
      ConditionExpression: 'attribute_not_exists(pk) OR version = :before',
      ExpressionAttributeValues: { ':before': breaker.version - 1 },
    });
    return (await unlessConditionFails(() => client.send(put))) !== undefined;
  },
});
