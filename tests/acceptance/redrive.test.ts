import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { redriveExecution } from '../../src/redrives/redrive.ts';
import { textsSentTo } from '../support/accounts.ts';
import { setFaults } from '../support/faults.ts';
import { inSeconds, remind, settled, settledTrace, traceOf, until } from '../support/lifecycle.ts';
import { stopExecution } from '../support/machines.ts';
import { mailsGoTo } from '../support/mail-server.ts';
import { addPeople } from '../support/people.ts';
import { counts, ended, redrive, stateOf } from '../support/redrives.ts';
import { tableName, tables } from '../support/tables.ts';
import { type Answer, expectStatus, newMember, newPerson, type Person } from './person.ts';

/** A mail server that is out of order for some addresses, and remembers what it has taken. */
let down = new Set<string>();
let taken: string[] = [];
const timesTaken = (address = '') => taken.filter((each) => each === address).length;
const busy = Object.assign(new Error('4.3.2 System not accepting messages'), { responseCode: 451 });
const refused = Object.assign(new Error('5.6.0 not this'), { responseCode: 554 });
let answer: Error = refused;
const server: Parameters<typeof mailsGoTo>[0] = {
  onRcptTo: ({ address }, _, done) => done(down.has(address) && answer === busy ? busy : undefined),
  onData(stream, { envelope }, done) {
    stream.resume();
    stream.on('end', () => {
      const to = envelope.rcptTo.map(({ address }) => address);
      if (to.some((address) => down.has(address))) return done(answer);
      taken.push(...to);
      done();
    });
  },
};

let admin: Person;
let undo: () => Promise<void>;
beforeAll(async () => {
  admin = await newMember('redriver', 'admins');
  undo = await mailsGoTo(server);
});
afterEach(async () => {
  down = new Set();
  taken = [];
  answer = refused;
  await setFaults([]);
});
afterAll(() => undo());

const addressesOf = ({ ids, address }: Awaited<ReturnType<typeof addPeople>>) =>
  ids.map((each) => address(each, 'email') ?? '');

/** A reminder by email to people, for some of whom the mail server is down; once it is settled. */
async function outage(size: number, failing: number, more: object = {}, seconds = 60) {
  const people = await addPeople(size);
  down = new Set(addressesOf(people).slice(0, failing));
  const owner = await newPerson('host');
  const from = new Date().toISOString();
  const audience = { kind: 'users', userIds: people.ids };
  const reminder = await remind(owner, 3, { channels: ['email'], audience, ...more });
  const occurrence = await settled(owner, reminder.id, seconds);
  const failed = addressesOf(people).filter((each) => down.has(each));
  down = new Set();
  const trace = () => traceOf(owner, occurrence.id);
  return { people, owner, reminder, from, trace, failed };
}

const asked = (from: string, more: object = {}) => ({
  reason: 'PROVIDER_REJECTED',
  from,
  to: new Date(Date.now() + 60_000).toISOString(),
  ...more,
});

