import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../notifications/deployed-notifier.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { KitchenEnv, kitchenTimes } from '../kitchen.ts';
import type { KitchenDeps } from '../move-order.ts';
import { orderStore } from '../order-store.ts';

/** What a function of the kitchen works with, by its environment. */
export function kitchenDeps(): KitchenDeps {
  const env = readEnv(NotifierEnv.extend(KitchenEnv.shape).extend({ PIZZA_ORDERS_TABLE: z.string().min(1) }));
  const client = documentClient();
  return {
    orders: orderStore(client, env.PIZZA_ORDERS_TABLE),
    notifier: deployedNotifier(client, env),
    times: kitchenTimes(env),
  };
}
