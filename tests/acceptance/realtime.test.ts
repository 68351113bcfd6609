import { randomUUID } from 'node:crypto';
import { ApiGatewayManagementApiClient, DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openInbox } from '../../client/realtime.ts';
import { until } from '../../local/client.ts';
import { notificationExecution } from '../../src/notifications/notification.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { connectionStore } from '../../src/realtime/connection-store.ts';
import { chunks } from '../../src/shared/chunks.ts';
import { inbox, newPerson, request } from '../support/accounts.ts';
import { setFaults } from '../support/faults.ts';
import { machineArn } from '../support/machines.ts';
import { addPeople } from '../support/people.ts';
import { handshake, openSocket, socketUrl, type TestSocket } from '../support/sockets.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { address, prefix } from '../support/where.ts';
import { forgedTokens, tokenWith } from './forged-tokens.ts';

const sfn = new SFNClient(aws);
const lambda = new LambdaClient(aws);
const notifications = notificationStore(tables(), tableName('notifications'));
const connections = connectionStore(tables(), tableName('connections'));
const seconds = (date = new Date()) => Math.floor(date.getTime() / 1000);

let gateway: ApiGatewayManagementApiClient;
let ada: Awaited<ReturnType<typeof newPerson>>;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  ada = await newPerson();
  gateway = new ApiGatewayManagementApiClient({ ...aws, endpoint: (await socketUrl()).replace('ws', 'http') });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

async function open(token: string): Promise<TestSocket> {
  const socket = await openSocket(token);
  sockets.push(socket);
  return socket;
}

/** A token of somebody who is in no pool, as the pool would give it. */
const tokenOf = (userId: string, changes: Record<string, unknown> = {}) =>
  tokenWith(ada.token, { sub: userId, ...changes });

/** Delivers a notification to inboxes; the status of its execution. */
async function notify(userIds: string[]) {
  const id = randomUUID();
  const content = { key: 'news', category: 'announcements' as const, variables: { about: 'a post' } };
  await notifications.create(
    {
      id,
      fingerprint: id,
      sender_id: 'test',
      recipients: userIds.length,
      channels: ['inbox'],
      content,
      run: 1,
      created_at: new Date().toISOString(),
    },
    userIds,
  );
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: machineArn('notification-delivery'),
      name: notificationExecution(id, 1),
      input: JSON.stringify({ notificationId: id, run: 1 }),
    }),
  );
  return until('the end of the delivery', 60, async () => {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' ? undefined : status;
  });
}

const openOf = async (userId: string) => (await connections.findMany([userId])).get(userId) ?? [];

const closeEnded = async () => {
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: `${prefix}-close-sockets` }));
  expect(FunctionError).toBeUndefined();
};

describe('a socket opens', () => {
  it.each([
    ['an id token', () => ada.token],
    ['an access token', () => ada.access_token],
  ])('for %s, in the query or the header', async (_, token) => {
    expect(await handshake({ query: token() })).toBe(101);
    expect(await handshake({ header: token() })).toBe(101);
    expect(await handshake({ header: `Bearer ${token()}` })).toBe(101);
  });

  it('for nothing else', async () => {
    const refused = Object.entries(await forgedTokens(ada.token));
    expect(refused.length).toBeGreaterThan(8);
    const statuses = [];
    for (const [what, header] of refused) {
      statuses.push([
        what,
        await handshake({ header }),
        await handshake({ query: header?.replace('Bearer ', '') ?? '' }),
      ]);
    }
    expect(statuses).toEqual(refused.map(([what]) => [what, 403, 403]));
    const client = await tokenWith(ada.access_token, { client_id: 'another-client' });
    expect(await handshake({ query: client })).toBe(403);
  });
});

