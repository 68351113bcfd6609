import * as z from 'zod';
import { Sums, totalOf } from '../../notifications/delivery/delivery.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { LifecycleInput } from '../occurrence.ts';
import { reminderStore } from '../reminder-store.ts';
import { settleOccurrence } from '../settle-occurrence.ts';

const env = readEnv(z.object({ REMINDERS_TABLE: z.string().min(1) }));
const reminders = reminderStore(documentClient(), env.REMINDERS_TABLE);

const Input = LifecycleInput.extend(Sums.shape);

export const handler = task(Input, async ({ tally, deferred, skipped, ...occurrence }) => ({
  status: await settleOccurrence(occurrence, totalOf({ tally, deferred, skipped }), { reminders, now: systemClock }),
}));
