import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AthleteId } from './connection.ts';

/**
 * What Strava tells the webhook (Strava API, Webhook Events). Nobody has signed it: it says no more than where to look. Fields that are not known
 * are let pass, as Strava may add some.
 */
export const WebhookEvent = z
  .object({
    object_type: z.enum(['activity', 'athlete']),
    object_id: z.int().positive().describe('The activity, or the athlete'),
    aspect_type: z.enum(['create', 'update', 'delete']),
    owner_id: AthleteId.describe('The athlete'),
    subscription_id: z.int().min(0),
    event_time: z.int().positive().describe('Unix seconds'),
    updates: z.record(z.string(), z.unknown()).optional(),
  })
  .describe('What Strava pushes; other fields are passed over');
export type WebhookEvent = z.output<typeof WebhookEvent>;

/** The same for the same event of the same connection, however often it is told, whatever else it says. */
export const eventId = (
  { object_type, object_id, aspect_type, event_time, owner_id }: WebhookEvent,
  connectionId: string,
): string =>
  createHash('sha256')
    .update(JSON.stringify([object_type, object_id, aspect_type, event_time, owner_id, connectionId]))
    .digest('base64url');

/** What there is to look at because of it: an activity, whether the athlete still lets us act for them, or nothing. */
export function meantBy({ object_type, updates }: WebhookEvent): 'ACTIVITY' | 'ACCESS' | undefined {
  if (object_type === 'activity') return 'ACTIVITY';
  return updates?.authorized === 'false' || updates?.authorized === false ? 'ACCESS' : undefined;
}