describe('an open socket', () => {
  it('answers a ping, and anything else with what it understands', async () => {
    const socket = await open(ada.token);
    socket.say('{"action": "ping"}');
    expect(await socket.nth(1)).toEqual({ type: 'pong' });
    for (const said of ['ping', '{"action": "delete everything"}', '[]']) socket.say(said);
    expect((await socket.nth(4)).type).toBe('error');
    expect(socket.messages.slice(1).map(({ type }) => type)).toEqual(['error', 'error', 'error']);
  });

  it("gets the person's notifications as the list shows them, with the count; the person's other sockets too, nobody else's", async () => {
    const { ids } = await addPeople(2);
    const [mine = '', other = ''] = ids;
    const first = await open(await tokenOf(mine));
    const second = await open(await tokenOf(mine));
    const stranger = await open(await tokenOf(other));
    expect(await notify([mine])).toBe('SUCCEEDED');
    const [item] = await inbox.list(mine, { archived: false }, 0, 1);
    expect(await first.nth(1)).toEqual({
      type: 'notification',
      notification: {
        id: item?.id,
        timestamp: seconds(new Date(item?.created_at ?? '')),
        is_new: true,
        user_id: mine,
        key: 'news',
        target_id: null,
        data: { about: 'a post' },
      },
      unread: 1,
    });
    expect(await second.nth(1)).toEqual(await first.nth(1));
    await notify([mine, other]);
    expect((await first.nth(2)).unread).toBe(2);
    expect((await stranger.nth(1)).notification?.user_id).toBe(other);
    expect(stranger.messages).toHaveLength(1);
  });

  it('hears the count when something is read, archived or put back elsewhere', async () => {
    const [one, other] = [await open(ada.token), await open(ada.access_token)];
    await notify([ada.user_id]);
    await notify([ada.user_id]);
    const { id = '' } = (await one.nth(2)).notification ?? {};
    const change = async (path: string) => {
      const answer = await request('POST', `/notifications/${path}user_id=${ada.user_id}`, { token: ada.token });
      expect(answer.status).toBe(200);
    };
    await change(`read?notification_id=${id}&`);
    await change('read-all?');
    await change(`archive?notification_id=${id}&`);
    await change(`unarchive?notification_id=${id}&`);
    for (const socket of [one, other]) {
      await socket.nth(6);
      expect(socket.messages.slice(2)).toEqual([1, 0, 0, 0].map((unread) => ({ type: 'unread', unread })));
    }
  });

  it('is forgotten when it closes', async () => {
    const person = randomUUID();
    const socket = await open(await tokenOf(person));
    expect(await openOf(person)).toHaveLength(1);
    socket.close();
    await until('the end of the connection', 20, async () => (await openOf(person)).length === 0 || undefined);
  });

  it('makes room when the person opens more than twenty', async () => {
    const person = randomUUID();
    const token = await tokenOf(person);
    const first = await open(token);
    // Connections are told apart by second.
    await until('the next second', 5, async () => ((await openOf(person))[0]?.openedAt ?? 0) < seconds() || undefined);
    for (let n = 0; n < 20; n++) await open(token);
    await first.ended();
    expect(sockets.filter((each) => each.isClosed())).toEqual([first]);
    expect(await openOf(person)).toHaveLength(20);
  });
});

it('200 sockets get what is their own and nothing else', async () => {
  const { ids } = await addPeople(100);
  const owners = new Map<TestSocket, string>();
  // A few at a time: the emulator starts a process for each handshake that it is busy with.
  for (const some of chunks([...ids, ...ids], 4)) {
    await Promise.all(some.map(async (id) => owners.set(await open(await tokenOf(id)), id)));
  }
  // And what is pushed at once: a push waits for the gateway for a few seconds only.
  for (const some of chunks(ids, 25)) expect(await notify(some)).toBe('SUCCEEDED');
  for (const [socket, owner] of owners) expect((await socket.nth(1)).notification?.user_id).toBe(owner);
  expect([...owners.keys()].map(({ messages }) => messages.length)).toEqual(Array(200).fill(1));
}, 180_000);

describe('a socket that is no more', () => {
  const dead = { id: 'dead=', endsAt: seconds() + 600, openedAt: seconds() - 60 };

  it('is dropped when something is to be pushed to it, and the delivery is none the worse', async () => {
    const { ids } = await addPeople(1);
    const [person = ''] = ids;
    const alive = await open(await tokenOf(person));
    const opening = { id: 'opening=', endsAt: seconds() + 600, openedAt: seconds() + 60 };
    for (const each of [dead, opening]) await connections.add(person, each, new Date());
    expect(await notify([person])).toBe('SUCCEEDED');
    expect((await alive.nth(1)).unread).toBe(1);
    const left = await openOf(person);
    expect(left).not.toContainEqual(dead);
    expect(left).toContainEqual(opening);
    expect(left).toHaveLength(2);
  });

  it('is dropped by a change of the count too, and the change is made', async () => {
    await connections.add(ada.user_id, dead, new Date());
    const answer = await request('POST', `/notifications/read-all?user_id=${ada.user_id}`, { token: ada.token });
    expect(answer.status).toBe(200);
    expect(await openOf(ada.user_id)).not.toContainEqual(dead);
  });
});