describe('a redrive', () => {
  it('sends what failed in an outage for half of a batch, once, also when it is asked for twice at once', async () => {
    answer = busy;
    const { people, from, trace, failed } = await outage(20, 10, {}, 150);
    const before = await trace();
    expect(before.tally).toEqual({ sent: 10, suppressed: 0, failed: 10 });
    expect(before.deliveries.filter(({ reason }) => reason === 'PROVIDER_UNAVAILABLE')).toHaveLength(10);
    expect(taken).toHaveLength(10);

    const body = asked(from, { reason: 'PROVIDER_UNAVAILABLE' });
    const both = await Promise.all([redrive(admin, body), redrive(admin, body)]);
    const ends = await Promise.all(both.map((id) => ended(admin, id)));
    expect(ends.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(ends.map(({ counts: { found, sent } }) => [found, sent]).sort()).toEqual([
      [0, 0],
      [10, 10],
    ]);
    for (const address of addressesOf(people)) expect([address, timesTaken(address)]).toEqual([address, 1]);

    const after = await trace();
    expect(after.deliveries.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 20 }, () => 'SENT'));
    const again = after.deliveries.filter(({ failures }) => failures !== undefined);
    expect(again.map(({ failures }) => failures?.map(({ reason }) => reason))).toEqual(
      failed.map(() => ['PROVIDER_UNAVAILABLE']),
    );
    // As it was settled.
    expect(after.tally).toEqual(before.tally);

    expect(await ended(admin, await redrive(admin, body))).toMatchObject({ counts: counts({}) });
    expect(taken).toHaveLength(20);
  }, 240_000);

  it('can be followed by another one for what has failed again', async () => {
    const { from, trace, failed } = await outage(3, 2);
    down = new Set(failed.slice(0, 1));
    const first = await ended(admin, await redrive(admin, asked(from)));
    expect(first.counts).toEqual(counts({ found: 2, sent: 1, failed: 1 }));
    down = new Set();
    const second = await ended(admin, await redrive(admin, asked(from)));
    expect(second.counts).toEqual(counts({ found: 1, sent: 1 }));
    expect(failed.map(timesTaken)).toEqual([1, 1]);
    expect((await trace()).deliveries.map(({ failures }) => failures?.length ?? 0).sort()).toEqual([0, 1, 2]);
  }, 120_000);

  it('takes the channel and the reason that it was asked for, and nothing else', async () => {
    const { from, failed } = await outage(2, 1);
    for (const more of [{ channel: 'sms' }, { reason: 'PROVIDER_UNAVAILABLE' }, { reason: 'OUTCOME_UNKNOWN' }]) {
      expect((await ended(admin, await redrive(admin, asked(from, more)))).counts).toEqual(counts({}));
    }
    expect(failed.map(timesTaken)).toEqual([0]);
    const done = await ended(admin, await redrive(admin, asked(from, { channel: 'email' })));
    expect(done.counts).toEqual(counts({ found: 1, sent: 1 }));
  }, 120_000);

  it('takes from its first instant up to, but not at, its last', async () => {
    const { trace } = await outage(1, 1);
    const at = (await trace()).deliveries[0]?.at ?? '';
    const shifted = (ms: number) => new Date(Date.parse(at) + ms).toISOString();
    const within = async (from: string, to: string) =>
      (await ended(admin, await redrive(admin, { reason: 'PROVIDER_REJECTED', from, to }))).counts.found;
    expect(await within(shifted(-1000), at)).toBe(0);
    expect(await within(shifted(1), shifted(1000))).toBe(0);
    expect(await within(at, shifted(1))).toBe(1);
  }, 120_000);

  it('says of what is past its notAfter that it is, and sends none of it', async () => {
    const { from, trace, failed } = await outage(2, 1, { notAfter: 'PT15S' });
    await until('the end of notAfter', async () =>
      Date.now() > Date.parse((await trace()).dueAt) + 15_000 ? true : undefined,
    );
    const done = await ended(admin, await redrive(admin, asked(from)));
    expect(done.counts).toEqual(counts({ found: 1, expired: 1 }));
    expect(failed.map(timesTaken)).toEqual([0]);
    expect((await trace()).deliveries).toContainEqual(
      expect.objectContaining({ outcome: 'SUPPRESSED', reason: 'EXPIRED' }),
    );
  }, 120_000);

  it('leaves alone whose reminder is withdrawn, who has left, and who does not want it any more', async () => {
    const schedule = { at: inSeconds(10), timeZone: 'UTC', rrule: 'FREQ=DAILY' };
    const withdrawn = await outage(1, 1, { schedule });
    expectStatus(200, await withdrawn.owner.ask('POST', `/api/v1/reminders/${withdrawn.reminder.id}/cancel`));
    const deleted = await outage(1, 1);
    expectStatus(204, await deleted.owner.ask('DELETE', `/api/v1/reminders/${deleted.reminder.id}`));
    const { people, failed } = await outage(2, 2);
    await tables().send(
      new UpdateCommand({
        TableName: tableName('users'),
        Key: { pk: `user#${people.ids[0]}`, sk: 'profile' },
        UpdateExpression: 'REMOVE contact_points.email.verified_at',
      }),
    );
    const done = await ended(admin, await redrive(admin, asked(withdrawn.from)));
    expect(done.counts).toEqual(counts({ found: 3, withdrawn: 1, unwanted: 1, sent: 1 }));
    expect(withdrawn.failed.concat(deleted.failed).map(timesTaken)).toEqual([0, 0]);
    expect(failed.map(timesTaken).sort()).toEqual([0, 1]);
  }, 180_000);

  it('of an SMS whose outcome is unknown is made only by that name, and may be received twice', async () => {
    const phone = `+4851${Math.floor(1_000_000 + Math.random() * 8_999_999)}`;
    const owner = await newPerson('texted');
    await tables().send(
      new UpdateCommand({
        TableName: tableName('users'),
        Key: { pk: `user#${owner.id}`, sk: 'profile' },
        UpdateExpression: 'SET contact_points.sms = :sms',
        ExpressionAttributeValues: { ':sms': { address: phone, verified_at: new Date().toISOString() } },
      }),
    );
    const from = new Date().toISOString();
    const texted = async () => (await textsSentTo(phone)).length;
    await setFaults([{ service: 'sns', action: 'Publish', times: 1, lost: true, status: 504 }]);
    const reminder = await remind(owner, 3, { channels: ['sms'] });
    expect((await settledTrace(owner, reminder.id)).deliveries[0]).toMatchObject({ reason: 'OUTCOME_UNKNOWN' });
    expect(await texted()).toBe(1);
    const body = asked(from, { reason: 'OUTCOME_UNKNOWN', channel: 'sms' });
    expect((await ended(admin, await redrive(admin, body))).counts).toEqual(counts({ found: 1, sent: 1 }));
    expect(await texted()).toBe(2);
  }, 120_000);

  it('goes on by itself when its execution is stopped', async () => {
    const { from, failed } = await outage(6, 6);
    answer = busy;
    down = new Set(failed.slice(0, 3));
    const id = await redrive(admin, asked(from));
    await until('the others', async () => (taken.length === 3 ? true : undefined));
    await stopExecution('redrive', redriveExecution(id, 1));
    down = new Set();
    // The sweep looks at it once a minute.
    const done = await ended(admin, id, 150);
    expect(done).toMatchObject({ status: 'COMPLETED', counts: counts({ found: 6, sent: 6 }) });
    expect(failed.map(timesTaken)).toEqual([1, 1, 1, 1, 1, 1]);
  }, 240_000);
});

