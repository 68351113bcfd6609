import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { remind, settledTrace, until } from '../support/lifecycle.ts';
import { address } from '../support/where.ts';
import { expectStatus, newMember, newPerson, type Person } from './person.ts';

const Mail = z.object({ To: z.array(z.string()), Subject: z.string(), BodyText: z.string(), BodyHtml: z.string() });
const Mailboxes = z.object({ messages: z.record(z.string(), z.array(Mail)) });

/** The mail with this subject that went to the person. */
const mailTo = ({ email }: Person, subject: RegExp) =>
  until(`a mail with ${subject}`, async () => {
    const { messages } = Mailboxes.parse(await (await fetch(`${address}/_ministack/ses/messages`)).json());
    return Object.values(messages)
      .flat()
      .find(({ To, Subject }) => To.includes(email) && subject.test(Subject));
  });

let sender: Person;
let ania: Person;
let bob: Person;

const settle = (person: Person, locale: string, time_zone: string) =>
  person.ask('PATCH', `/api/v1/users/${person.id}`, { body: { locale, time_zone } });

beforeAll(async () => {
  sender = await newMember('herald', 'senders');
  ania = await newPerson('ania');
  bob = await newPerson('bob');
  expectStatus(200, await settle(ania, 'pl-PL', 'Europe/Warsaw'));
  expectStatus(200, await settle(bob, 'en-US', 'America/New_York'));
});

const create = (body: object) => sender.ask('POST', '/api/v1/notifications/create', { body });

describe('a notification', () => {
  const data = { at: '2026-07-01T22:30:00Z', device: '<b>{{ x }}', token: ['any', { pair: null }] };

  it('is said in the language, zone and form of each recipient, as HTML and as text; the inbox keeps the data', async () => {
    expectStatus(201, await create({ user_ids: [ania.id, bob.id], key: 'new_login', data }));
    const polish = await mailTo(ania, /^Nowe logowanie na Twoje konto$/);
    expect(polish.BodyText).toContain('Kiedy: 2 lipca 2026 00:30 (Europe/Warsaw)\nUrządzenie: <b>{{ x }}\n');
    expect(polish.BodyHtml).toContain('Kiedy: 2 lipca 2026 00:30 (Europe/Warsaw)');
    expect(polish.BodyHtml).toContain('Urządzenie: &lt;b&gt;{{ x }}<br>');
    expect(polish.BodyHtml).toContain('<html lang="pl"');
    const english = await mailTo(bob, /^New sign-in to your account$/);
    expect(english.BodyText).toMatch(/When: July 1, 2026 at 6:30\sPM \(America\/New_York\)\n/);
    expect(english.BodyHtml).toContain('Somebody has signed in to your account');
    const list = await ania.ask('GET', `/api/v1/notifications/list?user_id=${ania.id}`);
    expect(expectStatus(200, list).body).toMatchObject({ data: { list: [{ key: 'new_login', data }] } });
  });

  it('of the sender’s own text is cut down to what an email may have', async () => {
    const html = '<h1>Open day</h1><p onclick="x()">Come <a href="javascript:x()">in</a>.</p><script>x()</script>';
    const own = { subject: 'Open\r\nBcc: a@b.example', html };
    expectStatus(201, await create({ user_id: ania.id, key: 'announcement', data: own }));
    const mail = await mailTo(ania, /^Open/);
    expect(mail.Subject).toBe('Open Bcc: a@b.example');
    expect(mail.BodyHtml).toContain('<h1>Open day</h1>');
    expect(mail.BodyHtml).not.toMatch(/onclick|javascript|<script|x\(\)/);
    expect(mail.BodyText).toMatch(/^Open day\n\nCome in\.\n\n-- \nPiszemy, ponieważ/);
  });

  it('without data that its templates need is refused, and so is a key of our own', async () => {
    const missing = expectStatus(
      400,
      await create({ user_id: ania.id, key: 'announcement', data: { title: 'x', link: 'javascript:x' } }),
    );
    expect(missing.body.errors).toEqual([
      { field: 'data.message', reason: 'is missing' },
      { field: 'data.link', reason: expect.any(String) },
    ]);
    const internal = expectStatus(
      400,
      await create({ user_id: ania.id, key: 'reminder', data: { title: 'x', message: 'y' } }),
    );
    expect(internal.body.errors).toMatchObject([{ field: 'key' }]);
  });
});

