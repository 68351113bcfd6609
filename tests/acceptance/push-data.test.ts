import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { configure } from '../support/accounts.ts';
import { said } from '../support/comments.ts';
import { giveDevice, invited, newGroup } from '../support/invitations.ts';
import { inSeconds, until } from '../support/lifecycle.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

/** SNS as far as a push goes: it takes what is published, and a test looks at it. */
const published: { target: string; message: unknown }[] = [];
const sns = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const form = new URLSearchParams(body);
  published.push({ target: form.get('TargetArn') ?? '', message: JSON.parse(form.get('Message') ?? '') });
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>push-1</MessageId></PublishResult></PublishResponse>',
  );
});
let undo: () => Promise<void>;

beforeAll(async () => {
  await new Promise<void>((resolve) => sns.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(sns.address());
  undo = await configure('send-push', { AWS_ENDPOINT_URL_SNS: `http://127.0.0.1:${port}` });
});
afterAll(async () => {
  await undo();
  sns.close();
});

const endpointOf = (person: Person) => `arn:aws:sns:us-east-1:000000000000:endpoint/APNS/carillon/${person.id}`;

async function withDevice(name: string): Promise<Person> {
  const person = await newPerson(name);
  await giveDevice(person, endpointOf(person));
  return person;
}

const Message = z.object({ APNS: z.string(), GCM: z.string() });

/** The push that comes to a person, as each platform gets it; a comment waits for others first. */
const pushTo = (person: Person) => until('the push', () => looked(person), 75);

async function looked(person: Person) {
  const found = published.find(({ target }) => target === endpointOf(person));
  if (!found) return undefined;
  const { APNS, GCM } = Message.parse(found.message);
  const { aps, ...data } = z.looseObject({ aps: z.unknown() }).parse(JSON.parse(APNS));
  return { aps, data, fcm: JSON.parse(GCM) };
}

describe('a push', () => {
  it('of a comment brings user_id, timestamp, events_comments_id, event_id and comment along', async () => {
    const [ada, ben] = [await newPerson('ada'), await withDevice('ben')];
    const starts_at = { at: '2031-12-01T09:00:00', timeZone: 'UTC' };
    const body = { title: 'Dinner', starts_at, members: [{ user_id: ben.id }] };
    const created = expectStatus(201, await ada.ask('POST', '/api/v1/events', { body }));
    const { id: event_id } = z.object({ id: z.string() }).parse(created.body);
    const comment = await said(ada, event_id, 'I bring the cake. 🍰');

    const { aps, data, fcm } = await pushTo(ben);
    expect(data).toEqual({
      user_id: ben.id,
      timestamp: expect.stringMatching(/^\d{10}$/),
      events_comments_id: comment.id,
      event_id,
      comment: 'I bring the cake. 🍰',
      deliveryId: expect.stringContaining(ben.id),
    });
    expect(aps).toMatchObject({ alert: { title: 'Dinner', body: expect.stringContaining('I bring the cake. 🍰') } });
    expect(fcm).toMatchObject({ fcmV1Message: { message: { data, notification: { title: 'Dinner' } } } });
  }, 120_000);

  it('of an invitation to a group brings user_id, group_invitation_logs_id, group_id and timestamp along', async () => {
    const [olga, ruth] = [await newPerson('olga'), await withDevice('ruth')];
    const group_id = await newGroup(olga);
    const { id } = await invited(olga, group_id, { user_id: ruth.id });
    expect((await pushTo(ruth)).data).toEqual({
      user_id: ruth.id,
      timestamp: expect.stringMatching(/^\d{10}$/),
      group_invitation_logs_id: id,
      group_id,
      deliveryId: expect.stringContaining(ruth.id),
    });
  }, 120_000);

  it('that no variables are named for brings user_id and timestamp along', async () => {
    const person = await withDevice('cleo');
    const body = {
      title: 'Tea',
      message: 'It is ready',
      schedule: { at: inSeconds(4), timeZone: 'UTC' },
      channels: ['push'],
    };
    expectStatus(201, await person.ask('POST', '/api/v1/reminders', { body }));
    const { data } = await pushTo(person);
    expect(data).toEqual({
      user_id: person.id,
      timestamp: expect.stringMatching(/^\d{10}$/),
      deliveryId: expect.stringContaining(person.id),
    });
  }, 120_000);
});
