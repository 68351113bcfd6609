import * as z from 'zod';
import { eventMembers } from '../../events/event-members.ts';
import { eventStore } from '../../events/event-store.ts';
import { groupStore } from '../../groups/group-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { task } from '../../shared/workflow/task.ts';
import { suppressionStore } from '../../suppressions/suppression-store.ts';
import { userStore } from '../../users/user-store.ts';
import { deliverBatch, type Sender } from '../delivery/deliver-batch.ts';
import { deliveryStore } from '../delivery/delivery-store.ts';
import { membersOf } from '../delivery/members.ts';

/** One item of the machines' Map, as `deliver-batches.asl.yml` hands it on. */
export const BatchInput = z.object({ dispatchId: z.string(), run: z.number().int(), batch: z.string() });

export const TablesEnv = z.object({
  DELIVERIES_TABLE: z.string().min(1),
  USERS_TABLE: z.string().min(1),
  SUPPRESSIONS_TABLE: z.string().min(1),
});

/** What deciding about deliveries needs of the tables. */
export function tables(env: z.output<typeof TablesEnv>) {
  const client = documentClient();
  return {
    client,
    deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
    users: userStore(client, env.USERS_TABLE),
    suppressions: suppressionStore(client, env.SUPPRESSIONS_TABLE),
  };
}

export const SendingEnv = TablesEnv.extend({ EVENTS_TABLE: z.string().min(1), GROUPS_TABLE: z.string().min(1) });

/** What the function of every channel needs of the tables: right before it sends, it asks who is still a member. */
export function sendingTables(env: z.output<typeof SendingEnv>) {
  const stores = tables(env);
  const groups = groupStore(stores.client, env.GROUPS_TABLE);
  const events = eventMembers(eventStore(stores.client, env.EVENTS_TABLE), groups);
  return { ...stores, members: membersOf(events, groups) };
}

/** The handler of a channel's Task. */
export function batchTask(stores: ReturnType<typeof sendingTables>, sender: Sender) {
  return task(BatchInput, (input) => deliverBatch(input, { ...stores, sender, now: systemClock }));
}
