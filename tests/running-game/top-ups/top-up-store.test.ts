import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect, it } from '@jest/globals';
import { askForCoins, nameTransaction } from '../../../src/running-game/top-ups/top-up.ts';
import { topUpStore } from '../../../src/running-game/top-ups/top-up-store.ts';

const NOW = new Date('2026-12-01T18:00:00.000Z');
const terms = {
  chain_id: 1,
  asset: 'native',
  recipient: `0x${'a'.repeat(40)}`,
  amount: '1000',
  confirmations_needed: 3,
} as const;
const offer = askForCoins({ coins: 10, terms, expiry: 3600_000 }, { id: 'id', fingerprint: 'f' }, 'ada', NOW);
const hash = `0x${'1'.repeat(64)}`;

it('changes a top-up that a transaction is at a moment later', async () => {
  const asked: string[] = [];
  let item: unknown;
  // As DynamoDB answers to a write of an item that a transaction is at.
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      asked.push(action);
      const refused = action === 'PutItem' && asked.filter((each) => each === 'PutItem').length === 2;
      if (action === 'PutItem' && !refused) item = JSON.parse(Buffer.concat(parts).toString()).Item;
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
  try {
    const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    const store = topUpStore(document, 'top-ups');
    await store.create(offer);
    const changed = await store.change('id', (topUp) => nameTransaction(topUp, 'ada', hash, NOW));
    expect(changed).toMatchObject({ transaction: hash });
    expect(await store.find('id')).toEqual(changed);
    expect(asked).toEqual(['PutItem', 'GetItem', 'PutItem', 'GetItem', 'PutItem', 'GetItem']);
  } finally {
    client.destroy();
    server.close();
  }
});
