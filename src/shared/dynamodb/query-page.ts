import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Page, type PageRequest, positionOf } from '../http/cursor.ts';

/** One page of what a query finds, read by a schema. */
export async function queryPage<S extends z.ZodType>(
  client: DynamoDBDocumentClient,
  schema: S,
  query: QueryCommandInput,
  { limit, after }: PageRequest,
): Promise<Page<z.output<S>>> {
  const { Items, LastEvaluatedKey } = await client.send(
    new QueryCommand({ ...query, Limit: limit, ExclusiveStartKey: after }),
  );
  return { items: z.array(schema).parse(Items ?? []), next: positionOf(LastEvaluatedKey) };
}
