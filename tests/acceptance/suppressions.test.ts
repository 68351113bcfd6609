import { randomInt, randomUUID } from 'node:crypto';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { batchName, latestRows } from '../../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { recordMailReport } from '../../src/notifications/delivery/report-delivery.ts';
import { sns, suppressions, textsSentTo } from '../support/accounts.ts';
import { occurrencesOf, remind, settledTrace, traceOf, until } from '../support/lifecycle.ts';
import { mailsGoTo } from '../support/mail-server.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { prefix } from '../support/where.ts';
import { expectStatus, newMember, newPerson, type Person } from './person.ts';

const deliveries = deliveryStore(tables(), tableName('deliveries'));

const topic = (name: string) => `arn:aws:sns:us-east-1:000000000000:${prefix}-${name}`;
const publish = (name: string, message: unknown) =>
  sns.send(
    new PublishCommand({
      TopicArn: topic(name),
      Message: typeof message === 'string' ? message : JSON.stringify(message),
    }),
  );

/** An address of SES's mailbox simulator, which bounces, complains, or is suppressed by SES itself. */
const simulated = (what: string) => `${what}+${randomUUID().slice(0, 8)}@simulator.amazonses.com`;

async function mailed(person: Person) {
  const reminder = await remind(person, 3, { channels: ['email'] });
  const { deliveries } = await settledTrace(person, reminder.id);
  return { reminderId: reminder.id, delivery: deliveries[0] };
}

/** The one delivery of a reminder, once its outcome is this. */
const becomes = (person: Person, reminderId: string, outcome: string) =>
  until(`the outcome ${outcome}`, async () => {
    const [occurrence] = await occurrencesOf(person, reminderId);
    const { deliveries } = await traceOf(person, occurrence?.id ?? '');
    return deliveries[0]?.outcome === outcome ? deliveries[0] : undefined;
  });

const suppressed = (channel: 'email' | 'sms', address: string) =>
  until(`the suppression of ${address}`, () => suppressions.find(channel, address));

let admin: Person;
beforeAll(async () => {
  admin = await newMember('admin', 'admins');
});

const Page = z.object({
  items: z.array(z.looseObject({ id: z.string(), address: z.string(), channel: z.string(), reason: z.string() })),
  cursor: z.string().optional(),
});
const list = async (query: string) =>
  Page.parse(expectStatus(200, await admin.ask('GET', `/api/v1/admin/suppressions?${query}`)).body);

