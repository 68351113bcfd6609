import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CHANNELS } from '../../src/channels/channel.ts';
import { checkTemplate, composeMessage, renderContent, TemplateError } from '../../src/notifications/rendering.ts';

const known = ['first_name', 'event.title'];
const context = { deliveryId: 'd-1' };
const anything = fc.string({ unit: 'binary', maxLength: 400, size: 'max' });

describe('setting a template', () => {
  test.each([
    'Plain text, with { braces } and 100 %',
    'Hi {{ first_name }}, {{ event.title | upcase }} starts',
    '{% if first_name %}Hi {{ first_name | default: "you" }}{% else %}Hi{% endif %}',
    '{% assign who = first_name | strip %}{{ who }} {{ who | size }} {{ first_name.size }}',
    '{{ event["title"] }}',
  ])('%p is fine', (text) => {
    expect(checkTemplate(text, known)).toEqual([]);
  });

  test('names each variable that does not exist, also where it would be optional', () => {
    const reasons = checkTemplate('{{ nickname | default: "x" }} {% if event.place %}y{% endif %} {{ event }}', known);
    expect(reasons).toHaveLength(3);
    for (const name of ['nickname', 'event.place', 'event']) {
      expect(reasons.join('\n')).toContain(`unknown variable "${name}"; known are first_name, event.title`);
    }
    expect(checkTemplate('{{ x }}', [])).toEqual(['unknown variable "x"; there are none here']);
  });

  test.each([
    ['{{ first_name', /not closed/],
    ['{% if first_name %}', /not closed/],
    ['{{ first_name | shout }}', /undefined filter: shout/],
    ['{% include "secrets" %}', /not found/],
    ['{% render "secrets" %}', /not found/],
    ['{% layout "secrets" %}', /not found/],
    ['{% for i in (1..1000000000) %}x{% endfor %}', /not found/],
    ['{{ event[first_name] }}', /unknown variable/],
    ['{{ first_name.constructor.constructor }}', /unknown variable/],
    ['x'.repeat(10_001), /limit/],
  ])('%.40p is refused with one reason', (text, reason) => {
    expect(checkTemplate(text, known)).toEqual([expect.stringMatching(reason)]);
  });

  test('any text is either fine or refused with a reason on one line', () => {
    const parts = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      ' if ',
      'first_name',
      '|',
      '"',
      '.',
      ' ',
      '\n',
      'raw',
      'assign',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string()), { maxLength: 12 }), (pieces) => {
        const reasons = checkTemplate(pieces.join(''), known);
        for (const reason of reasons) expect(reason).toMatch(/^[^\n\r]+$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('filling in a template', () => {
  test('happens per recipient, in the title and in the message', () => {
    const content = { title: '{{ event.title }}', message: 'Hi {{ first_name | default: "there" }}' };
    const event = { title: 'Standup' };
    expect(renderContent(content, { first_name: 'Ada', event })).toEqual({ title: 'Standup', message: 'Hi Ada' });
    expect(renderContent(content, { first_name: null, event })).toEqual({ title: 'Standup', message: 'Hi there' });
  });

  test('does not read a value as a template', () => {
    const content = { title: '{{ first_name }}', message: '' };
    expect(renderContent(content, { first_name: '{{ secret }}' }).title).toBe('{{ secret }}');
  });

  test.each([
    ['a missing variable', '{{ nickname }}'],
    ['text that doubles', `{% assign a = "xxxxxxxxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`],
    ['a huge range', '{{ (1..100000000) }}'],
    ['what a prototype has', '{{ first_name.constructor }}'],
    ['too long a result', '{{ long }}{{ long }}{{ long }}'],
  ])('stops at %s', (_, title) => {
    const variables = { first_name: 'Ada', long: 'x'.repeat(9_000) };
    expect(() => renderContent({ title, message: '' }, variables)).toThrow(TemplateError);
  });
});

describe('a message', () => {
  const content = { title: 'Standup <now>', message: 'Hi Ada & Co,\n\nsee https://example.com/a_b?c=1&d=2' };

  test('as an email has a subject, a text and an HTML part, and says why it came', () => {
    const mail = composeMessage('email', content, { ...context, footer: 'You are a member of Standup.' });
    expect(mail.subject).toBe('Standup <now>');
    expect(mail.text).toBe(`${content.message}\n\n-- \nYou are a member of Standup.\n`);
    expect(mail.html).toContain('<h1');
    expect(mail.html).toContain('Standup &lt;now&gt;');
    expect(mail.html).toContain('Hi Ada &amp; Co,</p>');
    expect(mail.html).toContain('You are a member of Standup.');
    expect(mail.deliveryId).toBe('d-1');
  });

  test('as an SMS is one text', () => {
    expect(composeMessage('sms', { title: 'Dentist', message: 'at nine' }, context).text).toBe('Dentist: at nine');
    expect(composeMessage('sms', { title: 'Dentist', message: '' }, context).text).toBe('Dentist');
  });

  test.each(['push', 'inbox'] as const)('for %s keeps title and body apart', (channel) => {
    expect(composeMessage(channel, content, context)).toEqual({
      subject: content.title,
      text: content.message,
      ...context,
    });
  });

  test('on Discord is text as it was written: no markup, no masked link, no ping; links work', () => {
    const { text } = composeMessage(
      'discord',
      { title: '*Raid* @everyone', message: '# <@123> [bank](https://evil.example/a_b)\n> `x`\nat 9-10 (UTC)' },
      context,
    );
    expect(text).toBe(
      '**\\*Raid\\* @\u200beveryone**\n\\# \\<@123> \\[bank\\](https://evil.example/a_b)\n\\> \\`x\\`\nat 9-10 (UTC)',
    );
  });

  test('without a title gets one', () => {
    expect(composeMessage('email', { title: ' ', message: 'Water the plants' }, context).subject).toBe(
      'Water the plants',
    );
    expect(composeMessage('email', { title: '', message: '' }, context).subject).toBe('Reminder');
  });

  test('never has a line break in its subject, nor one longer than a line may be', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHANNELS), anything, anything, (channel, title, message) => {
        const { subject } = composeMessage(channel, { title: `${title}\r\nBcc: x`, message }, context);
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(subject.length).toBeLessThanOrEqual(200);
        expect(subject.length).toBeGreaterThan(0);
      }),
    );
  });

  test('as HTML has exactly the tags of the template, whatever people write', () => {
    const hostile = fc.oneof(
      anything,
      fc.array(fc.constantFrom('<', '>', '"', "'", '&', 'script', '/', '=', '\n')).map((p) => p.join('')),
    );
    const tags = (html = '') =>
      html
        .replaceAll('<br>', '')
        .match(/<[^>]*>/g)
        ?.filter((tag) => !/^<\/?p\b/.test(tag));
    const plain = tags(composeMessage('email', { title: 'a', message: 'b' }, { ...context, footer: 'c' }).html);
    fc.assert(
      fc.property(hostile, hostile, hostile, (title, message, footer) => {
        const { html } = composeMessage('email', { title, message }, { ...context, footer: `c${footer}` });
        expect(tags(html)).toEqual(plain);
        expect(html?.match(/</g)?.length).toBe(html?.match(/<[^<>]*>/g)?.length);
      }),
    );
  });
});
