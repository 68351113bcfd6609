import * as z from 'zod';

/** What a message is about, as people switch it on and off. A key of notifications names one of these. */
export const CATEGORIES = [
  'account',
  'security',
  'reminders',
  'messages',
  'posts',
  'announcements',
  'invitations',
  'comments',
  'prices',
  'orders',
  'game',
] as const;
export const Category = z.enum(CATEGORIES);
export type Category = z.infer<typeof Category>;