describe('a mail that bounces', () => {
  it('says so in the trace, keeps the next one from being sent, and goes again when an administrator lifts it', async () => {
    const person = await newPerson('bouncing', simulated('bounce'));
    const { reminderId } = await mailed(person);
    expect(await becomes(person, reminderId, 'BOUNCED')).toMatchObject({ reason: 'BOUNCE_REPORTED', attempts: 1 });
    expect(await suppressed('email', person.email)).toMatchObject({
      reason: 'BOUNCE',
      source: 'ses',
      detail: 'General',
    });

    expect((await mailed(person)).delivery).toMatchObject({
      outcome: 'SUPPRESSED',
      reason: 'ADDRESS_SUPPRESSED',
      attempts: 0,
    });

    const [found] = (await list(`address=${encodeURIComponent(person.email.toUpperCase())}`)).items;
    expect(found).toMatchObject({ address: person.email, channel: 'email', reason: 'BOUNCE' });
    const path = `/api/v1/admin/suppressions/${found?.id}`;
    expectStatus(204, await admin.ask('DELETE', path));
    expectStatus(404, await admin.ask('DELETE', path));
    expect(await list(`address=${encodeURIComponent(person.email)}`)).toEqual({ items: [] });
    const again = await mailed(person);
    expect(again.delivery?.attempts).toBe(1);
    await becomes(person, again.reminderId, 'BOUNCED');
  }, 120_000);

  it('for a while only is in the trace, and the next one is sent', async () => {
    const person = await newPerson('full');
    const { reminderId, delivery } = await mailed(person);
    const [occurrence] = await occurrencesOf(person, reminderId);
    const deliveryId = `${occurrence?.id}:email#00001:${person.id}`;
    const report = {
      eventType: 'Bounce',
      mail: {
        timestamp: new Date().toISOString(),
        destination: [person.email],
        tags: { delivery: [Buffer.from(deliveryId).toString('base64url')] },
      },
      bounce: {
        bounceType: 'Transient',
        bounceSubType: 'MailboxFull',
        bouncedRecipients: [{ emailAddress: person.email }],
        timestamp: new Date().toISOString(),
      },
    };
    await publish('email-events', report);
    await publish('email-events', report);
    expect(await becomes(person, reminderId, 'BOUNCED')).toMatchObject({ messageId: delivery?.messageId });
    expect(await suppressions.find('email', person.email)).toBeUndefined();
    expect((await mailed(person)).delivery).toMatchObject({ outcome: 'SENT' });
  }, 60_000);

  it.each([
    ['first', batchName('email', 1)],
    ['second', batchName('email', 1, 2)],
  ])(
    'is the last word about a delivery that the %s execution selected, also when it comes before anything is logged',
    async (_, batch) => {
      const id = randomUUID();
      const now = new Date();
      await deliveries.addBatches(id, [{ name: batch, recipients: ['ada', 'ben'], rows: [] }], now);
      const before = await deliveries.readBatch(id, batch);
      const at = now.toISOString();
      await recordMailReport(
        {
          kind: 'bounced',
          unreachable: [],
          withheld: false,
          detail: undefined,
          at,
          deliveryId: `${id}:${batch}:ada`,
        },
        { deliveries, suppressions, now: () => now },
      );
      const rows = ['ada', 'ben'].map(
        (user_id) => ({ user_id, outcome: 'SENT', reason: 'ACCEPTED', at, attempts: 1 }) as const,
      );
      await deliveries.append(id, batch, before, rows, now);
      const { rows: logged, entries } = await deliveries.readBatch(id, batch);
      expect(entries).toBe(1);
      expect([...latestRows(logged).values()].map(({ user_id, outcome }) => [user_id, outcome])).toEqual([
        ['ada', 'BOUNCED'],
        ['ben', 'SENT'],
      ]);
    },
  );

  it('is taken as a notification of an identity, too, once however often it comes, and not after it was lifted', async () => {
    const address = `gone-${randomUUID()}@example.com`;
    const at = new Date().toISOString();
    const notification = {
      notificationType: 'Bounce',
      mail: { timestamp: at, source: 'carillon@example.com', messageId: '1', destination: [address] },
      bounce: {
        bounceType: 'Permanent',
        bounceSubType: 'NoEmail',
        bouncedRecipients: [{ emailAddress: address }],
        timestamp: at,
      },
    };
    await publish('email-events', notification);
    expect(await suppressed('email', address)).toMatchObject({ detail: 'NoEmail', since: at });
    expectStatus(204, await admin.ask('DELETE', `/api/v1/admin/suppressions/${encodeURIComponent(address)}`));
    const other = { ...notification, mail: { ...notification.mail, destination: [`other-${address}`] } };
    await publish('email-events', notification);
    await publish('email-events', other);
    await suppressed('email', `other-${address}`);
    expect(await suppressions.find('email', address)).toBeUndefined();
  });
});

describe('a mail whose mailbox the mail server does not know', () => {
  const refused = Object.assign(new Error('5.1.1 no such user'), { responseCode: 550 });
  let undo: () => Promise<void>;

  beforeAll(async () => {
    undo = await mailsGoTo({ onRcptTo: (_, __, done) => done(refused) });
  });
  afterAll(() => undo());

  it('fails for good, and the next one is not sent', async () => {
    const person = await newPerson('nobody');
    expect((await mailed(person)).delivery).toMatchObject({
      outcome: 'FAILED',
      reason: 'MAILBOX_UNKNOWN',
      attempts: 1,
    });
    expect(await suppressions.find('email', person.email)).toMatchObject({ reason: 'BOUNCE', source: 'smtp' });
    expect((await mailed(person)).delivery).toMatchObject({ outcome: 'SUPPRESSED', reason: 'ADDRESS_SUPPRESSED' });
  }, 60_000);
});

describe('a mail that is called spam', () => {
  it('was delivered, and is the last one', async () => {
    const person = await newPerson('annoyed', simulated('complaint'));
    const { reminderId } = await mailed(person);
    expect(await becomes(person, reminderId, 'DELIVERED')).toMatchObject({ reason: 'COMPLAINT_REPORTED' });
    expect(await suppressed('email', person.email)).toMatchObject({ reason: 'COMPLAINT', detail: 'abuse' });
    expect((await mailed(person)).delivery).toMatchObject({ reason: 'ADDRESS_SUPPRESSED' });
  }, 60_000);

  it('was not even sent when SES has kept it back for an earlier one', async () => {
    const person = await newPerson('listed-by-ses');
    const { reminderId } = await mailed(person);
    const [occurrence] = await occurrencesOf(person, reminderId);
    const at = new Date().toISOString();
    await publish('email-events', {
      eventType: 'Complaint',
      mail: {
        timestamp: at,
        destination: [person.email],
        tags: { delivery: [Buffer.from(`${occurrence?.id}:email#00001:${person.id}`).toString('base64url')] },
      },
      complaint: {
        complaintSubType: 'OnAccountSuppressionList',
        complainedRecipients: [{ emailAddress: person.email }],
        timestamp: at,
      },
    });
    expect(await becomes(person, reminderId, 'SUPPRESSED')).toMatchObject({ reason: 'ADDRESS_SUPPRESSED' });
    expect(await suppressed('email', person.email)).toMatchObject({
      reason: 'COMPLAINT',
      detail: 'OnAccountSuppressionList',
    });
  }, 60_000);
});

