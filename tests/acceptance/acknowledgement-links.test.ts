import { randomInt } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { setContactPoint } from '../../src/users/user.ts';
import { mailsTo, textsSentTo, users } from '../support/accounts.ts';
import { occurrencesOf, read, remind, settled, traceOf, until } from '../support/lifecycle.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

let owner: Person;
let guest: Person;

beforeAll(async () => {
  [owner, guest] = [await newPerson('owner'), await newPerson('guest')];
});

const LINK = /https?:\/\/\S+\/api\/v1\/acknowledge\/[\w.-]+/;
const asking = (more: object = {}) => ({ acknowledgement: { within: 'PT1H' }, channels: ['email'], ...more });

/** The link in the mail about a reminder. */
const linkTo = ({ email }: Person, title: string) =>
  until('the mail', async () => {
    const mail = (await mailsTo(email)).find(({ BodyHtml }) => BodyHtml?.includes(title));
    return mail && { mail, url: LINK.exec(mail.BodyText)?.[0] ?? '' };
  });

const Inbox = z.object({
  data: z.object({
    list: z.array(
      z.object({ target_id: z.string().nullable(), data: z.object({ occurrence_id: z.string().optional() }) }),
    ),
  }),
});

const press = (url: string, button: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(button) });
const SEEN = { acknowledge: 'yes' };

const endOf = async (id: string) => {
  const [latest] = await occurrencesOf(owner, id);
  return latest && (await traceOf(owner, latest.id)).acknowledgement;
};

describe('the link in a mail that asks to be acknowledged', () => {
  it('opens a page that changes nothing, by which its recipient says to have seen it', async () => {
    const audience = { kind: 'users', userIds: [owner.id, guest.id] };
    const reminder = await remind(owner, 3, asking({ title: 'Pills', audience }));
    const { mail, url } = await linkTo(guest, 'Pills');
    expect(mail.BodyHtml).toContain(url);
    const asked = await fetch(url);
    expect(asked.status).toBe(200);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const page = await asked.text();
    for (const part of ['<form method="post">', 'name="acknowledge"', 'value="PT10M"', 'value="PT1H"', 'value="P1D"'])
      expect(page).toContain(part);
    expect(await endOf(reminder.id)).toMatchObject({ status: 'WAITING' });

    const done = await press(url, SEEN);
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('You have said to have seen it')]);
    expect((await settled(owner, reminder.id)).status).toBe('ACKNOWLEDGED');
    expect(await endOf(reminder.id)).toMatchObject({ status: 'ACKNOWLEDGED', by: guest.id });

    const { url: another } = await linkTo(owner, 'Pills');
    expect(another).not.toBe(url);
    for (const answer of [await fetch(another), await press(another, SEEN), await press(another, { snooze: 'PT1H' })]) {
      const text = await answer.text();
      expect([answer.status, text]).toEqual([200, expect.stringContaining('Somebody else')]);
      expect(text).not.toContain(guest.id);
    }
    expect(await (await press(url, SEEN)).text()).toContain('You have said');
    expect((await read(owner, reminder.id)).status).toBe('COMPLETED');
  }, 60_000);

  it('has the reminder go off again when that is chosen', async () => {
    const reminder = await remind(owner, 3, asking({ title: 'Laundry' }));
    const { url } = await linkTo(owner, 'Laundry');
    const snoozed = await press(url, { snooze: 'PT1H' });
    expect([snoozed.status, await snoozed.text()]).toEqual([200, expect.stringContaining('comes again later')]);
    expect((await settled(owner, reminder.id)).status).toBe('ACKNOWLEDGED');
    const end = await endOf(reminder.id);
    expect(end).toMatchObject({ by: owner.id, snoozedUntil: expect.any(String) });
    expect(await read(owner, reminder.id)).toMatchObject({ status: 'SCHEDULED', nextDueAt: end?.snoozedUntil });
  }, 60_000);

  it('says that it is too late when nobody is asked any more', async () => {
    const reminder = await remind(owner, 3, asking({ title: 'Bus', notAfter: 'PT12S' }));
    const { url } = await linkTo(owner, 'Bus');
    expect((await settled(owner, reminder.id)).status).toBe('UNACKNOWLEDGED');
    for (const late of [await fetch(url), await press(url, SEEN)]) {
      expect([late.status, await late.text()]).toEqual([410, expect.stringContaining('too late')]);
    }
    expectStatus(204, await owner.ask('DELETE', `/api/v1/reminders/${reminder.id}`));
    expect([(await fetch(url)).status, (await press(url, SEEN)).status]).toEqual([410, 410]);
  }, 60_000);

  it('that was altered does nothing and tells nothing', async () => {
    const reminder = await remind(owner, 3, asking({ title: 'Oven' }));
    const { url } = await linkTo(owner, 'Oven');
    const token = url.split('/').at(-1) ?? '';
    const [text = '', signature = ''] = token.split('.');
    const turned = `${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}`;
    for (const each of [`${turned}.${signature}`, `${text}.`, text, 'x', `${token}x`]) {
      const there = url.replace(token, each);
      const [asked, pressed] = [await fetch(there), await press(there, SEEN)];
      expect([each, asked.status, pressed.status]).toEqual([each, 403, 403]);
      expect(await pressed.text()).toBe(await asked.text());
    }
    for (const button of [{}, { acknowledge: 'no' }, { snooze: 'P3D' }, { ...SEEN, more: 'x' }])
      expect([button, (await press(url, button)).status]).toEqual([button, 400]);
    expect(await endOf(reminder.id)).toMatchObject({ status: 'WAITING' });
    expect((await press(url, SEEN)).status).toBe(200);
  }, 60_000);

  it('is not in a mail that asks nothing', async () => {
    const reminder = await remind(owner, 3, { title: 'Plain', channels: ['email'] });
    await settled(owner, reminder.id);
    const { mail } = await linkTo(owner, 'Plain');
    expect(mail.BodyText).not.toContain('acknowledge');
    expect(mail.BodyHtml).not.toContain('acknowledge');
  });
});

describe('an SMS that asks to be acknowledged', () => {
  it('has its whole link at the end, however long the text is, and in the recipient’s language', async () => {
    const phone = `+48${randomInt(100_000_000, 999_999_999)}`;
    await users.change(owner.id, (person) =>
      setContactPoint({ ...person, locale: 'pl' }, 'sms', phone, new Date(), new Date()),
    );
    const reminder = await remind(owner, 3, asking({ message: 'ą'.repeat(3_000), channels: ['sms', 'inbox'] }));
    const text = await until('the SMS', async () => (await textsSentTo(phone))[0]);
    const url = LINK.exec(text)?.[0] ?? '';
    expect(text).toMatch(/\.\.\.\\n/);
    expect((await press(url, SEEN)).status).toBe(200);
    expect((await settled(owner, reminder.id)).status).toBe('ACKNOWLEDGED');
  }, 60_000);

  it('comes with an inbox item that names the occurrence for the app', async () => {
    const reminder = await remind(owner, 3, asking({ title: 'Inbox', channels: ['inbox'] }));
    const item = await until('the item', async () => {
      const { body } = await owner.ask('GET', `/api/v1/notifications/list?user_id=${owner.id}&limit=100`);
      return Inbox.parse(body).data.list.find(({ target_id }) => target_id === reminder.id);
    });
    const id = item.data.occurrence_id;
    expectStatus(200, await owner.ask('POST', `/api/v1/occurrences/${id}/acknowledge`));
  });
});
