import * as z from 'zod';
import { AthleteId } from './connection.ts';

const instant = z.iso.datetime();

/**
 * How it went. GONE: there is no such run of the athlete's, and nothing is kept of it. DISCONNECTED: nothing is kept of the connection.
 * IGNORED: there was nothing to do. REFUSED: nothing is to be had before the athlete has connected once more.
 */
export const Outcome = z.enum(['STORED', 'GONE', 'DISCONNECTED', 'IGNORED', 'REFUSED', 'FAILED']);
export type Outcome = z.output<typeof Outcome>;

const Common = z.object({
  id: z.string(),
  /** Whose connection it is about. */
  connection_id: z.string(),
  user_id: z.string(),
  athlete_id: AthleteId,
  /** Undefined until it is done. */
  outcome: Outcome.optional(),
  /** The execution that has it, its `run`-th, started or to be started at `due`. */
  run: z.int().min(1),
  due: instant,
  revision: z.int().min(1),
});

/** Something to be done at Strava, until it is done: each has an execution. */
export const Errand = z.discriminatedUnion('kind', [
  /** Looks at an activity, and keeps what is there, or that it is gone. */
  Common.extend({ kind: z.literal('ACTIVITY'), activity_id: z.int().positive() }),
  /** Looks whether the athlete still lets us act for them. */
  Common.extend({ kind: z.literal('ACCESS') }),
  /** A connection has ended: withdraws what the tokens, if there are any, still open, and deletes what was kept. */
  Common.extend({ kind: z.literal('END'), tokens: z.string().optional(), access_until: instant.optional() }),
]);
export type Errand = z.output<typeof Errand>;
export type EndErrand = Extract<Errand, { kind: 'END' }>;

export const isOpen = ({ outcome }: Errand): boolean => outcome === undefined;

type Subject = Pick<Errand, 'connection_id' | 'user_id' | 'athlete_id'>;

const begun = (id: string, { connection_id, user_id, athlete_id }: Subject, now: Date) => ({
  id,
  connection_id,
  user_id,
  athlete_id,
  run: 1,
  due: now.toISOString(),
  revision: 1,
});

export const lookAtActivity = (id: string, subject: Subject, activityId: number, now: Date): Errand => ({
  ...begun(id, subject, now),
  kind: 'ACTIVITY',
  activity_id: activityId,
});

export const lookAtAccess = (id: string, subject: Subject, now: Date): Errand => ({
  ...begun(id, subject, now),
  kind: 'ACCESS',
});

/** That of ending a connection, of which there is one. */
export const endOf = (
  connection: { id: string; user_id: string; athlete_id: number; tokens: string; access_until: string },
  now: Date,
): EndErrand => ({
  ...begun(`end-${connection.id}`, { ...connection, connection_id: connection.id }, now),
  kind: 'END',
  tokens: connection.tokens,
  access_until: connection.access_until,
});

/** It turns out that the athlete does not let us act for them any more: what was kept is to be deleted. */
export const turnIntoEnd = ({ id, run, due, revision, ...subject }: Errand): EndErrand => ({
  ...begun(id, subject, new Date(due)),
  run,
  revision: revision + 1,
  kind: 'END',
});

/** Its tokens were renewed on the way. */
export const renewed = (errand: EndErrand, tokens: string, accessUntil: Date): EndErrand => ({
  ...errand,
  tokens,
  access_until: accessUntil.toISOString(),
  revision: errand.revision + 1,
});

/** Done, and without tokens; one that was done before is no change. */
export function settle(errand: Errand, outcome: Outcome): Errand {
  if (!isOpen(errand)) return errand;
  const settled = { ...errand, outcome, revision: errand.revision + 1 };
  return settled.kind === 'END' ? { ...settled, tokens: undefined, access_until: undefined } : settled;
}

/** Hands it to its `nth` execution; one that is done, or that a later one has, is no change. */
export function takeOver(errand: Errand, nth: number, now: Date): Errand {
  if (!isOpen(errand) || errand.run >= nth) return errand;
  return { ...errand, run: nth, due: now.toISOString(), revision: errand.revision + 1 };
}

/** The `run`-th execution of an errand, and what it begins with. */
export const syncExecution = (id: string, run: number) => ({ name: `${id}_${run}`, input: { errandId: id, run } });