describe('a reminder', () => {
  it('has its dates in the recipient’s zone and language where it asks for them', async () => {
    const schedule = { at: '', timeZone: 'Asia/Tokyo' };
    const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 4_000);
    const wall = (zone: string) =>
      new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
        .format(at)
        .replace(' ', 'T');
    const warsaw = new Intl.DateTimeFormat('pl-PL', { timeZone: 'Europe/Warsaw', timeStyle: 'short' }).format(at);
    const reminder = await remind(ania, 4, {
      title: 'Herbata o {{ due | time_only }}',
      message: '{{ due }}',
      channels: ['email', 'inbox'],
      schedule: { ...schedule, at: wall('Asia/Tokyo') },
    });
    const { deliveries } = await settledTrace(ania, reminder.id);
    expect(deliveries.map(({ outcome }) => outcome).sort()).toEqual(['DELIVERED', 'SENT']);
    const mail = await mailTo(ania, /^Herbata o/);
    expect(mail.Subject).toBe(`Herbata o ${warsaw}`);
    expect(mail.BodyText).toMatch(new RegExp(`${wall('Asia/Tokyo').slice(11, 16)} \\(Asia/Tokyo\\)`));
    expect(mail.BodyHtml).toContain('Piszemy, ponieważ ktoś ustawił dla Ciebie przypomnienie.');
  });

  it('that can’t be filled in for one recipient says so in the log, at the first try', async () => {
    const message =
      '{% if recipient.first_name == "Ada" %}Hi{% else %}{{ recipient.first_name | date_only }}{% endif %}';
    const { deliveries } = await settledTrace(
      bob,
      (await remind(bob, 3, { message, channels: ['email', 'inbox'] })).id,
    );
    expect(deliveries.map(({ outcome, reason, attempts }) => [outcome, reason, attempts])).toEqual([
      ['FAILED', 'TEMPLATE_ERROR', 1],
      ['FAILED', 'TEMPLATE_ERROR', 1],
    ]);
  });

  it('whose date filter was given no date is refused when it is set', async () => {
    const body = {
      title: 'x',
      message: '{{ recipient.first_name | date_only }}',
      schedule: { at: '2031-01-01T09:00:00' },
    };
    const answer = expectStatus(400, await ania.ask('POST', '/api/v1/reminders', { body }));
    expect(answer.body.errors).toMatchObject([{ field: 'message', reason: expect.stringContaining('date_only') }]);
  });
});

describe('a preview', () => {
  const preview = (body: object, by = sender) => by.ask('POST', '/api/v1/templates/preview', { body });

  it('shows an email in the language asked for, with the samples of the key or with data', async () => {
    const samples = expectStatus(200, await preview({ key: 'new_login', channel: 'email' }));
    expect(Object.keys(samples.body).sort()).toEqual(['html', 'subject', 'text']);
    expect(samples.body.text).toContain('Device: Firefox on Windows');
    const data = { at: 1_793_000_000, device: '<i>' };
    const polish = expectStatus(
      200,
      await preview({ key: 'new_login', channel: 'email', locale: 'pl-PL', time_zone: 'Europe/Warsaw', data }),
    );
    expect(polish.body).toMatchObject({
      subject: 'Nowe logowanie na Twoje konto',
      text: expect.stringContaining('Kiedy: 26 października 2026 08:33 (Europe/Warsaw)\nUrządzenie: <i>\n'),
      html: expect.stringContaining('Urządzenie: &lt;i&gt;<br>'),
    });
  });

  it('counts the parts of an SMS, which it cuts as it would be cut', async () => {
    const said = async (message: string) =>
      expectStatus(200, await preview({ key: 'reminder', channel: 'sms', data: { title: 'T', message } })).body;
    expect(await said('at nine')).toEqual({ text: 'T: at nine', sms: { encoding: 'GSM-7', segments: 1 } });
    expect(await said('ż'.repeat(68))).toMatchObject({ sms: { encoding: 'UCS-2', segments: 2 } });
    const long = await said('a'.repeat(600));
    expect(long).toMatchObject({ sms: { encoding: 'GSM-7', segments: 3 }, text: expect.stringMatching(/a\.\.\.$/) });
  });

  it('shows the other channels in their form', async () => {
    const data = { title: '*a*', message: 'b' };
    const on = async (channel: string) => expectStatus(200, await preview({ key: 'reminder', channel, data })).body;
    expect(await on('push')).toEqual({
      title: '*a*',
      text: 'b',
      data: { user_id: '00000000-0000-0000-0000-000000000000', timestamp: expect.stringMatching(/^\d{10}$/) },
    });
    expect(await on('discord')).toEqual({ text: '**\\*a\\***\nb' });
    expect(await on('inbox')).toEqual({ data: { title: '*a*', message: 'b' } });
    const post = expectStatus(200, await preview({ key: 'new_post', channel: 'inbox', data: { by: ['Ada'] } }));
    expect(post.body).toEqual({ data: { by: ['Ada'] } });
  });

  it.each([
    ['a key that there is not', { key: 'nothing', channel: 'email' }, 'key'],
    ['a channel that the key does not have', { key: 'new_post', channel: 'sms' }, 'channel'],
    ['a channel that there is not', { key: 'new_post', channel: 'pigeon' }, 'channel'],
    ['a locale that is none', { key: 'new_login', channel: 'email', locale: '!' }, 'locale'],
    ['a zone that is none', { key: 'new_login', channel: 'email', time_zone: 'Mars/Base' }, 'time_zone'],
    ['missing data', { key: 'announcement', channel: 'email', data: { title: 'x' } }, 'data.message'],
    ['a date that is none', { key: 'new_login', channel: 'email', data: { at: 'yesterday' } }, 'data.at'],
    ['a link that runs', { key: 'registration', channel: 'email', data: { link: 'javascript:x' } }, 'data.link'],
    [
      'HTML of which nothing is left',
      { key: 'registration', channel: 'email', data: { html: '<script>x</script>' } },
      'data',
    ],
  ])('of %s is refused, naming the field', async (_, body, field) => {
    expect(expectStatus(400, await preview(body)).body.errors).toMatchObject([{ field }]);
  });

  it('is for senders and administrators', async () => {
    const body = { key: 'new_login', channel: 'email' };
    expectStatus(403, await preview(body, ania));
    expectStatus(200, await preview(body, await newMember('chief', 'admins')));
  });
});
