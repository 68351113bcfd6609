import { cut, oneLine, plainText } from '../../channels/text.ts';
import type { Person } from '../../users/user.ts';
import type { Content } from '../delivery/delivery.ts';
import { type NotificationKey, type OwnText, ownTextOf, valuesOf } from './key.ts';
import { notificationKey } from './keys.ts';
import {
  type Form,
  fill,
  fillWritten,
  multiline,
  type Reader,
  SafeHtml,
  TemplateError,
  type Values,
} from './liquid.ts';
import { locales, sameLanguage } from './locales.ts';
import type {
  ByLocale,
  DiscordTemplates,
  EmailTemplates,
  InboxTemplates,
  PushTemplates,
  SmsTemplates,
} from './template.ts';

/** Whom a message is for, as far as its wording goes. */
export type Recipient = Pick<Person, 'first_name' | 'last_name' | 'locale' | 'time_zone'>;

/** What a key's templates are filled in with, for one recipient. */
export interface Filling {
  readonly key: NotificationKey;
  readonly values: Values;
  readonly reader: Reader;
  /** The email that a sender wrote. */
  readonly own: OwnText;
}

const readerOf = ({ locale, time_zone }: Recipient): Reader => ({ locale, timeZone: time_zone });

const recipientValues = ({ first_name, last_name, time_zone }: Recipient) => ({
  first_name: first_name ?? null,
  last_name: last_name ?? null,
  time_zone,
});

/** What a message says, before it is filled in. */
type Said = Pick<Content, 'key' | 'title' | 'message' | 'variables' | 'acknowledge'>;

/**
 * Puts together what the templates may use: of a notification its declared data; of what a person wrote, title and message, which are
 * Liquid themselves and filled in here; and the links that are this person's alone, by the names that the templates have for them. Throws
 * TemplateError.
 */
export function fillingFor(
  { key: name, title, message, variables, acknowledge }: Said,
  person: Recipient,
  ownLinks: Values = {},
): Filling {
  const key = notificationKey(name);
  if (!key) throw new TemplateError('there is no such key');
  const reader = readerOf(person);
  const recipient = recipientValues(person);
  const isWritten = title !== undefined || message !== undefined;
  const values = {
    ...valuesOf(key, isWritten ? {} : variables),
    ...(isWritten ? written({ title, message }, { ...variables, recipient }, reader) : {}),
    ...(acknowledge && { occurrence_id: acknowledge.id }),
    ...ownLinks,
  };
  return { key, values: { ...clean(values), recipient }, reader, own: isWritten ? {} : ownTextOf(key, variables) };
}

function written({ title = '', message = '' }: Pick<Content, 'title' | 'message'>, values: Values, reader: Reader) {
  const filled = { title: fillWritten(title, values, reader), message: fillWritten(message, values, reader) };
  return { ...filled, title: headline(filled.title) || headline(filled.message) };
}

const clean = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? plainText(value) : value]),
  );

/** In characters; RFC 5322 allows 998 in a line, phones and mail programs show far fewer. */
const MAX_SUBJECT = 200;

const headline = (text: string) => cut(oneLine(text), MAX_SUBJECT);

/** Text without the gaps that conditions leave. */
const body = (text: string) =>
  plainText(text)
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n');

/** The template in the recipient's language and, with it, how dates are written: as the recipient's locale does where the language is that. */
function choose<T>(templates: ByLocale<T>, { key, reader, values }: Filling) {
  const texts = templates[key.name];
  const locale = texts && locales(reader.locale).find((tag) => texts[tag] !== undefined);
  const template = locale === undefined ? undefined : texts?.[locale];
  if (template === undefined || locale === undefined) return undefined;
  const dates = sameLanguage(locale, reader.locale) ? reader : { ...reader, locale };
  return { template, locale, fill: (form: Form, text: string) => fill(form, text, values, dates) };
}

function chosen<T>(templates: ByLocale<T>, filling: Filling) {
  const choice = choose(templates, filling);
  if (!choice) throw new TemplateError('the key has no template for this channel');
  return choice;
}

