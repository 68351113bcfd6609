import * as z from 'zod';
import { CHANNELS, ChannelName } from '../channels/channel.ts';
import { DAY, resolveWall, wallAt } from '../shared/time.ts';
import { timeZone } from '../shared/wall-time.ts';
import { Category } from './category.ts';

/** 24-hour wall time, `22:00`. */
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 22:00');

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** Channels that make a sound; the inbox waits quietly until somebody looks. */
const DISTURBING = CHANNELS.filter((channel) => channel !== 'inbox');

const areDistinct = (list: readonly unknown[]) => new Set(list).size === list.length;

/** Hours in which nothing disturbs: from `from` until `to`, which is on the next day when it is the earlier one. */
const QuietHours = z
  .strictObject({
    from: TimeOfDay.describe('Wall time at which they begin, e.g. 22:00'),
    to: TimeOfDay.describe('Wall time at which they end: on the next day, where it is earlier than `from`'),
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .refine(areDistinct, 'must name each day once')
      .optional()
      .describe('Days on which they begin; every day when left out'),
    time_zone: timeZone.optional().describe('IANA name of the zone of both times; the user’s own when left out'),
    channels: z
      .array(ChannelName)
      .min(1)
      .refine(areDistinct, 'must name each channel once')
      .default(DISTURBING)
      .describe('What waits until they end; every channel but the inbox when left out'),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'is the same as from' });
type QuietHours = z.output<typeof QuietHours>;

const Switches = z.partialRecord(ChannelName, z.boolean());

/** What a person wants to be told, and when. What is not named is on. */
export const Preferences = z.strictObject({
  enabled: z.boolean().default(true).describe('False: nothing at all'),
  channels: Switches.default({}).describe('Per channel, false: nothing on it; a channel that is not named is on'),
  categories: z
    .partialRecord(
      Category,
      z.strictObject({
        enabled: z.boolean().default(true).describe('False: nothing of this category'),
        channels: Switches.default({}).describe('Per channel, false: nothing of this category on it'),
      }),
    )
    .default({})
    .describe('Per category; one that is not named is on'),
  quiet_hours: QuietHours.optional().describe('Hours in which messages wait, critical ones excepted'),
});
export type Preferences = z.output<typeof Preferences>;

/** What of a person these rules go by. */
interface Preferring {
  readonly preferences?: Preferences | undefined;
  /** IANA name. */
  readonly time_zone: string;
}

const EVERYTHING = Preferences.parse({});

/** What the person has said, or the defaults: everything, at any time. */
export const preferencesOf = (person: Preferring): Preferences => person.preferences ?? EVERYTHING;

/** Whether the person wants messages of this category on this channel: none of the switches above it is off. */
export function isWanted(person: Preferring, category: Category, channel: ChannelName): boolean {
  const { enabled, channels, categories } = preferencesOf(person);
  const about = categories[category];
  const switches = [enabled, channels[channel], about?.enabled, about?.channels[channel]];
  return switches.every((on) => on !== false);
}

/** Quiet hours run on into the next ones only where clocks jump: more than this are never joined. */
const JOINED_AT_MOST = 7;

/**
 * The instant at which the quiet hours end that hold at `now` on this channel, in their own zone or the person's; undefined when none
 * do. They hold from the instant at which they begin until just before that at which they end. Where clocks jump over one of these
 * times, or show it twice, it is what `resolveWall` says. Hours that begin before others have ended join them.
 */
export function quietUntil(person: Preferring, channel: ChannelName, now: Date): Date | undefined {
  const quiet = preferencesOf(person).quiet_hours;
  if (!quiet?.channels.includes(channel)) return undefined;
  const zone = quiet.time_zone ?? person.time_zone;
  let end = endOfHoursAt(now.getTime(), quiet, zone);
  for (let joined = 1; end !== undefined && joined < JOINED_AT_MOST; joined++) {
    const next = endOfHoursAt(end, quiet, zone);
    if (next === undefined) break;
    end = next;
  }
  return end === undefined ? undefined : new Date(end);
}

/**
 * The latest end of the hours that hold at an instant. Days before count because hours cross midnight, and a zone may leave out a
 * day; the day after, because clocks may be put back over midnight.
 */
function endOfHoursAt(instant: number, { from, to, days }: QuietHours, zone: string): number | undefined {
  const today = Math.floor(wallAt(instant, zone) / DAY) * DAY;
  const ends = [-2, -1, 0, 1].flatMap((ahead) => {
    const day = today + ahead * DAY;
    if (days?.every((name) => WEEKDAYS.indexOf(name) !== weekdayOf(day))) return [];
    const begin = resolveWall(day + timeOfDay(from), zone).instant;
    const end = resolveWall(day + timeOfDay(to) + (to < from ? DAY : 0), zone).instant;
    return begin <= instant && instant < end ? [end] : [];
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Milliseconds since midnight. */
const timeOfDay = (text: string) => Date.parse(`1970-01-01T${text}Z`);

/** The place among WEEKDAYS; 1970 began on a Thursday. */
const weekdayOf = (day: number) => (day / DAY + 3) % 7;
