import * as z from 'zod';
import { ChannelChoice, Content, Tally } from './delivery.ts';

/** A message to one or more users that no reminder caused. Its execution is named after its id. */
export const Notification = z.object({
  id: z.string(),
  user_ids: z.array(z.string()).min(1).max(1000),
  channels: ChannelChoice,
  content: Content,
  created_at: z.string(),
  /** Set when every delivery has its outcome. */
  delivered_at: z.string().optional(),
  tally: Tally.optional(),
});
export type Notification = z.output<typeof Notification>;
