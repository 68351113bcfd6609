import { SHARDS } from '../shared/shard.ts';
import { MINUTE } from '../shared/time.ts';
import type { KitchenTimes } from './kitchen.ts';
import { MOST_ATTEMPTS } from './order.ts';
import type { OpenOrder, OrderStore } from './order-store.ts';

/** What the tries of functions, and executions that have to be started anew, may take besides. Milliseconds. */
const PATIENCE = 5 * MINUTE;
/** Of each shard: more tell nobody more. What nobody moves on comes first. */
const MOST_FOUND = 25;
const MOST_LOOKED_AT = 500;

/** Longer an order can't be under way where everything works: three attempts, and all the time that there is to receive it. Milliseconds. */
export const longestOrder = ({ dough, washing, slicing, baking, receipt }: KitchenTimes): number =>
  MOST_ATTEMPTS * (Math.max(dough, washing + slicing) + baking) + receipt + PATIENCE;

/** Orders that are under way for longer than they can have to be, and have nobody to wait for. */
export async function lateOrders(
  orders: Pick<OrderStore, 'open'>,
  times: KitchenTimes,
  now: Date,
): Promise<OpenOrder[]> {
  const before = new Date(now.getTime() - longestOrder(times)).toISOString();
  const ofShard = async (shard: number) => {
    const found: OpenOrder[] = [];
    let looked = 0;
    for await (const order of orders.open(shard, now)) {
      if (order.created_at < before) found.push(order);
      if (found.length === MOST_FOUND || ++looked === MOST_LOOKED_AT) break;
    }
    return found;
  };
  return (await Promise.all(Array.from({ length: SHARDS }, (_, shard) => ofShard(shard)))).flat();
}
