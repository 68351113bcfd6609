import type { NotificationKey } from './key.ts';
import { KEYS } from './templates/compiled/keys.ts';

/** Undefined for a name that is no key. */
export const notificationKey = (name: string): NotificationKey | undefined => KEYS.find((key) => key.name === name);

/** The keys that senders may ask for. */
export const notificationKeyNames = (): string[] => KEYS.flatMap(({ name, internal }) => (internal ? [] : [name]));
