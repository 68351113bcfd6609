import { beforeAll, describe, expect, it } from '@jest/globals';
import { mailsTo, unsubscribeUrlMailedTo } from '../support/accounts.ts';
import { remind, settledTrace, until } from '../support/lifecycle.ts';
import { newMember, newPerson, type Person } from './person.ts';

const ONE_CLICK = 'List-Unsubscribe=One-Click';

let person: Person;
let url = '';

async function outcome(): Promise<string | undefined> {
  const reminder = await remind(person, 3, { channels: ['email'] });
  const { deliveries } = await settledTrace(person, reminder.id);
  return deliveries[0] && `${deliveries[0].outcome} ${deliveries[0].reason}`;
}

const preferences = () => `/api/v1/users/${person.id}/preferences`;
const categories = async () => (await person.ask('GET', preferences())).body.categories;

beforeAll(async () => {
  person = await newPerson('subscriber');
  expect(await outcome()).toBe('SENT ACCEPTED');
  url = await unsubscribeUrlMailedTo(person.email);
}, 60_000);

describe('the link to unsubscribe', () => {
  it('is in the headers and at the foot of a mail, and holds no address', async () => {
    const mail = (await mailsTo(person.email)).at(-1);
    expect(mail?.headers['List-Unsubscribe-Post']).toBe(ONE_CLICK);
    expect(mail?.BodyText).toContain(url);
    expect(mail?.BodyHtml).toContain(url);
    expect(Buffer.from(url.split('/').at(-1)?.split('.')[0] ?? '', 'base64url').toString()).not.toContain('@');
  });

  it('is not in a mail about something critical', async () => {
    const sender = await newMember('service', 'senders');
    const body = { user_id: person.id, key: 'new_login', data: {} };
    const before = (await mailsTo(person.email)).length;
    const created = await sender.ask('POST', '/api/v1/notifications/create', { body });
    expect([created.status, created.body]).toEqual([201, { success: true }]);
    const mail = await until('the mail', async () => (await mailsTo(person.email))[before]);
    expect(mail.headers).not.toHaveProperty('List-Unsubscribe');
  }, 60_000);

  it('opens a page that changes nothing, loads nothing and tells nobody', async () => {
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringMatching(
        /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/,
      ),
    });
    const page = await answer.text();
    expect(page).toContain('<form method="post">');
    expect(page).not.toMatch(/<script|src=|href=/);
    expect(await categories()).toEqual({});
    expect(await outcome()).toBe('SENT ACCEPTED');
  }, 60_000);

  it('that was altered does nothing and tells nothing', async () => {
    const token = url.split('/').at(-1) ?? '';
    const [text = '', signature = ''] = token.split('.');
    const other = Buffer.from(text, 'base64url').toString().replace('reminders', 'security');
    const altered = [`${Buffer.from(other).toString('base64url')}.${signature}`, `${text}.`, text, 'x', `${token}x`];
    for (const each of altered) {
      const there = url.replace(token, each);
      const asked = await fetch(there);
      const posted = await fetch(there, { method: 'POST', body: new URLSearchParams(ONE_CLICK) });
      expect([each, asked.status, posted.status]).toEqual([each, 403, 403]);
      expect(await posted.text()).toBe(await asked.text());
    }
    expect((await fetch(url, { method: 'POST', body: new URLSearchParams('a=b') })).status).toBe(400);
    expect((await fetch(url, { method: 'POST' })).status).toBe(400);
    expect(await categories()).toEqual({});
  });

  const forms: [string, () => URLSearchParams | FormData][] = [
    ['as a mail program posts it', () => new URLSearchParams(ONE_CLICK)],
    [
      'as a form of several parts',
      () => {
        const form = new FormData();
        form.append('List-Unsubscribe', 'One-Click');
        return form;
      },
    ],
  ];
  it.each(forms)(
    'stops mails of that kind, and no others, once or twice: %s',
    async (_, body) => {
      await person.ask('PUT', preferences(), { body: { categories: { posts: { channels: { sms: false } } } } });
      for (const time of ['first', 'second']) {
        const answer = await fetch(url, { method: 'POST', body: body() });
        expect([time, answer.status]).toEqual([time, 200]);
      }
      expect(await categories()).toEqual({
        posts: { enabled: true, channels: { sms: false } },
        reminders: { enabled: true, channels: { email: false } },
      });
      expect(await outcome()).toBe('SUPPRESSED CHANNEL_NOT_PREFERRED');
    },
    60_000,
  );
});
