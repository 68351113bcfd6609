import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { checkCompiled, compileTemplates } from '../../deployment/compile-templates.ts';
import { root } from '../../deployment/stacks.ts';
import { DISCORD } from '../../src/notifications/templates/compiled/discord.ts';
import { EMAIL } from '../../src/notifications/templates/compiled/email.ts';
import { INBOX } from '../../src/notifications/templates/compiled/inbox.ts';
import { PUSH } from '../../src/notifications/templates/compiled/push.ts';
import { SMS } from '../../src/notifications/templates/compiled/sms.ts';

let dir: string;
const notifications = () => join(dir, 'src/notifications');

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'carillon-templates-'));
  cpSync(join(root, 'src'), join(dir, 'src'), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Changes a file of the copy; the text to replace has to be there. */
function change(file: string, from: string, to: string): void {
  const path = join(notifications(), file);
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(from);
  writeFileSync(path, before.replace(from, to));
}

const key = (text: string) => writeFileSync(join(notifications(), 'keys/extra.yml'), text);
const email = (mjml: string, more = '') =>
  `category: posts\nchannels: [email]\n${more}templates: { en: { email: { subject: Hi, why: Because, text: Hi, mjml: '${mjml}' } } }\n`;
const sms = (text: string, more = '') =>
  `category: posts\nchannels: [sms]\n${more}templates: { en: { sms: { text: '${text}' } } }\n`;

describe('the compiled templates', () => {
  it('are what the files become (npm run templates writes them)', async () => {
    await expect(checkCompiled()).resolves.toBeUndefined();
  });

  it.each([
    ['email', EMAIL.keys, ['announcement', 'new_login', 'price_alert', 'registration', 'reminder']],
    ['sms', SMS, ['price_alert', 'reminder']],
    ['push', PUSH, ['price_alert', 'reminder']],
    ['inbox', INBOX, ['reminder']],
    ['discord', DISCORD, ['price_alert', 'reminder']],
  ])('of %s exist in English and in Polish for the keys that come with Carillon', (_channel, texts, names) => {
    for (const name of names) expect([name, Object.keys(texts[name] ?? {})]).toEqual([name, ['en', 'pl']]);
  });
});

describe('compiling names file, language, channel and reason of', () => {
  it.each<[string, string, string, string, RegExp]>([
    [
      'an unknown variable',
      'keys/new_login.yml',
      'subject: Nowe logowanie na Twoje konto',
      'subject: "{{ nickname }}"',
      /new_login\.yml: pl, email\.subject: unknown variable "nickname"; known are at/,
    ],
    [
      'Liquid that is not closed',
      'keys/reminder.yml',
      '"{{ message }}" }',
      '"{{ message" }',
      /reminder\.yml: en, push\.text: .*not closed/,
    ],
    [
      'an unknown filter',
      'keys/new_login.yml',
      'at | date_time',
      'at | date_tyme',
      /new_login\.yml: en, email\.html: undefined filter: date_tyme/,
    ],
    [
      'an unknown MJML element',
      'keys/registration.yml',
      '<mj-button',
      '<mj-knob',
      /registration\.yml: en, email\.mjml: .*mj-knob/,
    ],
    [
      'an MJML attribute that does not exist',
      'keys/registration.yml',
      '<mj-button ',
      '<mj-button colour="red" ',
      /registration\.yml: en, email\.mjml: .*colour/,
    ],
    [
      'MJML that is not closed',
      'keys/announcement.yml',
      '{{ title }}</mj-text>',
      '{{ title }}',
      /announcement\.yml: en, email\.mjml: is not closed/,
    ],
    [
      'HTML that is not closed',
      'keys/announcement.yml',
      '{{ title }}</mj-text>',
      '<b>{{ title }}</mj-text>',
      /announcement\.yml: en, email\.mjml: .*(<b>|closes nothing)/,
    ],
    [
      'a body that breaks out of its column',
      'keys/announcement.yml',
      '<mj-raw>{% endif %}',
      '</mj-column><mj-column><mj-raw>{% endif %}',
      /announcement\.yml: en, email\.mjml: .*layout/,
    ],
    ['a missing fallback', 'keys/new_login.yml', '  en:', '  de:', /new_login\.yml: en, email: has no template/],
    [
      'a missing channel',
      'keys/new_login.yml',
      'channels: [inbox, email]',
      'channels: [inbox, email, sms]',
      /new_login\.yml: en, sms: has no template/,
    ],
    [
      'a channel that the key does not have',
      'keys/reminder.yml',
      ', push, inbox',
      ', inbox',
      /reminder\.yml: en, push: is no channel of this key/,
    ],
    ['a category that does not exist', 'keys/new_post.yml', 'posts', 'gossip', /new_post\.yml: category: /],
    ['a field that does not exist', 'keys/new_login.yml', 'critical:', 'urgent:', /new_login\.yml: .*urgent/],
    [
      'a subject of two lines',
      'keys/registration.yml',
      'subject: Witamy',
      'subject: "Witamy\\n" #',
      /registration\.yml: pl, email\.subject: one line/,
    ],
    ['YAML that is none', 'keys/new_post.yml', 'channels: [inbox]', 'channels: [inbox', /new_post\.yml: .*flow/i],
    [
      'a sample that does not fit',
      'keys/new_login.yml',
      '"2026-12-01T08:30:00Z"',
      'yesterday',
      /new_login\.yml: data\.at: its sample must be an instant/,
    ],
    [
      'a phrase with an unknown variable',
      'keys/price_alert.yml',
      'headline: "{{ coin }}:',
      'headline: "{{ token }}:',
      /price_alert\.yml: pl, sms\.text: unknown variable "token"/,
    ],
    [
      'a phrase that is named like data',
      'keys/price_alert.yml',
      '    phrases:',
      '    phrases:\n      note: x',
      /price_alert\.yml: en, phrases: note is a name in data, too/,
    ],
    ['a language that is none', 'keys/new_login.yml', '  pl:', '  polish_:', /new_login\.yml: polish_/],
    [
      'required data of a key whose data may be anything',
      'keys/new_login.yml',
      'sample: Warsaw',
      'required: true, sample: Warsaw',
      /any_data/,
    ],
    [
      'a layout without a place for the body',
      'templates/layout.mjml',
      '<mj-raw><!-- body --></mj-raw>',
      '',
      /layout\.mjml: must have/,
    ],
    [
      'a layout with an unknown variable',
      'templates/layout.mjml',
      '{{ why }}',
      '{{ because }}',
      /layout\.mjml: unknown variable "because"/,
    ],
    ['a layout without its English texts', 'templates/layout.yml', 'en:', 'de:', /layout\.yml: en is missing/],
  ])('%s', async (_, file, from, to, fault) => {
    change(file, from, to);
    await expect(compileTemplates(notifications())).rejects.toThrow(fault);
  });

  it.each<[string, string, RegExp]>([
    ['a tag that is not allowed', sms('{% for i in (1..9) %}x{% endfor %}'), /en, sms\.text: .*"for" not found/],
    ['a partial', sms('{% include "secrets" %}'), /en, sms\.text: .*"include" not found/],
    [
      'a date made of what is none',
      sms('{{ recipient.first_name | date_time }}'),
      /en, sms\.text: with its samples: date_time/,
    ],
    [
      'a date that may be missing',
      sms('{{ at | date_only }}', 'data: { at: { type: instant, sample: "2026-12-01T08:30:00Z" } }\n'),
      /with nothing but what is required: date_only/,
    ],
    ['an SMS that grows too long', sms('ż'.repeat(202)), /en, sms\.text: takes 4 parts/],
    [
      'an empty text',
      sms('{% if recipient.first_name == 1 %}x{% endif %}'),
      /en, sms\.text: is empty with its samples/,
    ],
    [
      'an address of a text',
      email('<mj-button href="{{ to }}">x</mj-button>', 'data: { to: { type: text, sample: x } }\n'),
      /email\.html: the address \{\{ to \}\}/,
    ],
    [
      'an address that runs',
      email('<mj-button href="javascript:alert(1)">x</mj-button>'),
      /email\.html: the address javascript:/,
    ],
    [
      'an address with more than a link in it',
      email(
        '<mj-text><a href="https://x.example/{{ to }}">x</a></mj-text>',
        'data: { to: { type: link, sample: https://a.example } }\n',
      ),
      /email\.html: the address/,
    ],
    ['a filter for HTML in a text', sms('{{ recipient.first_name | multiline }}'), /undefined filter: multiline/],
    ['raw output', email('<mj-text>{{ recipient.first_name | raw }}</mj-text>'), /undefined filter: raw/],
    [
      'two of a channel',
      'category: posts\nchannels: [inbox, inbox]\n',
      /extra\.yml: channels: must name each channel once/,
    ],
    ['own text without email', 'category: posts\nchannels: [inbox]\nany_text: true\n', /extra\.yml: any_text/],
  ])('%s', async (_, text, fault) => {
    key(text);
    await expect(compileTemplates(notifications())).rejects.toThrow(fault);
  });

  it('all that is wrong at once', async () => {
    change('keys/new_post.yml', 'posts', 'gossip');
    key(sms('{{ nobody }}'));
    await expect(compileTemplates(notifications())).rejects.toThrow(
      /extra\.yml: en, sms\.text:.*\n.*new_post\.yml: category/,
    );
  });
});

describe('a new key', () => {
  it('may be the one of docs/keys.md', async () => {
    const [, example] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/keys.md'), 'utf8')) ?? [];
    key(z.string().parse(example));
    expect((await compileTemplates(notifications())).get('templates/compiled/sms.ts')).toContain('"extra"');
  });

  it('is a file', async () => {
    key(sms('Hi {{ recipient.first_name | default: "you" }}', 'critical: true\n'));
    const compiled = await compileTemplates(notifications());
    expect(compiled.get('templates/compiled/keys.ts')).toMatch(
      /"name": "extra",\s*"category": "posts",\s*"critical": true/,
    );
    expect(compiled.get('templates/compiled/sms.ts')).toContain('"extra"');
    expect(compiled.get('templates/compiled/email.ts')).not.toContain('"extra"');
  });
});
