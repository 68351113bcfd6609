import * as z from 'zod';
import { Flag, Measures, Refused, Rejection } from '../runs/assessment.ts';
import { type Activity, Sport } from './activity.ts';
import type { Connection } from './connection.ts';

const instant = z.iso.datetime();

const Athlete = z.object({ athlete_id: z.string().describe('At Strava'), connected_at: instant });

export const ConnectionView = z.discriminatedUnion('status', [
  Athlete.extend({ status: z.literal('CONNECTED') }),
  Athlete.extend({
    status: z.literal('NEEDS_RECONNECT').describe('Strava gives us nothing more until you have connected once more'),
  }),
  z.object({ status: z.literal('NOT_CONNECTED') }),
]);

export const viewConnection = (connection: Connection | undefined): z.input<typeof ConnectionView> =>
  connection
    ? {
        status: connection.refused ? 'NEEDS_RECONNECT' : 'CONNECTED',
        athlete_id: String(connection.athlete_id),
        connected_at: connection.connected_at,
      }
    : { status: 'NOT_CONNECTED' };

const Seen = z.object({
  id: z.string().describe('At Strava'),
  link: z.url().describe('Where to view it on Strava, which is to be offered wherever it is shown'),
  name: z.string(),
  sport: Sport,
  fetched_at: instant,
  refused: z.array(Refused),
  flags: z.array(Flag),
});

/** A run from Strava, for its athlete. */
export const ActivityView = z.discriminatedUnion('status', [
  Seen.extend({ status: z.literal('COUNTS'), ...Measures.shape, polylines: z.array(z.string()) }),
  Seen.extend({ status: z.literal('DOES_NOT_COUNT'), reason: Rejection }),
]);

export const viewActivity = ({ id, ...activity }: Activity): z.input<typeof ActivityView> => ({
  ...activity,
  id: String(id),
  link: `https://www.strava.com/activities/${id}`,
});
