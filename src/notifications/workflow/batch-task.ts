import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { task } from '../../shared/workflow/task.ts';
import { suppressionStore } from '../../suppressions/suppression-store.ts';
import { userStore } from '../../users/user-store.ts';
import { deliverBatch, type Sender } from '../delivery/deliver-batch.ts';
import { deliveryStore } from '../delivery/delivery-store.ts';

/** One item of the machines' Map, as `deliver-batches.asl.yml` hands it on. */
export const BatchInput = z.object({ dispatchId: z.string(), run: z.number().int(), batch: z.string() });

export const TablesEnv = z.object({
  DELIVERIES_TABLE: z.string().min(1),
  USERS_TABLE: z.string().min(1),
  SUPPRESSIONS_TABLE: z.string().min(1),
});

/** What the function of every channel needs of the tables. */
export function tables(env: z.output<typeof TablesEnv>) {
  const client = documentClient();
  return {
    client,
    deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
    users: userStore(client, env.USERS_TABLE),
    suppressions: suppressionStore(client, env.SUPPRESSIONS_TABLE),
  };
}

/** The handler of a channel's Task. */
export function batchTask(stores: ReturnType<typeof tables>, sender: Sender) {
  return task(BatchInput, (input) => deliverBatch(input, { ...stores, sender, now: systemClock }));
}