it('a gateway that fails takes nothing from the delivery, and drops nobody', async () => {
  const { ids } = await addPeople(1);
  const [person = ''] = ids;
  const socket = await open(await tokenOf(person));
  // One push, and its second try.
  await setFaults([{ service: 'apigateway', action: 'POST', times: 2, status: 500 }]);
  expect(await notify([person])).toBe('SUCCEEDED');
  expect((await inbox.count(person)).unread).toBe(1);
  expect(await openOf(person)).toHaveLength(1);
  await setFaults([]);
  await notify([person]);
  expect((await socket.nth(1)).unread).toBe(2);
});

describe('when its token has ended', () => {
  it('a socket gets nothing more, and is closed; those with a token that goes on stay', async () => {
    const { ids } = await addPeople(1);
    const [person = ''] = ids;
    const stays = await open(await tokenOf(person));
    const exp = seconds() + 10;
    const ends = await open(await tokenOf(person, { exp }));
    await until('the end of the token', 20, async () => seconds() > exp || undefined);
    await notify([person]);
    await stays.nth(1);
    expect(ends.messages).toEqual([]);
    await closeEnded();
    await ends.ended();
    expect(stays.isClosed()).toBe(false);
    expect(await openOf(person)).toHaveLength(1);
  });

  it('the last socket of a person leaves nothing behind', async () => {
    const person = randomUUID();
    await connections.add(person, { id: 'gone=', endsAt: seconds() - 5, openedAt: seconds() - 600 }, new Date());
    await closeEnded();
    expect(await openOf(person)).toEqual([]);
    expect(await Array.fromAsync(connections.ending(new Date()))).not.toContain(person);
  });
});

describe('the client', () => {
  /** What it tells; `hold` keeps it from connecting until `letGo`. */
  async function follow(account: typeof ada) {
    const told: string[] = [];
    const counts: number[] = [];
    const errors: unknown[] = [];
    let held = Promise.resolve();
    let letGo = () => {};
    const client = openInbox({
      socketUrl: `${address.replace('http', 'ws')}/realtime`,
      apiUrl: `${address}/api/v1`,
      userId: account.user_id,
      token: () => held.then(() => account.token),
      onNotification: ({ id }) => told.push(id),
      onUnread: (unread) => counts.push(unread),
      onError: (error) => errors.push(error),
    });
    clients.push(client);
    return {
      told,
      counts,
      errors,
      hold() {
        held = new Promise((resolve) => {
          letGo = resolve;
        });
      },
      letGo: () => letGo(),
      close: client.close,
      connected: () => until('a connection', 20, async () => (await openOf(account.user_id))[0]),
      disconnected: () =>
        until('no connection', 20, async () => (await openOf(account.user_id)).length === 0 || undefined),
    };
  }
  const clients: { close(): void }[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  const newest = async (userId: string) => (await inbox.list(userId, { archived: false }, 0, 10)).map(({ id }) => id);

  it('tells what comes, and what it has missed while it was not connected, once each', async () => {
    const account = await newPerson();
    await notify([account.user_id]);
    const client = await follow(account);
    const { id } = await client.connected();
    await until('the count', 20, async () => client.counts.at(-1) === 1 || undefined);
    await notify([account.user_id]);
    await until('the push', 20, async () => client.told.length === 1 || undefined);

    client.hold();
    await gateway.send(new DeleteConnectionCommand({ ConnectionId: id }));
    await client.disconnected();
    for (let n = 0; n < 3; n++) await notify([account.user_id]);
    client.letGo();
    await until('what was missed', 20, async () => client.told.length === 4 || undefined);
    await notify([account.user_id]);
    await until('the last one', 20, async () => client.told.length === 5 || undefined);

    const all = await newest(account.user_id);
    expect(all).toHaveLength(6);
    expect(client.told).toEqual(all.toReversed().slice(1));
    expect(client.counts.at(-1)).toBe(6);
    expect(client.errors).toEqual([]);
  });

  it('ends when it is closed', async () => {
    const account = await newPerson();
    const client = await follow(account);
    await client.connected();
    client.close();
    await client.disconnected();
    await notify([account.user_id]);
    expect(client.told).toEqual([]);
    expect(await openOf(account.user_id)).toEqual([]);
  });
});

it('an account that is removed loses its sockets', async () => {
  const account = await newPerson();
  const socket = await open(account.token);
  const removed = await request('DELETE', `/users/${account.user_id}`, { token: account.token });
  expect(removed.status).toBe(204);
  await socket.ended();
  expect(await openOf(account.user_id)).toEqual([]);
});
