import { type Channel, permanent, type SendResult } from '../../channels/channel.ts';
import type { Person } from '../../users/user.ts';
import type { Announcer } from '../inbox/announcer.ts';
import type { InboxStore } from '../inbox/inbox-store.ts';
import { DISCORD } from '../templates/compiled/discord.ts';
import { EMAIL } from '../templates/compiled/email.ts';
import { INBOX } from '../templates/compiled/inbox.ts';
import { PUSH } from '../templates/compiled/push.ts';
import { SMS } from '../templates/compiled/sms.ts';
import { TemplateError } from '../templates/liquid.ts';
import {
  fillingFor,
  pushDataOf,
  renderDiscord,
  renderEmail,
  renderInbox,
  renderPush,
  renderSms,
} from '../templates/rendering.ts';
import type { Sender } from './deliver-batch.ts';
import type { Dispatch } from './delivery.ts';

const deliveryId = (person: Person, dispatch: Dispatch, batch: string) => `${dispatch.id}:${batch}:${person.id}`;

/** A template that fails for this recipient fails for good. */
async function unlessBroken(send: () => Promise<SendResult>): Promise<SendResult> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof TemplateError) return permanent('TEMPLATE_ERROR');
    throw error;
  }
}

const ACCEPTED = { outcome: 'SENT', reason: 'ACCEPTED' } as const;

/** How the person can stop such emails: what the headers and the foot of the message link to; undefined where they can't. */
export type UnsubscribeOf = (person: Person, dispatch: Dispatch) => { readonly url: string } | undefined;

/** The link by which the person says to have seen it; undefined where nobody is asked to. */
export type AcknowledgeOf = (person: Person, dispatch: Dispatch) => string | undefined;

const askingNobody: AcknowledgeOf = () => undefined;

/** What is said, filled in for the person, with the link where they are asked to acknowledge it. */
const fillingWithLink = (person: Person, dispatch: Dispatch, acknowledgeOf: AcknowledgeOf) =>
  fillingFor(dispatch.content, person, { acknowledge_url: acknowledgeOf(person, dispatch) ?? null });

/** Email: ten at a time; what a crash may repeat is one such ten. */
export const emailSender = (
  channel: Channel<string>,
  unsubscribeOf: UnsubscribeOf = () => undefined,
  acknowledgeOf = askingNobody,
): Sender => ({
  repeats: 'once-more',
  chunk: 10,
  success: ACCEPTED,
  send: (person, dispatch, batch) =>
    unlessBroken(async () => {
      const unsubscribe = unsubscribeOf(person, dispatch);
      const mail = await renderEmail(EMAIL, fillingWithLink(person, dispatch, acknowledgeOf), unsubscribe?.url);
      return channel.send(person.contact_points.email.address, {
        ...mail,
        deliveryId: deliveryId(person, dispatch, batch),
        ...(unsubscribe && { unsubscribe }),
      });
    }),
});

/** At one address, and never twice. */
const addressSender = (
  channel: Channel<string>,
  name: 'sms' | 'discord',
  textFor: (filling: ReturnType<typeof fillingFor>) => { text: string; end?: string },
  acknowledgeOf = askingNobody,
): Sender => ({
  repeats: 'never',
  chunk: 10,
  success: ACCEPTED,
  send: (person, dispatch, batch) =>
    unlessBroken(async () => {
      const address = person.contact_points[name]?.address;
      if (address === undefined) return permanent('NO_CONTACT_POINT');
      const texts = textFor(fillingWithLink(person, dispatch, acknowledgeOf));
      return channel.send(address, { subject: '', ...texts, deliveryId: deliveryId(person, dispatch, batch) });
    }),
});

export const smsSender = (channel: Channel<string>, acknowledgeOf?: AcknowledgeOf) =>
  addressSender(channel, 'sms', (filling) => renderSms(SMS, filling), acknowledgeOf);

export const discordSender = (channel: Channel<string>) =>
  addressSender(channel, 'discord', (filling) => renderDiscord(DISCORD, filling));

/** Push: to each device; one that took it is enough. A device whose endpoint is dead is disabled. */
export const pushSender = (
  channel: Channel<string>,
  disableDevice: (userId: string, deviceId: string) => Promise<void>,
): Sender => ({
  repeats: 'never',
  chunk: 10,
  success: ACCEPTED,
  send: (person, dispatch, batch) =>
    unlessBroken(async () => {
      const filling = fillingFor(dispatch.content, person);
      const { title: subject, text } = renderPush(PUSH, filling);
      const data = pushDataOf(filling, person.id, dispatch.created_at);
      const message = { subject, text, data, deliveryId: deliveryId(person, dispatch, batch) };
      const results: SendResult[] = [];
      for (const device of person.devices.filter((each) => !each.disabled_at)) {
        const result = await channel.send(device.endpoint_arn, message);
        if (result.kind === 'permanent' && result.reason === 'ENDPOINT_DISABLED')
          await disableDevice(person.id, device.id);
        results.push(result);
      }
      const ranked = ['accepted', 'unknown', 'transient', 'permanent'].flatMap((kind) =>
        results.filter((each) => each.kind === kind),
      );
      return ranked[0] ?? permanent('NO_DEVICE');
    }),
});

/** The inbox: one item per dispatch and person, whatever runs twice. Who is connected hears of it at once. */
export const inboxSender = (inbox: Pick<InboxStore, 'add'>, announce: Pick<Announcer, 'added'>): Sender => ({
  repeats: 'harmless',
  chunk: 50,
  success: { outcome: 'DELIVERED', reason: 'ADDED_TO_INBOX' },
  send: (person, dispatch) =>
    unlessBroken(async () => {
      const id = await inbox.add({
        user_id: person.id,
        source_id: dispatch.id,
        key: dispatch.content.key,
        ...(dispatch.content.target_id === undefined ? {} : { target_id: dispatch.content.target_id }),
        data: renderInbox(INBOX, dispatch.content, person),
        created_at: dispatch.created_at,
      });
      return { kind: 'accepted', messageId: id };
    }),
  afterwards: (rows) =>
    announce.added(
      rows.flatMap(({ user_id, message_id }) =>
        message_id === undefined ? [] : [{ userId: user_id, itemId: message_id }],
      ),
    ),
});
