import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Key, unlessConditionFails } from './items.ts';

/** Where the tokens of Tasks that wait are kept: a row for each thing that is waited for, which no view shows. */
export interface TokenRows {
  /** Keeps the token of a run's Task, unless a later run has left one. */
  saveToken(id: string, run: number, token: string, now: Date): Promise<void>;
  tokenOf(id: string): Promise<string | undefined>;
}

interface Kept {
  readonly keyOf: (id: string) => Key;
  /** The table's attribute of TTL. */
  readonly ttl: string;
  /** Longer than anything is waited for; milliseconds. */
  readonly keptFor: number;
}

export function tokenRows(client: DynamoDBDocumentClient, TableName: string, { keyOf, ttl, keptFor }: Kept): TokenRows {
  return {
    async saveToken(id, run, token, now) {
      const put = new PutCommand({
        TableName,
        Item: { ...keyOf(id), token, run, [ttl]: Math.floor((now.getTime() + keptFor) / 1000) },
        ConditionExpression: 'attribute_not_exists(pk) OR run <= :run',
        ExpressionAttributeValues: { ':run': run },
      });
      await unlessConditionFails(() => client.send(put));
    },

    async tokenOf(id) {
      const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(id), ConsistentRead: true }));
      return Item && z.object({ token: z.string() }).parse(Item).token;
    },
  };
}
