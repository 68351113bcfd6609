import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { CHANNELS, ChannelList } from '../src/channels/channel.ts';
import { isKeptByPlatforms } from '../src/channels/push-data.ts';
import { checkData, type NotificationKey, sampleData } from '../src/notifications/templates/key.ts';
import { Category } from '../src/users/category.ts';

/** Every key has its texts in this language, to which all others fall back. */
export const FALLBACK = 'en';

/** A text of one line. */
export const line = z
  .string()
  .min(1)
  .regex(/^[^\n]*$/, 'one line');
/** What several texts of a language say, by the name that stands for it in them. */
const Phrases = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string().min(1));
const Email = z.strictObject({ subject: line, why: line, mjml: z.string().min(1), text: z.string().min(1) });
const Templates = z.strictObject({
  phrases: Phrases.default({}),
  email: Email.optional(),
  sms: z.strictObject({ text: z.string().min(1), end: line.optional() }).optional(),
  push: z.strictObject({ title: line, text: z.string().min(1) }).optional(),
  inbox: z.strictObject({ title: line, message: z.string().min(1) }).optional(),
  discord: z.strictObject({ text: z.string().min(1) }).optional(),
});
/** A language tag. */
export const locale = z.string().refine(
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
  channels: ChannelList,
  any_text: z.boolean().default(false),
  any_data: z.boolean().default(false),
  internal: z.boolean().default(false),
  push_data: z.array(z.string()).default([]),
  data: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), Variable).default({}),
  templates: z.record(locale, Templates).default({}),
});
export type KeyFile = z.output<typeof KeyFile>;

/** The key that a file describes, with its texts; undefined, with the faults told, when it is none. */
export function readKey(file: string, faults: string[]): KeyFile | undefined {
  try {
    return KeyFile.parse(parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof z.ZodError) {
      for (const { path, message } of error.issues) faults.push(`${file}: ${describePath(path)}${message}`);
    } else faults.push(`${file}: ${messageOf(error)}`);
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

export const messageOf = (error: unknown) =>
  error instanceof Error ? error.message.replace(/\s+/g, ' ').trim() : String(error);

export const keyOf = (name: string, file: KeyFile): NotificationKey => ({
  name,
  category: file.category,
  critical: file.critical,
  channels: file.channels,
  anyText: file.any_text,
  anyData: file.any_data,
  internal: file.internal,
  pushData: file.push_data,
  variables: Object.entries(file.data).map(([variable, about]) => ({ name: variable, ...about })),
});

/** What the form of the file does not tell: whether its parts go together. */
export function checkKey(file: string, key: NotificationKey, { templates }: KeyFile, faults: string[]): void {
  const channels = key.channels.flat();
  const fault = (reason: string) => faults.push(`${file}: ${reason}`);
  if (!/^[a-z][a-z0-9_]*$/.test(key.name)) fault('must be named with small letters, digits and _');
  if (key.anyData && key.variables.some(({ required }) => required)) fault('any_data: goes with no required variable');
  if (key.anyText && !channels.includes('email')) fault('any_text: is for keys with the channel email');
  if (key.pushData.length > 0 && !channels.includes('push')) fault('push_data: is for keys with the channel push');
  for (const name of key.pushData) {
    if (!key.variables.some((variable) => variable.name === name)) fault(`push_data: there is no ${name} in data`);
    if (isKeptByPlatforms(name) || ['user_id', 'timestamp'].includes(name))
      fault(`push_data: ${name} means something else in every push`);
  }
  for (const { field, reason } of checkData({ ...key, anyData: false }, sampleData(key)))
    fault(`${field}: its sample ${reason}`);
  for (const channel of channels) {
    // An item of the inbox shows its data where there is no template.
    if (channel !== 'inbox' && !templates[FALLBACK]?.[channel]) fault(`${FALLBACK}, ${channel}: has no template`);
  }
  for (const [language, texts] of Object.entries(templates)) {
    for (const phrase of Object.keys(texts.phrases))
      if (key.variables.some(({ name }) => name === phrase))
        fault(`${language}, phrases: ${phrase} is a name in data, too`);
    for (const channel of CHANNELS) {
      if (!texts[channel]) continue;
      if (!channels.includes(channel)) fault(`${language}, ${channel}: is no channel of this key`);
      else if (!templates[FALLBACK]?.[channel])
        fault(`${FALLBACK}, ${channel}: has no template, and ${language} has one`);
    }
  }
}
