import * as z from 'zod';
import { CHANNELS, ChannelName } from '../channels/channel.ts';
import { Category } from './category.ts';

/** 24-hour wall time, `22:00`. */
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 22:00');

export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** Channels that make a sound; the inbox waits quietly until somebody looks. */
const DISTURBING = CHANNELS.filter((channel) => channel !== 'inbox');

/** Hours in which nothing disturbs: from `from` until `to`, which is on the next day when it is the earlier one. */
export const QuietHours = z
  .strictObject({
    from: TimeOfDay,
    to: TimeOfDay,
    /** Days on which they begin; absent: every day. */
    days: z.array(z.enum(WEEKDAYS)).min(1).optional(),
    /** IANA name; absent: the person's own. */
    time_zone: z.string().optional(),
    channels: z.array(ChannelName).min(1).default(DISTURBING),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'is the same as from' });
export type QuietHours = z.output<typeof QuietHours>;

const Switches = z.partialRecord(ChannelName, z.boolean());

/** What a person wants to be told, and when. What is not named is on. */
export const Preferences = z.strictObject({
  /** False: nothing at all. */
  enabled: z.boolean().default(true),
  channels: Switches.default({}),
  categories: z
    .partialRecord(Category, z.strictObject({ enabled: z.boolean().default(true), channels: Switches.default({}) }))
    .default({}),
  quiet_hours: QuietHours.optional(),
});
export type Preferences = z.output<typeof Preferences>;