describe('an answer to an SMS', () => {
  const phone = `+4851${randomInt(1_000_000, 9_999_999)}`;
  const answer = (messageBody: string) =>
    publish('sms-replies', { originationNumber: phone, destinationNumber: '+12125550101', messageBody });

  it('of STOP is the end of SMS to that phone, codes included, and START begins them again', async () => {
    const person = await newPerson('texted');
    await tables().send(
      new UpdateCommand({
        TableName: tableName('users'),
        Key: { pk: `user#${person.id}`, sk: 'profile' },
        UpdateExpression: 'SET phone = :phone, contact_points.sms = :sms',
        ExpressionAttributeValues: {
          ':phone': phone,
          ':sms': { address: phone, verified_at: new Date().toISOString() },
        },
      }),
    );
    await answer(' Stop. ');
    expect(await suppressed('sms', phone)).toMatchObject({ reason: 'STOP', source: 'sms-reply' });
    const reminder = await remind(person, 3, { channels: ['sms'] });
    const { deliveries } = await settledTrace(person, reminder.id);
    expect(deliveries).toEqual([expect.objectContaining({ outcome: 'SUPPRESSED', reason: 'ADDRESS_SUPPRESSED' })]);

    const other = await newPerson('other-owner');
    await other.ask('PATCH', `/api/v1/users/${other.id}`, {
      body: { first_name: 'Ada', last_name: 'Lovelace', phone },
    });
    const verify = () => other.ask('POST', `/api/v1/users/${other.id}/contact-points/sms/verify`, { body: {} });
    expect(expectStatus(409, await verify()).body).toMatchObject({ type: 'urn:carillon:problem:phone-stopped' });
    expect(await textsSentTo(phone)).toEqual([]);

    expect((await list('channel=sms')).items.map(({ address }) => address)).toContain(phone);
    await answer('What is this?');
    await answer('START');
    await until('the end of the suppression', async () => !(await suppressions.find('sms', phone)) || undefined);
    expectStatus(202, await verify());
    expect(await textsSentTo(phone)).toHaveLength(1);
  }, 60_000);
});

describe('the list of suppressions', () => {
  it('shows the newest first, page by page, over both channels', async () => {
    // Of a time in which no other test's lie.
    const since = (n: number) => `2999-01-01T00:00:0${n}.000Z`;
    const email = (n: number) => `page-${n}-${randomUUID()}@example.com`;
    const made = [
      { channel: 'email', address: email(1), since: since(1) },
      { channel: 'sms', address: `+4852${randomInt(1_000_000, 9_999_999)}`, since: since(2) },
      { channel: 'email', address: email(3), since: since(3) },
    ] as const;
    for (const each of made) await suppressions.suppress({ ...each, reason: 'BOUNCE', source: 'ses' });
    const seen: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined && seen.length < 3; ) {
      const page = await list(`limit=1${cursor && `&cursor=${cursor}`}`);
      expect(page.items).toHaveLength(1);
      seen.push(...page.items.map(({ address }) => address));
      cursor = page.cursor;
    }
    expect(seen).toEqual(made.map(({ address }) => address).toReversed());
    for (const { channel, address } of made) {
      expectStatus(204, await admin.ask('DELETE', `/api/v1/admin/suppressions/${encodeURIComponent(address)}`));
      expect(await suppressions.find(channel, address)).toBeUndefined();
    }
  });
});

describe('a report that cannot be read', () => {
  const sqs = new SQSClient(aws);
  it.each(['email-events', 'sms-replies'])('on %s is kept for the operator', async (name) => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `${prefix}-report-dead-letters` }));
    const text = `not a report ${randomUUID()}`;
    await publish(name, text);
    const letter = await until('the dead letter', async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      return Messages.find(({ Body = '' }) => Body.includes(text));
    });
    expect(letter.Body).toContain(text);
  });
});
