import * as z from 'zod';
import { eventMembers } from '../../events/event-members.ts';
import { eventStore } from '../../events/event-store.ts';
import { groupStore } from '../../groups/group-store.ts';
import { deliveryStore } from '../../notifications/delivery/delivery-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { suppressionStore } from '../../suppressions/suppression-store.ts';
import { userStore } from '../../users/user-store.ts';
import { followDecision } from '../acknowledgement/change-asking.ts';
import { claimedOccurrence } from '../claim-occurrence.ts';
import { LifecycleInput } from '../occurrence.ts';
import { reminderStore } from '../reminder-store.ts';
import { selectTiers } from '../select-tiers.ts';

const env = readEnv(
  z.object({
    REMINDERS_TABLE: z.string().min(1),
    EVENTS_TABLE: z.string().min(1),
    GROUPS_TABLE: z.string().min(1),
    USERS_TABLE: z.string().min(1),
    DELIVERIES_TABLE: z.string().min(1),
    SUPPRESSIONS_TABLE: z.string().min(1),
  }),
);
const client = documentClient();
const reminders = reminderStore(client, env.REMINDERS_TABLE);
const groups = groupStore(client, env.GROUPS_TABLE);
const events = eventMembers(eventStore(client, env.EVENTS_TABLE), groups);
const users = userStore(client, env.USERS_TABLE);
const deliveries = deliveryStore(client, env.DELIVERIES_TABLE);
const suppressions = suppressionStore(client, env.SUPPRESSIONS_TABLE);

const Input = LifecycleInput.extend({ from: z.number().int().default(0) });

export const handler = task(Input, async ({ from, ...input }) => {
  const occurrence = await claimedOccurrence(input, reminders);
  // Where the execution before has died, and whoever ended the asking as well.
  await followDecision(occurrence, { reminders, deliveries }, systemClock());
  return selectTiers(
    { occurrence, from },
    { sources: { events, groups }, deliveries, users, suppressions, now: systemClock },
  );
});
