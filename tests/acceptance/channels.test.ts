import { createServer } from 'node:http';
import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  SetEndpointAttributesCommand,
} from '@aws-sdk/client-sns';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { configure, sns, textsSentTo, users } from '../support/accounts.ts';
import { setFaults } from '../support/faults.ts';
import { remind, settledTrace } from '../support/lifecycle.ts';
import { tableName, tables } from '../support/tables.ts';
import { newPerson, type Person } from './person.ts';

const Post = z.object({ content: z.string(), allowed_mentions: z.unknown() });

/** A webhook's server, which answers what the test says, and 200 by itself. */
let answers: { status: number; headers?: Record<string, string> }[] = [];
let posted: z.output<typeof Post>[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const { status, headers = {} } = answers.shift() ?? { status: 200 };
  if (status < 300) posted.push(Post.parse(JSON.parse(body)));
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ id: 'a-message' }));
});

let undo: () => Promise<void>;
let person: Person;
let endpoint = '';
const phone = `+4850${Math.floor(1_000_000 + Math.random() * 8_999_999)}`;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const origin = `http://127.0.0.1:${port}`;
  undo = await configure('post-to-discord', { DISCORD_ORIGINS: origin });
  person = await newPerson('all-channels');
  const { PlatformApplicationArn } = await sns.send(
    new CreatePlatformApplicationCommand({
      Name: 'channels',
      Platform: 'APNS',
      Attributes: { PlatformCredential: 'none' },
    }),
  );
  const made = await sns.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: person.id }));
  endpoint = z.string().parse(made.EndpointArn);
  const now = new Date().toISOString();
  // Verified as by their codes, which the tests of users go through.
  await tables().send(
    new UpdateCommand({
      TableName: tableName('users'),
      Key: { pk: `user#${person.id}`, sk: 'profile' },
      UpdateExpression:
        'SET contact_points.sms = :sms, contact_points.discord = :discord, devices = :devices, first_name = :name',
      ExpressionAttributeValues: {
        ':sms': { address: phone, verified_at: now },
        ':discord': { address: `${origin}/api/webhooks/1/token`, verified_at: now },
        ':devices': [{ id: 'phone', platform: 'apns', endpoint_arn: endpoint, added_at: now }],
        ':name': 'Grace',
      },
    }),
  );
});

afterEach(async () => {
  answers = [];
  posted = [];
  await setFaults([]);
});

afterAll(async () => {
  await undo();
  server.close();
});

async function delivered(channels: string[], more: object = {}, seconds?: number) {
  const reminder = await remind(person, 3, { channels, ...more });
  const { deliveries } = await settledTrace(person, reminder.id, seconds);
  return Object.fromEntries(deliveries.map((each) => [each.channel, each]));
}

describe('a reminder on every channel', () => {
  it('reaches the person on each, filled in for them', async () => {
    const message = 'Hello {{ recipient.first_name }}, @everyone';
    const reached = await delivered(['email', 'sms', 'push', 'inbox', 'discord'], { message });
    expect(
      Object.entries(reached)
        .map(([channel, { outcome, attempts }]) => [channel, outcome, attempts])
        .sort(),
    ).toEqual([
      ['discord', 'SENT', 1],
      ['email', 'SENT', 1],
      ['inbox', 'DELIVERED', 1],
      ['push', 'SENT', 1],
      ['sms', 'SENT', 1],
    ]);
    expect(reached.discord?.messageId).toBe('a-message');
    expect((await textsSentTo(phone)).filter((text) => text.includes('Hello Grace'))).toHaveLength(1);
    expect(posted).toEqual([{ content: expect.stringContaining('Hello Grace'), allowed_mentions: { parse: [] } }]);
    expect(posted[0]?.content).not.toContain('@everyone');
  });

  it('waits out what Discord asks for, and leaves a webhook that is gone alone', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '1' } }];
    expect((await delivered(['discord'])).discord).toMatchObject({ outcome: 'SENT', attempts: 1 });
    answers = [{ status: 404 }];
    expect((await delivered(['discord'])).discord).toMatchObject({
      outcome: 'FAILED',
      reason: 'WEBHOOK_GONE',
      attempts: 1,
    });
  });

  it('that asks for too much patience comes back later', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '8' } }];
    expect((await delivered(['discord'], {}, 60)).discord).toMatchObject({ outcome: 'SENT', attempts: 2 });
    expect(posted).toHaveLength(1);
  }, 90_000);

  it('never sends an SMS again whose answer was lost', async () => {
    const before = (await textsSentTo(phone)).length;
    await setFaults([{ service: 'sns', action: 'Publish', times: 1, lost: true, status: 504 }]);
    expect((await delivered(['sms'])).sms).toMatchObject({ outcome: 'FAILED', reason: 'OUTCOME_UNKNOWN', attempts: 1 });
    expect((await textsSentTo(phone)).length).toBe(before + 1);
  });

  it('goes on past a provider that stays down, and says so', async () => {
    await setFaults([{ service: 'sns', action: 'Publish', times: 50, status: 503 }]);
    const reached = await delivered(['sms', 'inbox'], {}, 110);
    expect(reached.sms).toMatchObject({ outcome: 'FAILED', reason: 'PROVIDER_UNAVAILABLE', attempts: 6 });
    expect(reached.inbox).toMatchObject({ outcome: 'DELIVERED' });
  }, 150_000);

  it('disables a device whose endpoint is dead', async () => {
    await sns.send(new SetEndpointAttributesCommand({ EndpointArn: endpoint, Attributes: { Enabled: 'false' } }));
    expect((await delivered(['push'])).push).toMatchObject({ outcome: 'FAILED', reason: 'ENDPOINT_DISABLED' });
    expect((await users.find(person.id))?.devices).toEqual([
      expect.objectContaining({ disabled_at: expect.any(String) }),
    ]);
    expect((await delivered(['push'])).push).toMatchObject({ outcome: 'SUPPRESSED', reason: 'NO_DEVICE' });
  });
});
