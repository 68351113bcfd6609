import type { ChannelList } from '../channels/channel.ts';
import { chunks } from '../shared/chunks.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { contentOf } from './create-notification.ts';
import type { Scope } from './delivery/delivery.ts';
import { MOST_RECIPIENTS } from './notification.ts';
import type { NotificationStore } from './notification-store.ts';
import { startDelivery } from './start-delivery.ts';
import { checkData } from './templates/key.ts';
import { notificationKey } from './templates/keys.ts';

/** What another domain has to say to people. */
export interface Cause {
  /** Names it, and its executions: at most 64 letters, digits, `-` and `_`. The same cause is told once, however often it is handed in. */
  readonly id: string;
  /** Who caused it: a user, or the name of a machine. */
  readonly senderId: string;
  /** Of a file in `keys/`. */
  readonly key: string;
  /** In place of the key's own. */
  readonly channels?: ChannelList | undefined;
  readonly userIds: readonly string[];
  /** Whoever is no member of it any more when it is sent does not get it. */
  readonly audience?: Scope | undefined;
  /** What it is about: the id of a group, an event. */
  readonly targetId?: string;
  /** As the key declares it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** How the other domains notify people: their preferences, quiet hours and suppressions apply, and every delivery is logged. */
export interface Notifier {
  /**
   * Stores a notification and starts its delivery; a start that is lost is made up for by the sweep. Safe to repeat. With more than
   * 1,000 users it becomes several.
   */
  notify(cause: Cause, now: Date): Promise<void>;
}

export function notifier(
  notifications: Pick<NotificationStore, 'create'>,
  executions: Pick<Executions, 'start'>,
): Notifier {
  return {
    async notify({ id, senderId, key: name, channels, userIds, targetId, audience, data }, now) {
      const key = notificationKey(name);
      if (!key) throw new Error(`there is no key ${name}`);
      const faults = checkData(key, data);
      if (faults.length > 0) throw new Error(`${name}: ${faults.map(({ field }) => field).join(', ')} do not fit`);
      for (const [n, some] of chunks([...new Set(userIds)], MOST_RECIPIENTS).entries()) {
        const notification = await notifications.create(
          {
            id: n === 0 ? id : `${id}-${n + 1}`,
            fingerprint: id,
            sender_id: senderId,
            recipients: some.length,
            ...(audience ? { audience } : {}),
            channels: [...(channels ?? key.channels)],
            content: contentOf(key, targetId, { ...data }),
            run: 1,
            created_at: now.toISOString(),
          },
          some,
        );
        await startDelivery(notification, { executions });
      }
    },
  };
}
