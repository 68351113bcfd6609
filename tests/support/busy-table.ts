import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

const Put = z.object({ Item: z.record(z.string(), z.unknown()) });

/** A table with one item, which answers as DynamoDB does while a transaction is at it to the puts of these numbers, from 1 on. */
export async function busyTable(puts: readonly number[]) {
  const asked: string[] = [];
  let item: unknown;
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      asked.push(action);
      const refused = action === 'PutItem' && puts.includes(asked.filter((each) => each === 'PutItem').length);
      if (action === 'PutItem' && !refused) item = Put.parse(JSON.parse(Buffer.concat(parts).toString())).Item;
      response.writeHead(refused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      const conflict = { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException', message: '' };
      response.end(JSON.stringify(refused ? conflict : action === 'GetItem' ? { Item: item } : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    /** The actions that were asked for. */
    asked,
    close(): void {
      client.destroy();
      server.close();
    },
  };
}
