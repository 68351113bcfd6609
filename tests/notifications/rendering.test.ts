import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Content } from '../../src/notifications/delivery/delivery.ts';
import { DISCORD } from '../../src/notifications/templates/compiled/discord.ts';
import { EMAIL } from '../../src/notifications/templates/compiled/email.ts';
import { INBOX } from '../../src/notifications/templates/compiled/inbox.ts';
import { PUSH } from '../../src/notifications/templates/compiled/push.ts';
import { SMS } from '../../src/notifications/templates/compiled/sms.ts';
import { checkData, type NotificationKey } from '../../src/notifications/templates/key.ts';
import { notificationKey, notificationKeyNames } from '../../src/notifications/templates/keys.ts';
import { SafeHtml, TemplateError } from '../../src/notifications/templates/liquid.ts';
import {
  fillingFor,
  type Recipient,
  renderDiscord,
  renderEmail,
  renderInbox,
  renderPush,
  renderSms,
} from '../../src/notifications/templates/rendering.ts';

const ada: Recipient = { first_name: 'Ada', locale: 'en', time_zone: 'UTC' };
const pole: Recipient = { first_name: 'Ania', locale: 'pl-PL', time_zone: 'Europe/Warsaw' };

const keyOf = (name: string): NotificationKey => {
  const key = notificationKey(name);
  if (!key) throw new Error(`there is no key ${name}`);
  return key;
};

const reminder = (title: string, message: string, variables: Content['variables'] = {}) => ({
  key: 'reminder',
  title,
  message,
  variables,
});
const notification = (key: string, variables: Content['variables'] = {}) => ({ key, variables });
type Said = Pick<Content, 'key' | 'title' | 'message' | 'variables'>;

const mail = (content: Said, to = ada, unsubscribe?: string) =>
  renderEmail(EMAIL, fillingFor(content, to), unsubscribe);

