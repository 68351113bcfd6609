import * as z from 'zod';
import { ChannelName } from '../../channels/channel.ts';
import { fittingPushData } from '../../channels/push-data.ts';
import { smsSegments, smsText } from '../../channels/sms-text.ts';
import { InvalidRequest } from '../../shared/errors.ts';
import { languageTag } from '../../shared/language-tag.ts';
import { timeZone } from '../../shared/wall-time.ts';
import { DISCORD } from './compiled/discord.ts';
import { EMAIL } from './compiled/email.ts';
import { INBOX } from './compiled/inbox.ts';
import { PUSH } from './compiled/push.ts';
import { SMS } from './compiled/sms.ts';
import { Data } from './data.ts';
import { checkData, type NotificationKey, sampleData } from './key.ts';
import { notificationKey } from './keys.ts';
import { TemplateError } from './liquid.ts';
import { fillingFor, pushDataOf, renderDiscord, renderEmail, renderInbox, renderPush, renderSms } from './rendering.ts';

export const PreviewInput = z.strictObject({
  key: z.string().max(100),
  channel: ChannelName,
  locale: languageTag
    .default('en')
    .describe('Of the recipient; without a template in it, its language or English is used'),
  time_zone: timeZone.default('UTC').describe('Of the recipient'),
  data: Data.optional().describe('Of the notification; when absent, the samples of the key'),
});
type PreviewInput = z.output<typeof PreviewInput>;

/** What there is depends on the channel. */
export const Preview = z.object({
  subject: z.string().optional().describe('Of an email'),
  title: z.string().optional().describe('Of a push message'),
  text: z.string().optional().describe('As it is sent: that of an SMS is cut where it would be too long'),
  html: z.string().optional().describe('Of an email, a whole document'),
  sms: z.object({ encoding: z.enum(['GSM-7', 'UCS-2']), segments: z.number().int() }).optional(),
  data: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Of an item in the inbox, or what the app gets with a push'),
});
type Preview = z.output<typeof Preview>;

/**
 * What a notification would say. Throws InvalidRequest for a key or channel that there is not, and for data that the templates can't
 * be filled in with, naming the variable.
 */
export async function preview(input: PreviewInput, smsMaxParts: number, now: Date): Promise<Preview> {
  const key = notificationKey(input.key);
  if (!key) throw refused('key', 'is not a key');
  const channels = key.channels.flat();
  if (!channels.includes(input.channel))
    throw refused('channel', `is no channel of this key, which has ${channels.join(', ')}`);
  const variables = input.data ?? sampleData(key);
  // Whoever previews wants to know; when such a key is sent, a value that does not fit is left out.
  const errors = checkData({ ...key, anyData: false }, variables);
  if (errors.length > 0) throw new InvalidRequest(errors);
  try {
    return await render(key, input, variables, smsMaxParts, now);
  } catch (error) {
    if (error instanceof TemplateError) throw refused('data', error.message);
    throw error;
  }
}

/** In place of a recipient's id (RFC 9562, section 5.9). */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const refused = (field: string, reason: string) => new InvalidRequest([{ field, reason }]);

async function render(
  { name: key }: NotificationKey,
  { channel, locale, time_zone }: PreviewInput,
  variables: Record<string, unknown>,
  smsMaxParts: number,
  now: Date,
): Promise<Preview> {
  const recipient = { first_name: 'Ada', last_name: 'Lovelace', locale, time_zone };
  const filling = fillingFor({ key, variables }, recipient);
  switch (channel) {
    case 'email':
      return renderEmail(EMAIL, filling);
    case 'sms': {
      const text = smsText(renderSms(SMS, filling).text, smsMaxParts);
      return { text, sms: smsSegments(text) };
    }
    case 'push':
      return { ...renderPush(PUSH, filling), data: fittingPushData(pushDataOf(filling, NIL_UUID, now.toISOString())) };
    case 'inbox':
      return { data: renderInbox(INBOX, { key, variables }, recipient) };
    case 'discord':
      return renderDiscord(DISCORD, filling);
  }
}
