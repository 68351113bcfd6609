import {
  type Channel,
  type ChannelName,
  type OutgoingMessage,
  permanent,
  type SendResult,
} from '../channels/channel.ts';
import type { Person } from '../users/user.ts';
import type { Sender } from './deliver-batch.ts';
import type { Dispatch } from './delivery.ts';
import type { InboxStore } from './inbox-store.ts';
import { composeMessage, renderContent, TemplateError } from './rendering.ts';

function render(person: Person, dispatch: Dispatch) {
  const recipient = { first_name: person.first_name ?? null, last_name: person.last_name ?? null };
  return renderContent(dispatch.content, { ...dispatch.content.variables, recipient });
}

/** Renders for one recipient and hands over; a template that fails for this recipient fails for good. */
async function sendRendered(
  channel: ChannelName,
  person: Person,
  dispatch: Dispatch,
  batch: string,
  handOver: (message: OutgoingMessage) => Promise<SendResult>,
): Promise<SendResult> {
  try {
    const deliveryId = `${dispatch.id}:${batch}:${person.id}`;
    return await handOver(composeMessage(channel, render(person, dispatch), { deliveryId }));
  } catch (error) {
    if (error instanceof TemplateError) return permanent('TEMPLATE_ERROR');
    throw error;
  }
}

const ACCEPTED = { outcome: 'SENT', reason: 'ACCEPTED' } as const;

/** Email: ten at a time; what a crash may repeat is one such ten. */
export const emailSender = (channel: Channel<string>): Sender => ({
  repeats: 'once-more',
  chunk: 10,
  success: ACCEPTED,
  send: (person, dispatch, batch) =>
    sendRendered('email', person, dispatch, batch, (message) =>
      channel.send(person.contact_points.email.address, message),
    ),
});

/** SMS and Discord: at one address, and never twice. */
export const addressSender = (channel: Channel<string>, name: 'sms' | 'discord'): Sender => ({
  repeats: 'never',
  chunk: 10,
  success: ACCEPTED,
  send: async (person, dispatch, batch) => {
    const address = person.contact_points[name]?.address;
    if (address === undefined) return permanent('NO_CONTACT_POINT');
    return sendRendered(name, person, dispatch, batch, (message) => channel.send(address, message));
  },
});

/** Push: to each device; one that took it is enough. A device whose endpoint is dead is disabled. */
export const pushSender = (
  channel: Channel<string>,
  disableDevice: (userId: string, deviceId: string) => Promise<void>,
): Sender => ({
  repeats: 'never',
  chunk: 10,
  success: ACCEPTED,
  send: (person, dispatch, batch) =>
    sendRendered('push', person, dispatch, batch, async (message) => {
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

/** The inbox: one item per dispatch and person, whatever runs twice. */
export const inboxSender = (inbox: Pick<InboxStore, 'add'>): Sender => ({
  repeats: 'harmless',
  chunk: 50,
  success: { outcome: 'DELIVERED', reason: 'ADDED_TO_INBOX' },
  send: (person, dispatch, batch) =>
    sendRendered('inbox', person, dispatch, batch, async (message) => {
      const id = await inbox.add({
        user_id: person.id,
        source_id: dispatch.id,
        key: dispatch.content.key,
        ...(dispatch.content.target_id === undefined ? {} : { target_id: dispatch.content.target_id }),
        data: dispatch.content.data ?? { title: message.subject, message: message.text },
        created_at: dispatch.created_at,
      });
      return { kind: 'accepted', messageId: id };
    }),
});
