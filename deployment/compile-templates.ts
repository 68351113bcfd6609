import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CHANNELS, type ChannelName } from '../src/channels/channel.ts';
import { smsSegments } from '../src/channels/sms-text.ts';
import { type NotificationKey, sampleData, valuesOf } from '../src/notifications/templates/key.ts';
import { checkTemplate, type Form, fill, TemplateError } from '../src/notifications/templates/liquid.ts';
import { RECIPIENT_VARIABLES } from '../src/notifications/templates/recipient-variables.ts';
import { compileBody, compileLayout, type Layout } from './email-layout.ts';
import { checkKey, type KeyFile, keyOf, readKey } from './key-file.ts';

/** Under `src/notifications/`. */
const KEY_FILES = 'keys/*.yml';
const COMPILED = 'templates/compiled';

/** Parts of an SMS that the texts take with their samples, at most: the default of SMS_MAX_PARTS. */
const SMS_PARTS = 3;

/** All that is wrong with the templates, a line each: file, locale, channel and field, and the reason. */
export class BrokenTemplates extends Error {
  constructor(faults: readonly string[]) {
    super(`The templates can't be compiled:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** What one field of a template becomes. */
const FORMS: Readonly<Record<ChannelName, Readonly<Record<string, Form>>>> = {
  email: { subject: 'text', html: 'html', text: 'text', why: 'text' },
  sms: { text: 'text', end: 'text' },
  push: { title: 'text', text: 'text' },
  inbox: { title: 'text', message: 'text' },
  discord: { text: 'discord' },
};

type Fields = Readonly<Record<string, string>>;

/**
 * Reads, checks and compiles everything under `dir` (`src/notifications` of a checkout): answers the contents of the modules that the
 * functions import, by path under `dir`. Throws BrokenTemplates with all that is wrong.
 */
export async function compileTemplates(dir: string): Promise<Map<string, string>> {
  const faults: string[] = [];
  const layout = await compileLayout(dir, faults);
  const files = globSync(KEY_FILES, { cwd: dir }).sort();
  const keys: CompiledKey[] = [];
  for (const file of files) {
    const key = await compileKey(dir, file, layout, faults);
    if (key) keys.push(key);
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
        '../key.ts',
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

interface CompiledKey {
  readonly key: NotificationKey;
  /** By language. */
  readonly templates: Record<string, Partial<Record<ChannelName, Fields>>>;
}

async function compileKey(
  dir: string,
  file: string,
  layout: Layout,
  faults: string[],
): Promise<CompiledKey | undefined> {
  const path = join(dir, file);
  const read = readKey(path, faults);
  if (!read) return undefined;
  const key = keyOf(basename(file, '.yml'), read);
  checkKey(path, key, read, faults);
  const templates: CompiledKey['templates'] = {};
  for (const [language, channels] of Object.entries(read.templates)) {
    const at = (field: string, reason: string) => faults.push(`${path}: ${language}, ${field}: ${reason}`);
    const compiled: CompiledKey['templates'][string] = {};
    for (const channel of CHANNELS) {
      const fields = await fieldsOf(channels, channel, layout, at);
      if (!fields) continue;
      for (const [field, text] of Object.entries(fields)) {
        for (const reason of faultsOf(FORMS[channel][field] ?? 'text', text, key, language))
          at(`${channel}.${field}`, reason);
      }
      if (channel === 'sms') for (const reason of tooLong(fields, key, language)) at('sms.text', reason);
      compiled[channel] = fields;
    }
    templates[language] = compiled;
  }
  return { key, templates };
}

const template = (name: string, type: string, value: unknown) => module(name, type, '../template.ts', value);

const module = (name: string, type: string, from: string, value: unknown) =>
  `// Written by \`npm run templates\` from the files in keys/ and templates/.
import type { ${type.replace(/^readonly |\[\]$/g, '')} } from '${from}';

export const ${name}: ${type} = ${JSON.stringify(value, undefined, 1)};
`;

async function fieldsOf(
  channels: KeyFile['templates'][string],
  channel: ChannelName,
  layout: Layout,
  fault: (field: string, reason: string) => void,
): Promise<Fields | undefined> {
  const written = channels[channel];
  if (!written) return undefined;
  const fields = withPhrases(written, channels.phrases);
  if (channel !== 'email') return fields;
  const { mjml = '', subject = '', text = '', why = '' } = fields;
  const html = await compileBody(mjml, layout, (reason) => fault('email.mjml', reason));
  return html === undefined ? undefined : { subject, html, text, why };
}

/** The same texts with every phrase in the place of its name. */
const withPhrases = (fields: object, phrases: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([field, text]) => [
      field,
      String(text).replace(/\{\{ *(\w+) *\}\}/g, (whole, name) => phrases[name] ?? whole),
    ]),
  );

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

function tooLong({ text = '', end = '' }: Fields, key: NotificationKey, language: string): string[] {
  try {
    const { segments } = smsSegments(render('text', `${text}\n${end}`.trim(), key, sampleData(key), language));
    return segments <= SMS_PARTS ? [] : [`takes ${segments} parts of an SMS with its samples, ${SMS_PARTS} at most`];
  } catch (error) {
    // What can't be filled in has been reported by then.
    if (error instanceof TemplateError) return [];
    throw error;
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
