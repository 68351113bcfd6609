import * as z from 'zod';
import { problem } from '../shared/errors.ts';
import { ChannelChoice, Content, Scope, Tally } from './delivery/delivery.ts';

export class NotificationNotFound extends problem('notification-not-found', 404, 'No such notification') {}

/** A message to one or more users that no reminder caused. Its executions are named after it. */
export const Notification = z.object({
  id: z.string(),
  /** Of the request that made it. */
  fingerprint: z.string(),
  /** Who made it. */
  sender_id: z.string(),
  /** How many it is for. */
  recipients: z.number().int(),
  /** Whom it is for, as its sender named them, where they are few. */
  user_ids: z.array(z.string()).optional(),
  /** Of what they have to be members. */
  audience: Scope.optional(),
  channels: ChannelChoice,
  content: Content,
  /** The execution that delivers it. */
  run: z.number().int().min(1),
  created_at: z.string(),
  /** Set when every delivery has its outcome. */
  delivered_at: z.string().optional(),
  /** Set when it was given up. */
  failed_at: z.string().optional(),
  tally: Tally.optional(),
});
export type Notification = z.output<typeof Notification>;

/** In one notification. */
export const MOST_RECIPIENTS = 1000;

/** The name of the `run`-th execution that delivers a notification. */
export const notificationExecution = (id: string, run: number) => `${id}_${run}`;
