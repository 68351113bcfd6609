import type { ChannelName } from '../channels/channel.ts';
import type { Category } from '../users/category.ts';

/** A kind of notification. */
export interface NotificationKey {
  readonly name: string;
  readonly category: Category;
  /** Goes through quiet hours. */
  readonly critical: boolean;
  readonly channels: readonly ChannelName[];
  /** Whether `subject`, `text` and `html` may be given with a notification in place of the email's template. */
  readonly anyText: boolean;
}

const KEYS: readonly NotificationKey[] = [
  { name: 'registration', category: 'account', critical: false, channels: ['email'], anyText: true },
  { name: 'new_message', category: 'messages', critical: false, channels: ['inbox'], anyText: false },
  { name: 'new_post', category: 'posts', critical: false, channels: ['inbox'], anyText: false },
  { name: 'new_login', category: 'security', critical: true, channels: ['inbox', 'email'], anyText: false },
];

/** Undefined for a name that is no key. */
export const notificationKey = (name: string): NotificationKey | undefined => KEYS.find((key) => key.name === name);

export const notificationKeyNames = (): string[] => KEYS.map(({ name }) => name);
