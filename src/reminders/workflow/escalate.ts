import * as z from 'zod';
import { deliveryStore } from '../../notifications/delivery/delivery-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { escalateOccurrence } from '../acknowledgement/escalate-occurrence.ts';
import { LifecycleInput } from '../occurrence.ts';
import { reminderStore } from '../reminder-store.ts';

const env = readEnv(z.object({ REMINDERS_TABLE: z.string().min(1), DELIVERIES_TABLE: z.string().min(1) }));
const client = documentClient();
const reminders = reminderStore(client, env.REMINDERS_TABLE);
const deliveries = deliveryStore(client, env.DELIVERIES_TABLE);

const Input = LifecycleInput.extend({ tier: z.number().int() });

export const handler = task(Input, async (input) => ({
  status: await escalateOccurrence(input, { reminders, deliveries }, systemClock()),
}));
