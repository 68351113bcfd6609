import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { eventStore } from '../../events/event-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import { task } from '../../shared/workflow/task.ts';
import { claimOccurrence } from '../claim-occurrence.ts';
import { LifecycleInput } from '../occurrence.ts';
import { reminderStore } from '../reminder-store.ts';

const env = readEnv(z.object({ REMINDERS_TABLE: z.string().min(1), EVENTS_TABLE: z.string().min(1) }));
const client = documentClient();
const reminders = reminderStore(client, env.REMINDERS_TABLE);
const events = eventStore(client, env.EVENTS_TABLE);

const Input = LifecycleInput.extend({ execution: z.string(), armedAt: z.iso.datetime() });

export const handler = task(Input, async (claim) => {
  await untilDue(claim.dueAt);
  const status = await claimOccurrence(claim, {
    reminders,
    findEventTime: async (eventId) => (await events.find(eventId))?.starts_at,
    now: systemClock,
  });
  // The metric filter of the lateness alarm reads this line.
  logger.info('claimed', {
    occurrenceId: claim.occurrenceId,
    status,
    latenessMs: Date.now() - Date.parse(claim.dueAt),
  });
  return { status };
});

/** Clocks of different machines differ a little: none is early. */
async function untilDue(dueAt: string): Promise<void> {
  const early = Date.parse(dueAt) - Date.now();
  if (early > 0) await sleep(Math.min(early, 5_000));
}
