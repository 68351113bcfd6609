import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import mjml2html from 'mjml';
import { parse } from 'yaml';
import * as z from 'zod';
import { CHANNELS, type ChannelName } from '../src/channels/channel.ts';
import { smsSegments } from '../src/channels/sms-text.ts';
import { checkData, type NotificationKey, sampleData, valuesOf } from '../src/notifications/key.ts';
import { checkTemplate, type Form, fill, SafeHtml, TemplateError } from '../src/notifications/liquid.ts';
import { RECIPIENT_VARIABLES } from '../src/notifications/recipient-variables.ts';
import { Category } from '../src/users/category.ts';

/** Under `src/notifications/`. */
const KEY_FILES = 'keys/*.yml';
const LAYOUT = 'templates/layout.mjml';
const LAYOUT_TEXTS = 'templates/layout.yml';
const COMPILED = 'templates/compiled';

/** Every key has its texts in this language, to which all others fall back. */
const FALLBACK = 'en';

/** Parts of an SMS that the texts take with their samples, at most: the default of SMS_MAX_PARTS. */
const SMS_PARTS = 3;

/** All that is wrong with the templates, a line each: file, locale, channel and field, and the reason. */
export class BrokenTemplates extends Error {
  constructor(faults: readonly string[]) {
    super(`The templates can't be compiled:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

const line = z
  .string()
  .min(1)
  .regex(/^[^\n]*$/, 'one line');
const Email = z.strictObject({ subject: line, why: line, mjml: z.string().min(1), text: z.string().min(1) });
const Templates = z.strictObject({
  email: Email.optional(),
  sms: z.strictObject({ text: z.string().min(1) }).optional(),
  push: z.strictObject({ title: line, text: z.string().min(1) }).optional(),
  inbox: z.strictObject({ title: line, message: z.string().min(1) }).optional(),
  discord: z.strictObject({ text: z.string().min(1) }).optional(),
});
const locale = z.string().refine(
  (tag) =>
    z
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/)
      .safeParse(tag).success && isCanonical(tag),
  {
    error: 'must be a language tag in its canonical form, such as pl or pt-BR',
  },
);
const isCanonical = (tag: string) => Intl.getCanonicalLocales(tag)[0] === tag;

const Variable = z.strictObject({
  type: z.enum(['text', 'instant', 'link']),
  required: z.boolean().default(false),
  sample: z.union([z.string().min(1), z.number()]),
});

/** A key as somebody writes it. */
const KeyFile = z.strictObject({
  category: Category,
  critical: z.boolean().default(false),
  channels: z.array(z.enum(CHANNELS)).min(1),
  any_text: z.boolean().default(false),
  any_data: z.boolean().default(false),
  internal: z.boolean().default(false),
  data: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), Variable).default({}),
  templates: z.record(locale, Templates).default({}),
});
type KeyFile = z.output<typeof KeyFile>;

/** What one field of a template becomes. */
const FORMS: Readonly<Record<ChannelName, Readonly<Record<string, Form>>>> = {
  email: { subject: 'text', html: 'html', text: 'text', why: 'text' },
  sms: { text: 'text' },
  push: { title: 'text', text: 'text' },
  inbox: { title: 'text', message: 'text' },
  discord: { text: 'discord' },
};

type Fields = Record<string, string>;

/**
 * Reads, checks and compiles everything under `dir` (`src/notifications` of a checkout): answers the contents of the modules that the
 * functions import, by path under `dir`. Throws BrokenTemplates with all that is wrong.
 */
export async function compileTemplates(dir: string): Promise<Map<string, string>> {
  const faults: string[] = [];
  const layout = await compileLayout(dir, faults);
  const files = globSync(KEY_FILES, { cwd: dir }).sort();
  const keys: { key: NotificationKey; templates: Record<string, Partial<Record<ChannelName, Fields>>> }[] = [];
  for (const file of files) {
    const read = readKey(dir, file, faults);
    if (!read) continue;
    const key = keyOf(basename(file, '.yml'), read);
    checkKey(file, key, read, faults);
    const templates: (typeof keys)[number]['templates'] = {};
    for (const [language, channels] of Object.entries(read.templates)) {
      const at = (field: string, reason: string) => faults.push(`${join(dir, file)}: ${language}, ${field}: ${reason}`);
      templates[language] = {};
      for (const channel of CHANNELS) {
        const fields = await fieldsOf(channels, channel, layout, at);
        if (!fields) continue;
        for (const [field, text] of Object.entries(fields)) {
          for (const reason of faultsOf(FORMS[channel][field] ?? 'text', text, key, language))
            at(`${channel}.${field}`, reason);
        }
        if (channel === 'sms') for (const reason of tooLong(fields, key, language)) at('sms.text', reason);
        templates[language][channel] = fields;
      }
    }
    keys.push({ key, templates });
  }
  if (files.length === 0) faults.push(`${join(dir, KEY_FILES)}: there is no key`);
  if (faults.length > 0) throw new BrokenTemplates(faults);

  const byChannel = (channel: ChannelName) =>
    Object.fromEntries(
      keys.flatMap(({ key, templates }) => {
        const texts = Object.entries(templates).flatMap(([language, channels]) =>
          channels[channel] ? [[language, channels[channel]]] : [],
        );
        return texts.length > 0 ? [[key.name, Object.fromEntries(texts)]] : [];
      }),
    );
  const { outside: html, own, texts } = layout;
  return new Map([
    [
      `${COMPILED}/keys.ts`,
      module(
        'KEYS',
        'readonly NotificationKey[]',
        '../../key.ts',
        keys.map(({ key }) => key),
      ),
    ],
    [
      `${COMPILED}/email.ts`,
      template('EMAIL', 'EmailTemplates', { layout: { html, own, texts }, keys: byChannel('email') }),
    ],
    [`${COMPILED}/sms.ts`, template('SMS', 'SmsTemplates', byChannel('sms'))],
    [`${COMPILED}/push.ts`, template('PUSH', 'PushTemplates', byChannel('push'))],
    [`${COMPILED}/inbox.ts`, template('INBOX', 'InboxTemplates', byChannel('inbox'))],
    [`${COMPILED}/discord.ts`, template('DISCORD', 'DiscordTemplates', byChannel('discord'))],
  ]);
}

const template = (name: string, type: string, value: unknown) => module(name, type, '../template.ts', value);

const module = (name: string, type: string, from: string, value: unknown) =>
  `// Written by \`npm run templates\` from the files in keys/ and templates/.
import type { ${type.replace(/^readonly |\[\]$/g, '')} } from '${from}';

export const ${name}: ${type} = ${JSON.stringify(value, undefined, 1)};
`;

function readKey(dir: string, file: string, faults: string[]): KeyFile | undefined {
  try {
    return KeyFile.parse(parse(readFileSync(join(dir, file), 'utf8')));
  } catch (error) {
    if (error instanceof z.ZodError) {
      for (const { path, message } of error.issues) faults.push(`${join(dir, file)}: ${describePath(path)}${message}`);
    } else faults.push(`${join(dir, file)}: ${messageOf(error)}`);
    return undefined;
  }
}

/** `templates.pl.email.text` is said as `pl, email.text`, as in every other fault. */
const describePath = ([first, second, ...rest]: readonly PropertyKey[]): string => {
  if (first === undefined) return '';
  const named =
    first === 'templates' && second !== undefined
      ? [`${String(second)},`, rest.map(String).join('.')]
      : [
          [first, second, ...rest]
            .filter((part) => part !== undefined)
            .map(String)
            .join('.'),
        ];
  return `${named.filter((part) => part !== '').join(' ')}: `;
};

const messageOf = (error: unknown) =>
  error instanceof Error ? error.message.replace(/\s+/g, ' ').trim() : String(error);

const keyOf = (name: string, file: KeyFile): NotificationKey => ({
  name,
  category: file.category,
  critical: file.critical,
  channels: file.channels,
  anyText: file.any_text,
  anyData: file.any_data,
  internal: file.internal,
  variables: Object.entries(file.data).map(([variable, about]) => ({ name: variable, ...about })),
});

function checkKey(file: string, key: NotificationKey, { channels, templates }: KeyFile, faults: string[]): void {
  const fault = (reason: string) => faults.push(`${file}: ${reason}`);
  if (!/^[a-z][a-z0-9_]*$/.test(key.name)) fault('must be named with small letters, digits and _');
  if (new Set(channels).size < channels.length) fault('channels: names a channel twice');
  if (key.anyData && key.variables.some(({ required }) => required)) fault('any_data: goes with no required variable');
  if (key.anyText && !channels.includes('email')) fault('any_text: is for keys with the channel email');
  for (const { field, reason } of checkData({ ...key, anyData: false }, sampleData(key)))
    fault(`${field}: its sample ${reason}`);
  for (const channel of channels) {
    // An item of the inbox shows its data where there is no template.
    if (channel !== 'inbox' && !templates[FALLBACK]?.[channel]) fault(`${FALLBACK}, ${channel}: has no template`);
  }
  for (const [language, texts] of Object.entries(templates)) {
    for (const channel of CHANNELS) {
      if (!texts[channel]) continue;
      if (!channels.includes(channel)) fault(`${language}, ${channel}: is no channel of this key`);
      else if (!templates[FALLBACK]?.[channel])
        fault(`${FALLBACK}, ${channel}: has no template, and ${language} has one`);
    }
  }
}

async function fieldsOf(
  channels: KeyFile['templates'][string],
  channel: ChannelName,
  layout: Layout,
  fault: (field: string, reason: string) => void,
): Promise<Fields | undefined> {
  if (channel !== 'email') return channels[channel];
  if (!channels.email) return undefined;
  const { mjml, ...rest } = channels.email;
  const html = await compileBody(mjml, layout, (reason) => fault('email.mjml', reason));
  return html === undefined ? undefined : { subject: rest.subject, html, text: rest.text, why: rest.why };
}

/** Values that people may well give, in turn, for every variable of that type. */
const ODD: Readonly<Record<'text' | 'instant' | 'link', readonly unknown[]>> = {
  text: ['', '{{ secret }}{% if %}', '<script>"\'', 'a\nb', 0, true],
  instant: ['2026-03-29T02:30:00+02:00', 0],
  link: ['http://example.com/?a="><b>'],
};

/** Looks at the variables that it uses, and fills it in: with the samples, without what may be missing, and with odd values. */
function faultsOf(form: Form, text: string, key: NotificationKey, language: string): string[] {
  const available = [...key.variables.map(({ name }) => name), ...RECIPIENT_VARIABLES];
  const reasons = checkTemplate(text, available, form);
  if (reasons.length > 0) return reasons;
  if (form === 'html') reasons.push(...looseLinks(text, key));

  const samples = sampleData(key);
  const least = Object.fromEntries(key.variables.map(({ name, required }) => [name, required ? samples[name] : null]));
  const odd = key.variables.flatMap(({ name, type }) => ODD[type].map((value) => ({ ...samples, [name]: value })));
  const tries: [string, Record<string, unknown>][] = [
    ['with its samples', samples],
    ['with nothing but what is required', least],
    ...odd.map((data): [string, Record<string, unknown>] => ['with values that may come', data]),
  ];
  for (const [how, data] of tries) {
    try {
      if (how === 'with its samples' && render(form, text, key, data, language).trim() === '')
        reasons.push(`is empty ${how}`);
      else render(form, text, key, data, language);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      reasons.push(`${how}: ${error.message}`);
    }
  }
  return [...new Set(reasons)];
}

const SAMPLE_RECIPIENT = { first_name: 'Ada', last_name: 'Lovelace', time_zone: 'Europe/Warsaw' };

function render(
  form: Form,
  text: string,
  key: NotificationKey,
  data: Record<string, unknown>,
  language: string,
): string {
  const isLeast = Object.values(data).includes(null);
  const recipient = isLeast ? { ...SAMPLE_RECIPIENT, first_name: null, last_name: null } : SAMPLE_RECIPIENT;
  return fill(form, text, { ...valuesOf(key, data), recipient }, { locale: language, timeZone: 'Europe/Warsaw' });
}

/** In the address of a link only a variable that was checked to be one may stand. */
function looseLinks(html: string, key: NotificationKey): string[] {
  const links = new Set(key.variables.flatMap(({ name, type }) => (type === 'link' ? [`{{ ${name} }}`] : [])));
  const addresses = [...html.matchAll(/\b(?:href|src|background|action)\s*=\s*("[^"]*"|'[^']*')/gi)].map(
    ([, value = '']) => value.slice(1, -1),
  );
  return addresses
    .filter((address) => (/\{[{%]/.test(address) ? !links.has(address) : !/^(https:|mailto:)/.test(address)))
    .map((address) => `the address ${address} is neither https: nor a variable of type link by itself`);
}

function tooLong({ text = '' }: Fields, key: NotificationKey, language: string): string[] {
  try {
    const { segments } = smsSegments(render('text', text, key, sampleData(key), language));
    return segments <= SMS_PARTS ? [] : [`takes ${segments} parts of an SMS with its samples, ${SMS_PARTS} at most`];
  } catch (error) {
    // What can't be filled in has been reported by then.
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

/** The one layout of all emails, cut open where their bodies go. */
interface Layout {
  readonly mjml: string;
  readonly outside: string;
  readonly own: string;
  readonly texts: Record<string, { unsubscribe: string }>;
}

const SLOT = '<mj-raw><!-- body --></mj-raw>';
const BEGIN = '<!-- body begins -->';
const END = '<!-- body ends -->';
const BODY = '{{ body }}';

async function compileLayout(dir: string, faults: string[]): Promise<Layout> {
  const file = join(dir, LAYOUT);
  const mjml = readFileSync(file, 'utf8');
  const fault = (reason: string) => faults.push(`${file}: ${reason}`);
  if (mjml.split(SLOT).length !== 2) fault(`must have ${SLOT} once`);
  const outside = `${(await compileMjml(mjml.replace(SLOT, `<mj-raw>${BODY}</mj-raw>`), fault)) ?? ''}\n`;
  const parsedTexts = z
    .record(locale, z.strictObject({ unsubscribe: line }))
    .safeParse(parse(readFileSync(join(dir, LAYOUT_TEXTS), 'utf8')));
  for (const { path, message } of parsedTexts.error?.issues ?? [])
    faults.push(`${join(dir, LAYOUT_TEXTS)}: ${path.join('.')}: ${message}`);
  const texts = parsedTexts.data ?? {};
  if (!texts[FALLBACK]) faults.push(`${join(dir, LAYOUT_TEXTS)}: ${FALLBACK} is missing`);

  const values = {
    locale: 'en',
    subject: 'Subject',
    body: new SafeHtml('<tr><td>Body</td></tr>'),
    why: 'Why',
    unsubscribe: 'Unsubscribe',
    unsubscribe_url: 'https://example.com/',
  };
  for (const reason of checkTemplate(outside, Object.keys(values), 'html')) fault(reason);
  try {
    fill('html', outside, values, { locale: 'en', timeZone: 'UTC' });
  } catch (error) {
    fault(messageOf(error));
  }
  const layout = { mjml, outside, own: '', texts };
  const own = await compileBody('<mj-text>{{ content }}</mj-text>', layout, fault);
  return { ...layout, own: own ?? '' };
}

/** The rows that a body becomes in the layout. It may be of what stands in a column only, and changes nothing around it. */
async function compileBody(
  body: string,
  { mjml, outside }: Pick<Layout, 'mjml' | 'outside'>,
  fault: (reason: string) => void,
): Promise<string | undefined> {
  const compiled = await compileMjml(
    mjml.replace(SLOT, () => `<mj-raw>${BEGIN}</mj-raw>\n${body}\n<mj-raw>${END}</mj-raw>`),
    fault,
  );
  if (compiled === undefined) return undefined;
  const begin = compiled.indexOf(BEGIN);
  const end = compiled.lastIndexOf(END);
  const around =
    begin < 0 || end < begin ? undefined : compiled.slice(0, begin) + BODY + compiled.slice(end + END.length);
  if (around === undefined || `${around}\n`.replace(/\s+/g, ' ') !== outside.replace(/\s+/g, ' ')) {
    fault(
      'is not closed, or changes the layout around it: use mj-text, mj-button, mj-image, mj-divider, mj-spacer, mj-table and mj-raw',
    );
    return undefined;
  }
  const rows = compact(compiled.slice(begin + BEGIN.length, end));
  for (const reason of unbalanced(rows)) fault(reason);
  return rows;
}

const VOID = new Set(['br', 'hr', 'img']);

/** Elements that are opened and not closed, or the other way round, in what a body has become. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = '', rest = ''] of html
    .replace(/<!--[\s\S]*?-->/g, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)\b([^>]*)>/gi)) {
    const tag = name.toLowerCase();
    if (VOID.has(tag) || rest.endsWith('/')) continue;
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) return [`</${tag}> closes nothing that is open`];
  }
  return open.length > 0 ? [`<${open.at(-1)}> is not closed`] : [];
}

const compact = (html: string) =>
  html
    .trim()
    .replace(/\n\s*/g, '\n')
    .replace(/\n{2,}/g, '\n');

async function compileMjml(mjml: string, fault: (reason: string) => void): Promise<string | undefined> {
  try {
    const { html, errors } = await mjml2html(mjml, {
      validationLevel: 'strict',
      keepComments: true,
      fonts: {},
      ignoreIncludes: true,
    });
    for (const { message } of errors) fault(message);
    return compact(html);
  } catch (error) {
    fault(messageOf(error));
    return undefined;
  }
}

const notifications = join(import.meta.dirname, '../src/notifications');

/** Throws BrokenTemplates where the compiled modules are not what the templates under `dir` become. */
export async function checkCompiled(dir = notifications): Promise<void> {
  const stale = [...(await compileTemplates(dir))].filter(([file, text]) => {
    const path = join(dir, file);
    return !existsSync(path) || readFileSync(path, 'utf8') !== text;
  });
  if (stale.length > 0)
    throw new BrokenTemplates(stale.map(([file]) => `${join(dir, file)}: is out of date; npm run templates writes it`));
}

if (import.meta.main) {
  try {
    mkdirSync(join(notifications, COMPILED), { recursive: true });
    for (const [file, text] of await compileTemplates(notifications)) writeFileSync(join(notifications, file), text);
  } catch (error) {
    if (!(error instanceof BrokenTemplates)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
