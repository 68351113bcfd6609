import * as z from 'zod';
import { problem } from '../../shared/errors.ts';
import { type Acknowledgement, waitedUntil } from '../reminder.ts';

const instant = z.iso.datetime();

/** How asking ended. */
export const AskingEnd = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ACKNOWLEDGED'),
    at: instant,
    by: z.string(),
    /** When the reminder goes off again for that, if it still has the revision that it had. */
    snooze: z.object({ until: instant, revision: z.number().int() }).optional(),
  }),
  z.object({ kind: z.literal('UNACKNOWLEDGED'), at: instant }),
  /** The reminder was cancelled, paused or changed. */
  z.object({ kind: z.literal('WITHDRAWN'), at: instant }),
]);

/** How far asking for the acknowledgement of an occurrence has come. Whoever writes `end` first has decided it. */
export const Asking = z.object({
  /** Those that were begun, and until when somebody is waited for in each: kept, so that no restart makes the wait longer. */
  tiers: z.array(z.object({ since: instant, until: instant })).min(1),
  /** Ends the wait of the machine. Never shown. */
  token: z.string().optional(),
  end: AskingEnd.optional(),
});
export type Asking = z.output<typeof Asking>;

export class AcknowledgementNotAsked extends problem(
  'acknowledgement-not-asked',
  409,
  'Nobody is asked to acknowledge this',
) {}
export class AcknowledgementOver extends problem('acknowledgement-over', 409, 'It is too late to acknowledge this') {}

/** The tier that is on, or was the last one; the first is 0. */
export const tierOn = ({ tiers }: Asking): number => tiers.length - 1;

const tier = (within: Acknowledgement['within'], now: Date, latest: Date | undefined): Asking['tiers'][number] => {
  const until = waitedUntil(within, now);
  return { since: now.toISOString(), until: (latest && latest < until ? latest : until).toISOString() };
};

/** The first tier begins at `now`; nobody is waited for after `latest`. */
export const beginAsking = ({ within }: Acknowledgement, now: Date, latest: Date | undefined): Asking => ({
  tiers: [tier(within, now, latest)],
});

/** Keeps the token of the wait for a tier; of one that is over it is of no use. */
export const holdToken = (asking: Asking, ofTier: number, token: string): Asking =>
  asking.end || ofTier !== tierOn(asking) ? asking : { ...asking, token };

/** The wait for a tier is over, and nobody has acknowledged: on to the next one, or to the end. What is decided stays so. */
export function escalate(
  asking: Asking,
  { then }: Acknowledgement,
  fromTier: number,
  now: Date,
  latest: Date | undefined,
): Asking {
  if (asking.end || fromTier !== tierOn(asking)) return asking;
  const { token: _, ...rest } = asking;
  const next = then[fromTier];
  if (!next || (latest && now >= latest)) return { ...rest, end: { kind: 'UNACKNOWLEDGED', at: now.toISOString() } };
  return { ...rest, tiers: [...rest.tiers, tier(next.within, now, latest)] };
}

/** Somebody has seen it; the first one counts. */
export const acknowledge = (asking: Asking, by: string, snooze: Snooze | undefined, now: Date): Asking =>
  asking.end
    ? asking
    : { ...asking, end: { kind: 'ACKNOWLEDGED', at: now.toISOString(), by, ...(snooze && { snooze }) } };

export type Snooze = NonNullable<Extract<z.output<typeof AskingEnd>, { kind: 'ACKNOWLEDGED' }>['snooze']>;

/** The reminder is not what was asked about any more. */
export const withdrawAsking = (asking: Asking, now: Date): Asking =>
  asking.end ? asking : { ...asking, end: { kind: 'WITHDRAWN', at: now.toISOString() } };

/** Another execution goes on: whoever held the token of the one before has nobody to wake. */
export function withoutToken({ token: _, ...asking }: Asking): Asking {
  return asking;
}

/** When something is to be expected of whoever has it: the end of the wait that is on, or whatever should follow at once. */
export const expectedAt = ({ tiers, token, end }: Asking): string | undefined => {
  const last = tiers.at(-1);
  return end?.at ?? (token === undefined ? last?.since : last?.until);
};

/** When the last tier is over, if each from one that has begun on is waited for to its end: after a restart, tiers come later than planned. */
export function lastUntil({ then }: Acknowledgement, { tiers }: Asking, from: number, latest: Date | undefined): Date {
  const begun = tiers[from];
  if (!begun) throw new Error(`tier ${from} has not begun`);
  const end = then.slice(from).reduce((at, { within }) => waitedUntil(within, at), new Date(begun.until));
  return latest && latest < end ? latest : end;
}
