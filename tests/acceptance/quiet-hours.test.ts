import { beforeAll, describe, expect, it } from '@jest/globals';
import { setContactPoint } from '../../src/users/user.ts';
import { mailsTo, suppressions, users } from '../support/accounts.ts';
import {
  executionOf,
  inSeconds,
  occurrencesOf,
  remind,
  type SetReminder,
  settled,
  stop,
  sweepAt,
  terminalOf,
  traceOf,
  until,
} from '../support/lifecycle.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const MINUTE = 60_000;
const timeOfDay = (at: number) => new Date(at).toISOString().slice(11, 16);

/** Quiet hours of which an hour is over. */
const quietUntil = (end: number) => ({
  quiet_hours: { from: timeOfDay(end - 60 * MINUTE), to: timeOfDay(end), time_zone: 'UTC' },
});

const prefer = async (person: Person, body: object) =>
  expectStatus(200, await person.ask('PUT', '/api/v1/users/me/preferences', { body }));

const remindersMailedTo = async ({ email }: Person) =>
  (await mailsTo(email)).filter(({ BodyText }) => BodyText.includes('It is ready'));

const byChannel = ({ deliveries }: Awaited<ReturnType<typeof traceOf>>, channel: string) =>
  deliveries.find((each) => each.channel === channel);

/** The occurrence, once its email is deferred. */
const deferred = (person: Person, reminderId: string) =>
  until('the deferral', async () => {
    const [latest] = await occurrencesOf(person, reminderId);
    const trace = latest && (await traceOf(person, latest.id));
    return trace && byChannel(trace, 'email')?.outcome === 'DEFERRED' ? trace : undefined;
  });

describe('quiet hours that end on a full minute', () => {
  let end = 0;
  let heard: Awaited<ReturnType<typeof waiting>>;
  let stopped: typeof heard;
  let cancelled: typeof heard;
  let unwilling: typeof heard;

  /** Somebody whose email waits until something has happened to it: how it waited, and how it ended. */
  async function waiting(
    person: Person,
    channels: readonly string[],
    happens: (reminder: SetReminder) => Promise<unknown>,
  ) {
    await prefer(person, quietUntil(end));
    const schedule = { at: inSeconds(3), timeZone: 'UTC', rrule: 'FREQ=DAILY' };
    const reminder = await remind(person, 3, { schedule, channels });
    const meanwhile = await deferred(person, reminder.id);
    await happens(reminder);
    const { id } = await settled(person, reminder.id, 120);
    return { meanwhile, trace: await traceOf(person, id), mails: await remindersMailedTo(person) };
  }

  // All of them wait for the same minute, far enough ahead to go off and to be looked at before.
  beforeAll(async () => {
    const [sleeper, ada, ben, cleo] = await Promise.all([
      newPerson('sleeper'),
      newPerson('ada'),
      newPerson('ben'),
      newPerson('cleo'),
    ]);
    end = Math.ceil((Date.now() + 40_000) / MINUTE) * MINUTE;
    [heard, stopped, cancelled, unwilling] = await Promise.all([
      waiting(sleeper, ['email', 'inbox'], async () => undefined),
      waiting(ada, ['email'], async (reminder) => {
        await stop(executionOf(reminder));
        await sweepAt(40_000);
      }),
      waiting(ben, ['email'], ({ id }) => ben.ask('POST', `/api/v1/reminders/${id}/cancel`)),
      waiting(cleo, ['email'], () => prefer(cleo, { ...quietUntil(end), channels: { email: false } })),
    ]);
  }, 240_000);

  it('keep an email back until then; the inbox is as quiet as ever; and the trace tells both', async () => {
    const { meanwhile, trace, mails } = heard;
    const endsAt = new Date(end).toISOString();
    expect(meanwhile).toMatchObject({ status: 'DELIVERING' });
    expect(byChannel(meanwhile, 'email')).toMatchObject({ reason: 'QUIET_HOURS', until: endsAt, attempts: 0 });
    expect(trace).toMatchObject({ status: 'DELIVERED', run: 1, tally: { sent: 2, suppressed: 0, failed: 0 } });
    expect(byChannel(trace, 'inbox')).toMatchObject({ outcome: 'DELIVERED' });
    expect(byChannel(trace, 'inbox')?.deferrals).toBeUndefined();
    expect(byChannel(trace, 'email')).toMatchObject({
      outcome: 'SENT',
      attempts: 1,
      deferrals: [{ reason: 'QUIET_HOURS', until: endsAt }],
    });
    expect(Date.parse(byChannel(trace, 'email')?.at ?? '')).toBeGreaterThanOrEqual(end);
    expect(await terminalOf(trace.execution)).toBe('ReminderDelivered');
    expect(mails).toHaveLength(1);
  });

  it('are waited out by the next execution when one is stopped, and the email goes out once', () => {
    const { trace, mails } = stopped;
    expect(trace).toMatchObject({ status: 'DELIVERED', run: 2, tally: { sent: 1, suppressed: 0, failed: 0 } });
    expect(trace.deliveries).toMatchObject([{ outcome: 'SENT', deferrals: [{ reason: 'QUIET_HOURS' }] }]);
    expect(Date.parse(trace.deliveries[0]?.at ?? '')).toBeGreaterThanOrEqual(end);
    expect(mails).toHaveLength(1);
  });

  it('end with nothing sent of a reminder that was cancelled meanwhile', () => {
    expect(cancelled.trace.deliveries).toMatchObject([{ outcome: 'SUPPRESSED', reason: 'REMINDER_WITHDRAWN' }]);
    expect(cancelled.trace.tally).toEqual({ sent: 0, suppressed: 1, failed: 0 });
    expect(cancelled.mails).toEqual([]);
  });

  it('end with nothing sent to somebody who has switched emails off meanwhile', () => {
    expect(unwilling.trace.deliveries).toMatchObject([{ outcome: 'SUPPRESSED', reason: 'CHANNEL_NOT_PREFERRED' }]);
    expect(unwilling.mails).toEqual([]);
  });
});

describe('a reminder in quiet hours', () => {
  it('that would be too late at their end says so', async () => {
    const person = await newPerson('late');
    await prefer(person, quietUntil(Math.ceil(Date.now() / MINUTE) * MINUTE + 10 * MINUTE));
    const reminder = await remind(person, 3, { channels: ['email', 'inbox'], notAfter: 'PT5M' });
    const trace = await traceOf(person, (await settled(person, reminder.id)).id);
    expect(byChannel(trace, 'email')).toMatchObject({ outcome: 'SUPPRESSED', reason: 'QUIET_UNTIL_TOO_LATE' });
    expect(byChannel(trace, 'inbox')).toMatchObject({ outcome: 'DELIVERED' });
  });
});

describe('SMS only where there is no email', () => {
  it('takes the phone of somebody whose address has bounced', async () => {
    const person = await newPerson('bounced');
    const now = new Date();
    await users.change(person.id, (current) => setContactPoint(current, 'sms', '+48600100200', now, now));
    await prefer(person, { preferred_channels: ['inbox', ['email', 'sms']] });
    await suppressions.suppress({
      channel: 'email',
      address: person.email,
      reason: 'BOUNCE',
      source: 'ses',
      since: now.toISOString(),
    });
    const reminder = await remind(person, 3, { channels: 'preferred' });
    const trace = await traceOf(person, (await settled(person, reminder.id)).id);
    expect(byChannel(trace, 'email')).toMatchObject({ outcome: 'SUPPRESSED', reason: 'ADDRESS_SUPPRESSED' });
    expect(byChannel(trace, 'sms')).toMatchObject({ outcome: 'SENT' });
  });
});
