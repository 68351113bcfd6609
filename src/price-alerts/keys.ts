import { type Market, marketId } from '../prices/market.ts';
import type { Key } from '../shared/dynamodb/items.ts';
import type { Creation } from '../shared/http/creation.ts';
import type { AlertKey } from './alert.ts';
import type { Series } from './condition.ts';

/*
 * Table `price-alerts`
 *
 * | pk              | sk               | holds |
 * | --------------- | ---------------- | --- |
 * | user#<user id>  | alert#<id>       | the alert |
 * | user#<user id>  | alerts           | `version` of the person's alerts, raised by every change that they see; `live`, how many are |
 * | alert#<id>      | firing#<n>       | a firing, for a quarter of a year (`n` in six digits) |
 * | creation#<id>   | creation         | the alert that a request has created, for a day |
 * | market#<market> | <series>         | a series that live alerts wait for, with `touched_at`, `checked_at` and `idle_since` |
 *
 * Index `by-status`, local: `in_status` (`<status>#<id>`). Index `watch`, sparse: `watch` (`<coin>/<currency>/<series>/<side>`), sorted by the
 * number `bound`. Index `open`, sparse: `shard` (`open#<n>`), sorted by `due`: of a firing that is not told, when it fired; of a live alert,
 * when it expires.
 */
export const ALERT = 'alert#';
const USER = 'user#';
const FIRING = 'firing#';

export const alertKey = (userId: string, id: string): Key => ({ pk: `${USER}${userId}`, sk: `${ALERT}${id}` });
/** Of an alert's row. */
export const alertOf = ({ pk, sk }: Key): AlertKey => ({
  userId: pk.slice(USER.length),
  id: sk.slice(ALERT.length),
});
export const personKey = (userId: string): Key => ({ pk: `${USER}${userId}`, sk: 'alerts' });
export const firingsOf = (alertId: string) => `alert#${alertId}`;
export const firingKey = (alertId: string, n: number): Key => ({
  pk: firingsOf(alertId),
  sk: `${FIRING}${String(n).padStart(6, '0')}`,
});
/** Undefined of a row that is no firing's. */
export const firingNumber = (sk: string): number | undefined =>
  sk.startsWith(FIRING) ? Number(sk.slice(FIRING.length)) : undefined;
export const creationKey = ({ id }: Creation): Key => ({ pk: `creation#${id}`, sk: 'creation' });
export const seriesPartition = (market: Market) => `market#${marketId(market)}`;
export const seriesKey = (market: Market, series: Series): Key => ({ pk: seriesPartition(market), sk: series });
