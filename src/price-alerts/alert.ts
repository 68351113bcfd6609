import Big from 'big.js';
import * as z from 'zod';
import { ChannelList } from '../channels/channel.ts';
import { CoinId, Currency, Observation, rightBefore } from '../prices/market.ts';
import { durationWithin, milliseconds } from '../shared/duration.ts';
import { InvalidRequest, problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';
import { DAY, MINUTE } from '../shared/time.ts';
import {
  Condition,
  Hysteresis,
  isReached,
  latchOf,
  Place,
  placeFrom,
  type Reading,
  type Series,
  triggerOf,
  wakeAt,
} from './condition.ts';

/** Also the answer to somebody whose it is not. */
export class AlertNotFound extends problem('alert-not-found', 404, 'No such alert') {}
export class AlertDeleted extends problem('alert-deleted', 409, 'The alert is deleted; set another one') {}
export class AlertOver extends problem('alert-over', 409, 'The time of the alert is over; name another end, or none') {}
export class TooManyAlerts extends problem(
  'too-many-alerts',
  409,
  'You have as many live alerts as may be; delete some',
) {}

/** Whose alert, and which. */
export const AlertKey = z.object({ userId: z.string(), id: z.string() });
export type AlertKey = z.output<typeof AlertKey>;

/** Of one person at the same time. */
export const MOST_LIVE = 500;

const Instant = z.iso.datetime();

/**
 * How often an alert fires: once, or every time. Then crossings are not told for the `cooldown` after a firing, and the value has to have come
 * back by the `hysteresis` before it counts again: of a price in per cent of it, of a change in percentage points.
 */
export const Repeat = z.union([
  z.literal('once'),
  z.strictObject({
    cooldown: durationWithin(MINUTE, 7 * DAY, 'a duration from PT1M to P7D').default('PT1H'),
    hysteresis: Hysteresis.default('1'),
  }),
]);
export type Repeat = z.output<typeof Repeat>;

export const Note = z.string().trim().min(1).max(500);

/** What a person says of an alert. */
export const AlertContent = z.object({
  coin: CoinId,
  currency: Currency,
  condition: Condition,
  repeat: Repeat,
  note: Note.optional(),
  channels: ChannelList,
  /** It fires by no observation from this instant on. */
  expires_at: Instant.optional(),
});
export type AlertContent = z.output<typeof AlertContent>;

const Base = AlertContent.extend({
  /** UUID, version 7: in the order in which alerts were created. */
  id: z.string(),
  user_id: z.string(),
  created_at: Instant,
  /** How often it has fired. */
  fired: z.int().min(0),
  last_fired_at: Instant.optional(),
  /** Raised by every change, for conditional writes. Shown to nobody. */
  revision: z.int().min(1),
});

export const Alert = z.discriminatedUnion('status', [
  Base.extend({
    status: z.literal('CREATED'),
    /** What it waits for. Changes that nobody is told of, so it is shown to nobody. */
    place: Place,
    /** It is moved by observations that are newer than this only; so a run that is late changes nothing. Shown to nobody. */
    since: Instant,
    /** Before it, crossings are not told. */
    cooldown_until: Instant.optional(),
  }),
  Base.extend({ status: z.literal('TRIGGERED'), triggered_at: Instant }),
  Base.extend({ status: z.literal('DELETED'), deleted_at: Instant }),
  Base.extend({ status: z.literal('EXPIRED'), expired_at: Instant }),
]);
export type Alert = z.output<typeof Alert>;
export type AlertStatus = Alert['status'];
export type LiveAlert = Extract<Alert, { status: 'CREATED' }>;

/** The `n`-th time that an alert has fired, from 1, and the observation that it fired by. */
export const Firing = Observation.extend({ n: z.int().min(1), fired_at: Instant });
export type Firing = z.output<typeof Firing>;

export const isLive = (alert: Alert): alert is LiveAlert => alert.status === 'CREATED';

/** The fields of an alert that stay while its status changes. */
const keep = (alert: Alert): z.output<typeof Base> => ({ ...Base.parse(alert), revision: alert.revision + 1 });

export const isOver = (expiresAt: string | undefined, at: string): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) <= Date.parse(at);

/** Throws InvalidRequest for what fits its own schema, but not the rest of it, or not this moment. */
function ensureSensible({ condition, repeat, expires_at }: AlertContent, now: Date): void {
  if (condition.kind === 'changes' && repeat !== 'once' && Big(repeat.hysteresis).gte(condition.percent))
    throw new InvalidRequest([
      { field: 'repeat.hysteresis', reason: 'must be less than the percentage of the change' },
    ]);
  if (isOver(expires_at, now.toISOString()))
    throw new InvalidRequest([{ field: 'expires_at', reason: 'must be in the future' }]);
}

/** The series that an alert waits for, by turns. */
export const seriesOf = ({ condition, repeat }: Pick<AlertContent, 'condition' | 'repeat'>): Series[] => [
  triggerOf(condition).series,
  ...(repeat === 'once' ? [] : ['time' as const]),
];