/** All that a mail program shows of a document. */
const shown = (html: string) =>
  html
    .replace(/<(style|head|xml)\b[\s\S]*?<\/\1>/g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** The tags of a document, with the names of their attributes. */
const tags = (html: string) =>
  (html.replace(/<br>/g, '').match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/=\s*("[^"]*"|'[^']*')/g, ''));

describe('the language', () => {
  test.each([
    ['pl-PL', 'Nowe logowanie na Twoje konto'],
    ['pl', 'Nowe logowanie na Twoje konto'],
    ['PL-pl', 'Nowe logowanie na Twoje konto'],
    ['en-GB', 'New sign-in to your account'],
    ['de-AT', 'New sign-in to your account'],
    ['zh-Hant-TW', 'New sign-in to your account'],
    ['not a tag', 'New sign-in to your account'],
  ])('of %p is found: %p', async (locale, subject) => {
    expect((await mail(notification('new_login'), { ...ada, locale })).subject).toBe(subject);
  });

  test('is in the document as well, and in what the layout says', async () => {
    const { html, text } = await mail(notification('new_login'), pole, 'https://example.com/u');
    expect(html).toContain('<html lang="pl"');
    expect(shown(html)).toContain('Wypisz się');
    expect(text).toContain('Wypisz się: https://example.com/u');
  });

  test('of a date is that of the text around it, in the form of the recipient’s country', async () => {
    const login = notification('new_login', { at: '2026-12-01T08:30:00Z' });
    expect((await mail(login, pole)).text).toContain('Kiedy: 1 grudnia 2026 09:30 (Europe/Warsaw)');
    expect((await mail(login, { ...ada, locale: 'en-GB' })).text).toContain('When: 1 December 2026 at 08:30 (UTC)');
    expect((await mail(login, { ...ada, locale: 'de' })).text).toMatch(/When: December 1, 2026 at 8:30\sAM \(UTC\)/);
  });
});

describe('every key that senders may use', () => {
  test.each(notificationKeyNames())('%s says something without any data, unless it requires some', async (name) => {
    const key = keyOf(name);
    const required = key.variables.filter((variable) => variable.required);
    expect(checkData(key, {}).map(({ field }) => field)).toEqual(required.map((variable) => `data.${variable.name}`));
    if (required.length > 0 || !key.channels.includes('email')) return;
    for (const person of [ada, pole, { ...ada, first_name: undefined }]) {
      const { subject, text, html } = await mail(notification(name), person);
      for (const part of [subject, text, shown(html)]) expect(part).toMatch(/\p{L}{3}/u);
      expect(text).not.toMatch(/undefined|null|\n{3}|[ \t]\n(?!Y|W|P|Z)/);
    }
  });

  test('of an existing service takes any pairs, and leaves out of the texts what makes no sense there', async () => {
    const odd = { at: 'yesterday', device: { os: 'Plan 9' }, ip: ['::1'], place: 'Łódź', more: 1, __proto__: { x: 1 } };
    for (const name of ['registration', 'new_message', 'new_post', 'new_login'])
      expect(checkData(keyOf(name), odd)).toEqual([]);
    const own = { subject: 'Hi', text: 'Welcome', html: null };
    expect(checkData(keyOf('registration'), own)).toEqual([]);
    expect((await mail(notification('registration', own))).subject).toBe('Hi');
    const { text } = await mail(notification('new_login', odd));
    expect(text).toContain('Place: Łódź');
    expect(text).not.toMatch(/When|Device|IP|yesterday|object/);
  });

  test('of ours refuses what its templates can’t use', () => {
    const key = keyOf('announcement');
    expect(checkData(key, { title: {}, message: 'x', link: 'javascript:alert(1)' })).toEqual([
      { field: 'data.title', reason: expect.stringContaining('must be a text') },
      { field: 'data.link', reason: expect.stringContaining('https://') },
    ]);
    for (const link of ['data:text/html,x', ' java\nscript:x', '//example.com', 'ftp://example.com', '/path', 7])
      expect(checkData(key, { title: 'a', message: 'b', link })).toHaveLength(1);
    expect(checkData(key, { title: 'a', message: 'b', link: 'https://example.com/?a=1&b=2' })).toEqual([]);
    expect(checkData(key, { subject: 'a', html: '<p>b</p>' })).toEqual([]);
    expect(checkData(key, { subject: 'a' }).map(({ field }) => field)).toEqual(['data.title', 'data.message']);
    expect(checkData(key, { subject: 7, text: {}, html: [] })).toHaveLength(3);
    expect(checkData(key, { title: 'a', message: 'b', subject: null, text: null, html: null })).toEqual([]);
  });
});

describe('an email', () => {
  test('has a subject, a text and an HTML part that say the same, and says why it came', async () => {
    const { subject, text, html } = await mail(
      reminder('Dentist <now>', 'Hi {{ recipient.first_name }} & Co,\n\nat nine'),
    );
    expect(subject).toBe('Dentist <now>');
    expect(text).toBe('Hi Ada & Co,\n\nat nine\n\n-- \nYou get this because a reminder was set for you.\n');
    expect(html).toContain('<title>Dentist &lt;now&gt;</title>');
    expect(html).toContain('Hi Ada &amp; Co,<br><br>at nine');
    expect(shown(html)).toContain('You get this because a reminder was set for you.');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).not.toMatch(/\{\{|\{%|http:\/\/(?!www\.w3\.org)|fonts\.googleapis/);
  });

  test('links to where it can be stopped, only where it can', async () => {
    const url = 'https://example.com/unsubscribe?token=a&b="c"';
    const linked = await mail(reminder('a', 'b'), ada, url);
    expect(linked.html).toContain(
      '<a href="https://example.com/unsubscribe?token=a&amp;b=&quot;c&quot;">Unsubscribe</a>',
    );
    expect(linked.text).toContain(`\nUnsubscribe: ${url}\n`);
    const { html, text } = await mail(reminder('a', 'b'));
    expect(html + text).not.toContain('nsubscribe');
  });

  test('always has a title', async () => {
    expect((await mail(reminder(' ', 'Water\nthe plants'))).subject).toBe('Water the plants');
    expect((await mail(reminder('', ''))).subject).toBe('Reminder');
    expect((await mail(reminder('', ''), pole)).subject).toBe('Przypomnienie');
    expect((await mail(reminder('Only this', ''))).text).toMatch(/^Only this\n/);
  });
});

describe('an email that the sender wrote', () => {
  const announce = (data: Content['variables'], to = ada) => mail(notification('announcement', data), to);

  test('with both parts keeps both, in the layout', async () => {
    const { subject, text, html } = await announce(
      { subject: ' Hi\r\nBcc: x ', text: 'Plain', html: '<p>Rich</p>' },
      pole,
    );
    expect(subject).toBe('Hi Bcc: x');
    expect(text).toMatch(/^Plain\n\n-- \nPiszemy/);
    expect(html).toContain('<p>Rich</p>');
    expect(html).toContain('class="card"');
  });

  test('as HTML only gets a text, and the other way round', async () => {
    const rich = await announce({
      subject: 'x',
      html: '<h1>News</h1><p>See <a href="https://a.example/?x=1&amp;y=2">this</a>.</p><ul><li>a &lt; b</li></ul>',
    });
    expect(rich.text).toMatch(/^News\n\nSee this \(https:\/\/a\.example\/\?x=1&y=2\)\.\n\n- a < b\n\n-- \n/);
    const plain = await announce({ subject: 'x', text: 'a < b\n\n<script>' });
    expect(plain.html).toContain('a &lt; b<br><br>&lt;script&gt;');
  });

  test('replaces only what it has', async () => {
    const { subject, text } = await announce({ subject: 'Mine', title: 'Title', message: 'Message', text: '  ' });
    expect([subject, text.split('\n')[0]]).toEqual(['Mine', 'Message']);
  });

  test('of which nothing is left is an error', async () => {
    await expect(announce({ subject: 'x', html: '<script>alert(1)</script><img src=x onerror=y>' })).rejects.toThrow(
      TemplateError,
    );
  });

  test('is not possible on keys that do not allow it', async () => {
    const { subject, text } = await mail(
      notification('new_login', { subject: 'Mine', text: 'Mine', html: '<p>Mine</p>' }),
    );
    expect(subject + text).not.toContain('Mine');
  });

  test('is never read as a template', async () => {
    const { subject, text, html } = await announce({
      subject: '{{ title }}',
      text: '{% if %}',
      html: '<p>{{ x }}{% raw %}</p>',
    });
    expect([subject, text.split('\n')[0]]).toEqual(['{{ title }}', '{% if %}']);
    expect(html).toContain('<p>{{ x }}{% raw %}</p>');
  });
});

describe('the other channels', () => {
  const on = (content: Said, to = ada) => fillingFor(content, to);

  test('an SMS is one text', () => {
    expect(renderSms(SMS, on(reminder('Dentist', 'at nine'))).text).toBe('Dentist: at nine');
    expect(renderSms(SMS, on(reminder('Dentist', ''))).text).toBe('Dentist');
    expect(renderSms(SMS, on(reminder('', ''), pole)).text).toBe('Przypomnienie');
  });

  test('push keeps title and text apart', () => {
    expect(renderPush(PUSH, on(reminder('Dentist', 'at nine')))).toEqual({ title: 'Dentist', text: 'at nine' });
  });

  test('the inbox has the data of a notification as it is, and title and message of a reminder', () => {
    const data = { title: '{{ x }}', n: 1, deep: { a: [null] } };
    expect(renderInbox(INBOX, notification('new_post', data), ada)).toEqual(data);
    expect(renderInbox(INBOX, notification('announcement', data), ada)).toEqual(data);
    expect(renderInbox(INBOX, reminder('Hi {{ recipient.first_name }}', 'x'), ada)).toEqual({
      title: 'Hi Ada',
      message: 'x',
    });
  });

  test('Discord shows text as it was written: no markup, no masked link, no ping; links work', () => {
    const { text } = renderDiscord(
      DISCORD,
      on(reminder('*Raid* @everyone', '# <@123> [bank](https://evil.example/a_b)\n> `x`\nat 9-10 (UTC)')),
    );
    expect(text).toBe(
      '**\\*Raid\\* @\u200beveryone**\n\\# \\<@123> \\[bank\\](https://evil.example/a_b)\n\\> \\`x\\`\nat 9-10 (UTC)',
    );
  });

  test('without a template for it is an error', () => {
    expect(() => renderSms(SMS, on(notification('new_login')))).toThrow(TemplateError);
    expect(() => on(notification('no_such_key'))).toThrow(TemplateError);
    expect(() => on({ ...notification('constructor') })).toThrow(TemplateError);
  });
});

describe('what people write', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 300, size: 'max' });
  const pieces = fc.constantFrom(
    ...[
      '<',
      '>',
      '"',
      "'",
      '&',
      '</div>',
      '<script>',
      '<!--',
      '-->',
      '<![endif]-->',
      '{{',
      '}}',
      '{% raw %}',
      '{% endraw %}',
    ],
    ...[
      '{{ body }}',
      '{{ why }}',
      '\r\nBcc: x@y.z',
      '\u2028',
      '@everyone',
      '<@1>',
      '[a](b)',
      '\u0000',
      '=',
      ' onload=',
      'javascript:',
      '\\',
    ],
  );
  const hostile = fc.oneof(
    anything,
    fc.array(fc.oneof(pieces, anything), { maxLength: 8 }).map((some) => some.join('')),
  );
  /** As it comes through the API, which takes well-formed Unicode only; braces taken apart where Liquid would read them. */
  const literal = (text: string) => text.toWellFormed().replace(/\{/g, "{{ '{' }}");

  test('changes neither tags nor attributes of an email, nor its headers', async () => {
    const plain = tags((await mail(notification('announcement', { title: 'a', message: 'b' }))).html);
    const written = tags((await mail(reminder('a', 'b'))).html);
    const login = { at: 1, device: 'a', ip: 'b', place: 'c' };
    const signedIn = tags((await mail(notification('new_login', login))).html);
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (one, two, name) => {
        const to = { ...ada, first_name: `x${name}` };
        const mails = [
          [plain, await mail(notification('announcement', { title: `a${one}`, message: `b${two}` }), to)],
          [signedIn, await mail(notification('new_login', { ...login, device: `a${one}`, place: `b${two}` }), to)],
          [written, await mail(reminder(`a${literal(one)}`, `b${literal(two)}`), to)],
        ] as const;
        for (const [expected, { subject, html }] of mails) {
          expect(tags(html)).toEqual(expected);
          expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          expect(subject.length).toBeLessThanOrEqual(200);
          expect(subject).not.toBe('');
        }
      }),
      { numRuns: 60 },
    );
  });

  test('pings nobody on Discord and masks no link there', () => {
    fc.assert(
      fc.property(hostile, hostile, (one, two) => {
        const { text } = renderDiscord(DISCORD, fillingFor(reminder(literal(one), literal(two)), ada));
        expect(text).not.toMatch(/@everyone|@here/);
        const unescaped = text.replace(/https?:\/\/[^\s<>]+/g, '').replace(/\\[\s\S]/g, '');
        expect(unescaped).not.toMatch(/[<[]/);
      }),
    );
  });

  test('comes out of SMS, push and inbox as it went in, on lines of its own making only', () => {
    fc.assert(
      fc.property(hostile, (one) => {
        const filling = fillingFor(reminder('T', `x${literal(one)}`), ada);
        const { text } = renderSms(SMS, filling);
        expect(text.startsWith('T: x')).toBe(true);
        expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
        expect(renderPush(PUSH, filling).title).toBe('T');
        const braces = (some: string) => some.match(/[{}%]/g)?.length ?? 0;
        expect(braces(text)).toBe(braces(`x${one}`));
      }),
    );
  });

  test('is no HTML because it looks like what we call safe', async () => {
    const { html } = await mail(notification('announcement', { title: 'a', message: 'b', ...{ html: undefined } }));
    expect(html).not.toContain('[object');
    expect(String(new SafeHtml('<b>').valueOf())).toBe('<b>');
    const fake = { title: { valueOf: '<b>' }, message: { '#html': '<b>' } };
    expect(checkData(keyOf('announcement'), fake)).toHaveLength(2);
  });
});
