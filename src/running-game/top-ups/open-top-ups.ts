import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { OpenEntry, openEntries } from '../../shared/dynamodb/open-index.ts';

/** Those of one shard that an execution has to do with since `until` or earlier, earliest first; apart from the store, which knows of chains. */
export const openTopUps =
  (client: DynamoDBDocumentClient, table: string) =>
  (shard: number, until: Date): AsyncIterable<OpenEntry> =>
    openEntries(client, table, OpenEntry, shard, until);