describe('POST /admin/redrives', () => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  const right = { reason: 'CREDENTIALS_REJECTED', from: yesterday, to: new Date().toISOString() };
  const long = new Date(Date.now() - 91 * 86_400_000).toISOString();

  it.each([
    ['reason', { ...right, reason: 'EXPIRED' }],
    ['reason', { ...right, reason: undefined }],
    ['from', { ...right, from: 'yesterday' }],
    ['from', { ...right, from: long }],
    ['from', { ...right, from: '2998-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' }],
    ['to', { ...right, to: yesterday }],
    ['channel', { ...right, channel: 'pigeon' }],
    ['until', { ...right, until: yesterday }],
  ])('refuses a wrong %s by its name (%#)', async (field, body) => {
    const { body: problem } = expectStatus(400, await admin.ask('POST', '/api/v1/admin/redrives', { body }));
    expect(problem).toMatchObject({ errors: [{ field }] });
  });

  it('is made once by one Idempotency-Key, and told newest first', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await redrive(admin, right, { headers });
    expect(await redrive(admin, right, { headers })).toBe(first);
    const other = { body: { ...right, reason: 'RATE_LIMITED' }, headers };
    expectStatus(422, await admin.ask('POST', '/api/v1/admin/redrives', other));
    const second = await redrive(admin, { ...right, to: '2999-01-01T00:00:00Z' });
    expect(Date.parse((await stateOf(admin, second)).to)).toBeLessThanOrEqual(Date.now() + 1000);

    const Page = z.object({ items: z.array(z.object({ id: z.string() })), cursor: z.string().optional() });
    const ids: string[] = [];
    for (let query: string | undefined = ''; query !== undefined && !ids.includes(first); ) {
      const answer: Answer = await admin.ask('GET', `/api/v1/admin/redrives?limit=7${query}`);
      const { items, cursor } = Page.parse(expectStatus(200, answer).body);
      ids.push(...items.map(({ id }) => id));
      query = cursor === undefined ? undefined : `&cursor=${cursor}`;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.indexOf(first)).toBe(ids.indexOf(second) + 1);
    await Promise.all([ended(admin, first), ended(admin, second)]);
  });

  it('is not for others, and tells of none that there is not', async () => {
    const person = await newPerson('curious');
    expectStatus(403, await person.ask('POST', '/api/v1/admin/redrives', { body: right }));
    expectStatus(403, await person.ask('GET', '/api/v1/admin/redrives'));
    expectStatus(404, await admin.ask('GET', `/api/v1/admin/redrives/${crypto.randomUUID()}`));
  });
});
