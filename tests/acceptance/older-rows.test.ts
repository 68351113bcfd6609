import { randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from '@jest/globals';
import * as z from 'zod';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { inbox } from '../support/accounts.ts';
import { remind, settledTrace, traceOf } from '../support/lifecycle.ts';
import { tableName, tables } from '../support/tables.ts';
import { expectStatus, newPerson } from './person.ts';

/** Rows in the form in which they were written first: a stack that is updated has them for months. */
const client = tables();

const Row = z.looseObject({ pk: z.string(), sk: z.string() });
const put = (table: string, Item: object) => client.send(new PutCommand({ TableName: tableName(table), Item }));

it('the log of a dispatch tells the same', async () => {
  const ada = await newPerson('ada');
  const reminder = await remind(ada, 3, { channels: ['inbox', 'sms'] });
  const trace = await settledTrace(ada, reminder.id);
  expect(trace.deliveries.map(({ outcome }) => outcome).sort()).toEqual(['DELIVERED', 'SUPPRESSED']);

  const TableName = tableName('deliveries');
  const ExpressionAttributeValues = { ':id': trace.id };
  const { Items } = await client.send(
    new QueryCommand({ TableName, KeyConditionExpression: 'pk = :id', ExpressionAttributeValues }),
  );
  const deliveries = deliveryStore(client, TableName);
  for (const item of z.array(Row).parse(Items)) {
    if (item.sk === 'dispatch') {
      const { category, ...content } = z.looseObject({ category: z.string() }).parse(item.content);
      await put('deliveries', { ...item, content });
    } else if (item.groups !== undefined) {
      const batch = item.sk.split('#').slice(1, 3).join('#');
      const { rows } = await deliveries.readBatch(trace.id, batch);
      const { groups, ...rest } = item;
      await put('deliveries', { ...rest, rows });
    }
  }
  expect(await traceOf(ada, trace.id)).toEqual(trace);
});

const List = z.object({
  data: z.object({
    new: z.number(),
    list: z.array(z.object({ id: z.string(), is_new: z.boolean() })),
    cursor: z.string().optional(),
  }),
});

it('what is in an inbox stays there, before what comes later, and is read like it', async () => {
  const ada = await newPerson('ada');
  const older = ['2026-01-05T08:00:00.000Z', '2026-01-06T08:00:00.000Z'].map((at) => ({
    id: `${at}#${randomUUID()}_20260105T080000Z`,
    created_at: at,
  }));
  for (const item of older) {
    const about = { user_id: ada.id, key: 'reminder', data: { title: 'Tea' }, is_new: true };
    await put('notifications', { pk: `user#${ada.id}`, sk: `item#${item.id}`, ...about, ...item });
  }
  const later = { user_id: ada.id, key: 'new_post', data: {}, created_at: '2026-02-01T08:00:00.000Z' };
  const newest = await inbox.add({ ...later, source_id: randomUUID() });
  const [first = '', second = ''] = older.map(({ id }) => id);

  const ask = async (method: string, path: string, query = '') =>
    expectStatus(200, await ada.ask(method, `/api/v1/notifications/${path}?user_id=${ada.id}${query}`)).body;
  const listed = async (query = '') => List.parse(await ask('GET', 'list', query)).data;
  const isNew = async () => (await listed()).list.map(({ is_new }) => is_new);

  expect((await listed()).list.map(({ id }) => id)).toEqual([newest, second, first]);
  const { list, cursor } = await listed('&limit=2&cursor=');
  const rest = await listed(`&limit=2&cursor=${cursor}`);
  expect([...list, ...rest.list].map(({ id }) => id)).toEqual([newest, second, first]);

  await ask('POST', 'read-all', `&up_to=${encodeURIComponent(first)}`);
  expect(await isNew()).toEqual([true, true, false]);
  await ask('POST', 'read', `&notification_id=${encodeURIComponent(second)}`);
  expect(await isNew()).toEqual([true, false, false]);
  await ask('POST', 'read-all', `&up_to=${newest}`);
  expect((await listed()).new).toBe(0);
});