export interface RenderedEmail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** An email in the layout: the key's, or the one that the sender wrote. `unsubscribeUrl` is linked at its foot. Throws TemplateError. */
export async function renderEmail(
  { layout, keys }: EmailTemplates,
  filling: Filling,
  unsubscribeUrl?: string,
): Promise<RenderedEmail> {
  const { template, locale, fill: fillIn } = chosen(keys, filling);
  const { own } = filling;
  const subject = headline(own.subject ?? fillIn('text', template.subject));
  const why = oneLine(fillIn('text', template.why));
  const inLayout = (content: SafeHtml) => fill('html', layout.own, { content }, filling.reader);
  const parts = (await ownParts(own, inLayout)) ?? {
    text: body(fillIn('text', template.text)),
    html: fillIn('html', template.html),
  };
  const unsubscribe = textsOf(layout.texts, locale).unsubscribe;
  const html = fill(
    'html',
    layout.html,
    { locale, subject, why, body: new SafeHtml(parts.html), unsubscribe, unsubscribe_url: unsubscribeUrl ?? null },
    filling.reader,
  );
  const foot = ['-- ', why, ...(unsubscribeUrl === undefined ? [] : [`${unsubscribe}: ${unsubscribeUrl}`])].join('\n');
  return { subject, text: `${parts.text || subject}\n\n${foot}\n`, html };
}

/** Both parts of an email that a sender wrote, each made of the other where it is missing. */
async function ownParts({ text, html }: OwnText, inLayout: (content: SafeHtml) => string) {
  if (html === undefined)
    return text === undefined ? undefined : { text: body(text), html: inLayout(multiline(plainText(text))) };
  // A fifth of the function's bundle, which few emails have use for.
  const { sanitise, textOfHtml } = await import('./html.ts');
  const safe = sanitise(html);
  if (safe === '') throw new TemplateError('nothing is left of data.html: it holds no text that an email may have');
  return { text: text === undefined ? body(textOfHtml(safe)) : body(text), html: inLayout(new SafeHtml(safe)) };
}

function textsOf(texts: EmailTemplates['layout']['texts'], locale: string) {
  const tag = locales(locale).find((each) => texts[each] !== undefined);
  const found = tag === undefined ? undefined : texts[tag];
  if (!found) throw new TemplateError('the layout has no texts');
  return found;
}

/** The text of an SMS, in full; the channel cuts it, but for its end. Throws TemplateError. */
export function renderSms(templates: SmsTemplates, filling: Filling): { text: string; end: string } {
  const { template, fill: fillIn } = chosen(templates, filling);
  return { text: body(fillIn('text', template.text)), end: oneLine(fillIn('text', template.end ?? '')) };
}

/** Throws TemplateError. */
export function renderPush(templates: PushTemplates, filling: Filling): { title: string; text: string } {
  const { template, fill: fillIn } = chosen(templates, filling);
  return { title: headline(fillIn('text', template.title)), text: body(fillIn('text', template.text)) };
}

/** Characters of one value. */
const LONGEST_PUSH_VALUE = 200;

/**
 * What an app gets along with a push: whose it is and since when (unix seconds), and the variables that the key names, as texts, without
 * those that have no value. `createdAt` is an instant, ISO 8601.
 */
export function pushDataOf({ key, values }: Filling, userId: string, createdAt: string): Record<string, string> {
  const named = key.pushData.flatMap((name) => {
    const value = values[name];
    return value === null || value === undefined ? [] : [[name, cut(String(value), LONGEST_PUSH_VALUE)]];
  });
  const timestamp = String(Math.floor(Date.parse(createdAt) / 1000));
  return { user_id: userId, timestamp, ...Object.fromEntries(named) };
}

/** The data of an inbox's item: the notification's own, unless the key has a template for it. Throws TemplateError. */
export function renderInbox(templates: InboxTemplates, content: Said, person: Recipient): Record<string, unknown> {
  if (templates[content.key] === undefined) return content.variables;
  const { template, fill: fillIn } = chosen(templates, fillingFor(content, person));
  const texts = { title: headline(fillIn('text', template.title)), message: body(fillIn('text', template.message)) };
  return { ...texts, ...(content.acknowledge && { occurrence_id: content.acknowledge.id }) };
}

/** Discord's Markdown, in which values are plain text. Throws TemplateError. */
export function renderDiscord(templates: DiscordTemplates, filling: Filling): { text: string } {
  const { template, fill: fillIn } = chosen(templates, filling);
  // Two values side by side must not make a mention either.
  return { text: body(fillIn('discord', template.text)).replace(/@(?=everyone|here)/g, '@\u200b') };
}
