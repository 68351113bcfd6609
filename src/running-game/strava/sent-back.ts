import * as z from 'zod';

/** What we gave a user to go to Strava with. */
export const State = z.string().regex(/^[\w-]{43}$/, 'is none that was handed out');

/** What Strava gives them back. */
export const Code = z.string().regex(/^[\w.~-]{1,500}$/, 'is none of Strava’s');
