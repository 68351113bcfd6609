import { KEYS } from './compiled/keys.ts';
import type { NotificationKey } from './key.ts';

/** Undefined for a name that is no key. */
export const notificationKey = (name: string): NotificationKey | undefined => KEYS.find((key) => key.name === name);

/** The keys that senders may ask for. */
export const notificationKeyNames = (): string[] => KEYS.flatMap(({ name, internal }) => (internal ? [] : [name]));