/** The id of what is created at an instant (RFC 9562, version 7), with the random part of another id. */
function orderedId(now: Date, id: string): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${id.slice(15)}`;
}

/** Where an alert begins at an observation: that itself moves it where it is there already. */
function beginning(condition: Condition, { price, observed_at }: Pick<Observation, 'price' | 'observed_at'>) {
  const place = placeFrom(condition, price);
  const since = isReached(place, { price }) ? rightBefore(observed_at) : observed_at;
  return { status: 'CREATED' as const, place, since };
}

/**
 * An alert that is moved by every observation after `current`, the one that it begins with, and by that one where it is what it waits for.
 * Throws InvalidRequest where its hysteresis is not less than the change that it waits for, and where it is over already.
 */
export function createAlert(
  creation: Creation,
  userId: string,
  content: AlertContent,
  current: Pick<Observation, 'price' | 'observed_at'>,
  now: Date,
): LiveAlert {
  ensureSensible(content, now);
  return {
    ...content,
    id: orderedId(now, creation.id),
    user_id: userId,
    created_at: now.toISOString(),
    fired: 0,
    revision: 1,
    ...beginning(content.condition, current),
  };
}

/** Ends it for good; again is no change. */
export function deleteAlert(alert: Alert, now: Date): Alert {
  if (alert.status === 'DELETED') return alert;
  return { ...keep(alert), status: 'DELETED', deleted_at: now.toISOString() };
}

/**
 * Begins it again as if it were created now; one that is live is no change. `expiresAt` is its end from now on: null for none, undefined for
 * the one that it has. Throws AlertDeleted, AlertOver where its end is past, and InvalidRequest where the other one is.
 */
export function rearmAlert(
  alert: Alert,
  current: Pick<Observation, 'price' | 'observed_at'>,
  expiresAt: string | null | undefined,
  now: Date,
): Alert {
  if (isLive(alert)) return alert;
  if (alert.status === 'DELETED') throw new AlertDeleted();
  const { expires_at, ...kept } = keep(alert);
  if (expiresAt === undefined && isOver(expires_at, now.toISOString())) throw new AlertOver();
  const end = expiresAt === undefined ? expires_at : (expiresAt ?? undefined);
  const again: LiveAlert = {
    ...kept,
    expires_at: end,
    ...beginning(alert.condition, current),
  };
  ensureSensible(again, now);
  return again;
}

/** Ends it where its time is over; any other is no change. */
export function expireAlert(alert: Alert, now: Date): Alert {
  if (!isLive(alert) || !isOver(alert.expires_at, now.toISOString())) return alert;
  return { ...keep(alert), status: 'EXPIRED', expired_at: now.toISOString() };
}

/** An alert after an observation. */
export interface Moved {
  readonly alert: Alert;
  readonly firing?: Firing;
}

/**
 * What an observation makes of an alert: the same alert where it is not what the alert waits for, or is not newer than what has moved it last.
 * What becomes of an alert depends on the observations in their order alone, not on when they are looked at, or how often.
 */
export function observe(alert: Alert, reading: Reading, now: Date): Moved {
  if (!isLive(alert) || Date.parse(reading.observed_at) <= Date.parse(alert.since)) return { alert };
  if (isOver(alert.expires_at, reading.observed_at)) return { alert: expireAlert(alert, now) };
  if (!isReached(alert.place, reading.values)) return { alert };

  const { condition, repeat } = alert;
  const moved = { ...alert, revision: alert.revision + 1, since: reading.observed_at };
  // It was paused: it stands as the price before this one left it, and is judged by this one then.
  const place = alert.place.series === 'time' ? placeFrom(condition, reading.previous_price) : alert.place;
  const trigger = triggerOf(condition);
  if (!isReached(place, reading.values)) return { alert: { ...moved, place } };
  if (isSame(place, trigger)) return fire(moved, repeat, reading, now);

  // Back by the hysteresis.
  const { cooldown_until, ...rest } = moved;
  if (cooldown_until === undefined || isOver(cooldown_until, reading.observed_at))
    return { alert: { ...rest, place: trigger } };
  return { alert: { ...moved, place: wakeAt(new Date(cooldown_until)) } };
}

const isSame = (a: Place, b: Place) => a.series === b.series && a.side === b.side && a.bound === b.bound;

function fire(alert: LiveAlert, repeat: Repeat, reading: Reading, now: Date): Moved {
  const { values: _, ...observation } = reading;
  const at = now.toISOString();
  const firing: Firing = { ...observation, n: alert.fired + 1, fired_at: at };
  const fired = { ...alert, fired: firing.n, last_fired_at: at };
  if (repeat === 'once') return { alert: { ...Base.parse(fired), status: 'TRIGGERED', triggered_at: at }, firing };
  const cooldown_until = new Date(Date.parse(reading.observed_at) + milliseconds(repeat.cooldown)).toISOString();
  return { alert: { ...fired, cooldown_until, place: latchOf(alert.condition, repeat.hysteresis) }, firing };
}
