import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { resolveFile } from '../../local/machines.ts';
import { aws } from './tables.ts';

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const Index = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});
const Declared = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema,
  GlobalSecondaryIndexes: z.array(Index).optional(),
  LocalSecondaryIndexes: z.array(Index).optional(),
});

const dynamo = new DynamoDBClient(aws);

/** A table of a test's own, as `tables.yml` of a domain declares it under `resource`: no function of the stack knows of it. */
export async function ownTable(domain: string, resource: string): Promise<{ name: string; remove(): Promise<void> }> {
  const file = z.record(z.string(), z.object({ Properties: z.unknown() }));
  const declared = file.parse(resolveFile(`src/${domain}/tables.yml`, 'serverless-api.yml'));
  const TableName = `own-${randomUUID().slice(0, 8)}`;
  const properties = Declared.parse(declared[resource]?.Properties);
  await dynamo.send(new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', ...properties }));
  return {
    name: TableName,
    remove: async () => void (await dynamo.send(new DeleteTableCommand({ TableName }))),
  };
}
