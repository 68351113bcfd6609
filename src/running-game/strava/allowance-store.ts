import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Key, unlessConditionFails } from '../../shared/dynamodb/items.ts';
import { reader } from './strava-rows.ts';

/** Until when nobody asks Strava anything. The row is described in `strava-store.ts`. */
export interface AllowanceStore {
  usedUpUntil(): Promise<Date | undefined>;
  useUp(until: Date): Promise<void>;
}

const ALLOWANCE: Key = { pk: 'allowance', sk: 'allowance' };

export function allowanceStore(client: DynamoDBDocumentClient, TableName: string): AllowanceStore {
  const get = reader(client, TableName);

  return {
    async usedUpUntil() {
      const row = await get(z.object({ until: z.iso.datetime() }), ALLOWANCE);
      return row && new Date(row.until);
    },

    async useUp(until) {
      const update = new UpdateCommand({
        TableName,
        Key: ALLOWANCE,
        UpdateExpression: 'SET #until = :until',
        ConditionExpression: 'attribute_not_exists(pk) OR #until < :until',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':until': until.toISOString() },
      });
      await unlessConditionFails(() => client.send(update));
    },
  };
}
