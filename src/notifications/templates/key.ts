import * as z from 'zod';
import type { ChannelList } from '../../channels/channel.ts';
import type { FieldError } from '../../shared/errors.ts';
import type { Category } from '../../users/category.ts';

/** A kind of notification, as a file in `keys/` describes it. */
export interface NotificationKey {
  readonly name: string;
  readonly category: Category;
  /** Goes through quiet hours. */
  readonly critical: boolean;
  readonly channels: ChannelList;
  /** Whether `subject`, `text` and `html` may be given with a notification in place of the email's template. */
  readonly anyText: boolean;
  /** Whether senders may give what they like as data: a value that does not fit its variable is then left out of the texts. */
  readonly anyData: boolean;
  /** Made by Carillon itself; nobody can ask for one. */
  readonly internal: boolean;
  /** Which of its variables an app gets as data of a push. */
  readonly pushData: readonly string[];
  /** What the templates may use of a notification's data. */
  readonly variables: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  /** `text`: a text, number or boolean; `instant`: ISO 8601 with Z or an offset, or unix seconds; `link`: a URL with http or https. */
  readonly type: 'text' | 'instant' | 'link';
  readonly required: boolean;
  readonly sample: string | number;
}

/** ISO 8601 with Z or an offset, or unix seconds up to the year 9999, as a number or its digits. */
export const Instant = z.union([
  z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,12}$/)
        .transform(Number),
    ])
    .refine((seconds) => seconds >= 0 && seconds < 253_402_300_800)
    .transform((seconds) => new Date(seconds * 1000)),
]);

const VALUES = {
  text: {
    schema: z.union([z.string(), z.number(), z.boolean()]),
    reason: 'must be a text, a number, true or false',
  },
  instant: {
    schema: z.union([z.string(), z.number()]).refine((value) => Instant.safeParse(value).success),
    reason: 'must be an instant, such as 2026-12-01T08:30:00Z, or unix seconds',
  },
  link: {
    schema: z.url({ protocol: /^https?$/ }).max(2000),
    reason: 'must be a URL that begins with https:// or http://',
  },
} as const;

type Data = Readonly<Record<string, unknown>>;

/** The email that a sender wrote with the data, where the key allows it. An empty part is as good as none. */
const OwnText = z.object({
  subject: z.string().max(1_000).optional(),
  text: z.string().max(50_000).optional(),
  html: z.string().max(100_000).optional(),
});
export type OwnText = z.output<typeof OwnText>;

/** Null is as good as absent. */
const withoutNulls = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));

const isWhole = ({ subject, text, html }: OwnText) => subject !== undefined && (text ?? html) !== undefined;

/** The text of the sender's own among a notification's data. Throws a ZodError for what `checkData` refuses. */
export function ownTextOf(key: NotificationKey, data: Data): OwnText {
  if (!key.anyText) return {};
  const given = Object.entries(OwnText.parse(withoutNulls(data))).filter(([, part]) => part?.trim());
  return OwnText.parse(Object.fromEntries(given));
}

/** Why a notification with this data could not be written out, a reason for each field; empty when it can. */
export function checkData(key: NotificationKey, data: Data): FieldError[] {
  const own = OwnText.safeParse(key.anyText ? withoutNulls(data) : {});
  if (!own.success)
    return own.error.issues.map(({ path, message }) => ({ field: `data.${path.join('.')}`, reason: message }));
  return key.variables.flatMap(({ name, type, required }) => {
    const value = Object.hasOwn(data, name) ? data[name] : null;
    const field = `data.${name}`;
    if (value === null || value === undefined || value === '')
      return required && !isWhole(ownTextOf(key, data)) ? [{ field, reason: 'is missing' }] : [];
    return key.anyData || VALUES[type].schema.safeParse(value).success ? [] : [{ field, reason: VALUES[type].reason }];
  });
}

/** What the templates get of a notification's data: every declared variable, null where there is no value that fits. */
export function valuesOf(key: NotificationKey, data: Data): Record<string, unknown> {
  return Object.fromEntries(
    key.variables.map(({ name, type }) => {
      const parsed = VALUES[type].schema.safeParse(Object.hasOwn(data, name) ? data[name] : null);
      return [name, parsed.success ? parsed.data : null];
    }),
  );
}

/** Data to try a key out with. */
export const sampleData = (key: NotificationKey): Record<string, unknown> =>
  Object.fromEntries(key.variables.map(({ name, sample }) => [name, sample]));
