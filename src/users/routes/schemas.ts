import * as z from 'zod';
import { ChannelList } from '../../channels/channel.ts';
import { languageTag } from '../../shared/language-tag.ts';
import { timeZone } from '../../shared/wall-time.ts';
import { type Device, ExternalId, type Person, Platform } from '../user.ts';

export const userParams = z.object({ id: z.string().min(1).max(128) });

export const channelParams = userParams.extend({ channel: z.enum(['email', 'sms', 'discord']) });

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');

/** E.164; whether the number exists is for the code to find out. */
const phone = z.string().regex(/^\+[1-9]\d{1,14}$/, 'must be in E.164 form, e.g. +48123456789');

const TOGETHER = ['first_name', 'last_name', 'phone'] as const;

/** Existing clients rely on the three coming together. */
export const profileChange = z
  .strictObject({
    first_name: name.optional(),
    last_name: name.optional(),
    phone: phone.optional(),
    time_zone: timeZone.optional(),
    locale: languageTag.optional(),
    preferred_channels: ChannelList.optional(),
  })
  .superRefine((change, context) => {
    if (Object.keys(change).length === 0)
      context.addIssue({ code: 'custom', message: 'must change at least one field' });
    const missing = TOGETHER.filter((field) => change[field] === undefined);
    if (missing.length === TOGETHER.length) return;
    const given = TOGETHER.filter((field) => !missing.includes(field)).join(' and ');
    for (const field of missing) {
      context.addIssue({ code: 'custom', path: [field], message: `is missing: it comes together with ${given}` });
    }
  });

const instant = z.string();

export const userReply = z.object({
  id: z.string(),
  external_id: ExternalId.optional(),
  user_name: z.string(),
  status: z.literal('CONFIRMED'),
  email: z.string(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  phone: z.string().optional(),
  time_zone: z.string(),
  locale: z.string(),
  preferred_channels: ChannelList.optional(),
  devices: z.array(
    z.object({ id: z.string(), platform: Platform, added_at: instant, disabled_at: instant.optional() }),
  ),
  last_sign_in_at: instant.optional(),
  created_at: instant,
  updated_at: instant,
  revision: z.number().int(),
});

export const contactPointsReply = z.object({
  contact_points: z.array(
    z.object({
      channel: z.enum(['email', 'sms', 'discord']),
      address: z.string(),
      verified: z.boolean(),
      verified_at: instant.optional(),
    }),
  ),
});

/** What is known of each channel's address; the secret part of a webhook stays here. */
export function contactPointsOf(person: Person): z.input<typeof contactPointsReply> {
  const { email, sms, discord } = person.contact_points;
  const known = [
    { channel: 'email' as const, point: email },
    { channel: 'sms' as const, point: sms },
    { channel: 'discord' as const, point: discord && { ...discord, address: withoutSecret(discord.address) } },
  ];
  return {
    contact_points: known.flatMap(({ channel, point }) =>
      point ? [{ channel, ...point, verified: point.verified_at !== undefined }] : [],
    ),
  };
}

const withoutSecret = (webhook: string) => webhook.replace(/\/[^/]*$/, '/…');

export const deviceReply = z.object({
  id: z.string(),
  platform: Platform,
  added_at: instant,
  disabled_at: instant.optional(),
}) satisfies z.ZodType<Omit<Device, 'endpoint_arn'>>;
