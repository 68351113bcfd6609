import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { batchName } from '../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../src/notifications/delivery/delivery-store.ts';
import { occurrenceId } from '../src/reminders/occurrence.ts';
import { createReminder } from '../src/reminders/reminder.ts';
import { reminderStore } from '../src/reminders/reminder-store.ts';
import { chunks } from '../src/shared/chunks.ts';
import type { Figure } from './figure.ts';
import { percentile } from './import-time.ts';
import { addPeople } from './people.ts';
import type { Stack } from './stack.ts';
import { checkAgainstHistory } from './transitions.ts';

/** Milliseconds after its due instant that one reminder was claimed, and was in the inbox. */
interface Lateness {
  readonly claimed: number;
  readonly sent: number;
  readonly executionArn: string;
}

/** Before the first one: time to store them all and to arm them. Milliseconds. */
const LEAD = 20_000;
const PATIENCE = 120_000;

/** At least 200 by the design; as many as two processors run beside the emulator. */
const REMINDERS = 200;
const PER_SECOND = 2;

export async function latenessFigures(stack: Stack): Promise<Figure[]> {
  const late = await measureLateness(stack, REMINDERS, PER_SECOND);
  const claimed = late.map((each) => each.claimed);
  const sent = late.map((each) => each.sent);
  const ms = 'ms';
  await checkAgainstHistory(stack, late[0]?.executionArn ?? '');
  return [
    {
      what: `${late.length} reminders, ${PER_SECOND} a second: claimed before due`,
      measured: claimed.filter((each) => each < 0).length,
      budget: 0,
    },
    { what: '  claimed after due, median', measured: percentile(claimed, 50), unit: ms },
    { what: '  p99', measured: percentile(claimed, 99), unit: ms, budget: 1_000 },
    { what: '  in the inbox after due, median', measured: percentile(sent, 50), unit: ms },
    { what: '  p99', measured: percentile(sent, 99), unit: ms, budget: 1_000 },
    { what: '  at most', measured: Math.max(...sent), unit: ms },
  ];
}

/** Sets `count` reminders that come due one after the other, at that many a second, and waits until they have gone off. */
async function measureLateness(stack: Stack, count: number, perSecond: number): Promise<Lateness[]> {
  await runReminders(stack, 10, 5, 3_000);
  return runReminders(stack, count, perSecond, LEAD);
}

async function runReminders(stack: Stack, count: number, perSecond: number, lead: number): Promise<Lateness[]> {
  const people = await addPeople(stack, Math.min(count, 20));
  const reminders = reminderStore(stack.documents, stack.table('reminders'));
  const first = Math.ceil((Date.now() + lead) / 1000) * 1000;
  const wanted = Array.from({ length: count }, (_, n) => {
    // Occurrences are due at whole seconds.
    const dueAt = new Date(first + Math.floor(n / perSecond) * 1000);
    const content = {
      title: 'Rehearsal',
      message: 'The rehearsal begins.',
      schedule: { at: dueAt.toISOString().slice(0, 19), timeZone: 'UTC' },
      channels: ['inbox' as const],
      audience: { kind: 'me' as const },
      variables: {},
    };
    const owner = people[n % people.length]?.id ?? '';
    const creation = { id: randomUUID(), fingerprint: '' };
    return { dueAt: dueAt.toISOString(), reminder: createReminder(creation, owner, content, undefined, new Date()) };
  });
  for (const some of chunks(wanted, 25)) await Promise.all(some.map(({ reminder }) => reminders.create(reminder)));
  const sweep = new InvokeCommand({ FunctionName: `carillon-${stack.stage}-sweep`, Payload: '{}' });
  const { FunctionError } = await stack.lambda.send(sweep);
  if (FunctionError) throw new Error(`The sweep failed: ${FunctionError}`);
  if (Date.now() > first) throw new Error('It took too long to arm the reminders');

  const deadline = first + (count / perSecond) * 1000 + PATIENCE;
  return Promise.all(wanted.map(({ reminder: { id }, dueAt }) => latenessOf(stack, id, dueAt, deadline)));
}

async function latenessOf(stack: Stack, reminderId: string, dueAt: string, deadline: number): Promise<Lateness> {
  const reminders = reminderStore(stack.documents, stack.table('reminders'));
  const deliveries = deliveryStore(stack.documents, stack.table('deliveries'));
  const due = Date.parse(dueAt);
  await sleep(due + 5_000 - Date.now());
  while (Date.now() < deadline) {
    const occurrence = await reminders.findOccurrence(reminderId, dueAt);
    if (occurrence?.status === 'DELIVERED') {
      const { rows } = await deliveries.readBatch(occurrenceId(reminderId, dueAt), batchName('inbox', 1));
      const sent = rows.find(({ outcome }) => outcome === 'DELIVERED');
      if (!sent || rows.length !== 1) throw new Error(`Reminder ${reminderId} was not delivered once`);
      return {
        claimed: Date.parse(occurrence.claimedAt) - due,
        sent: Date.parse(sent.at) - due,
        executionArn: `arn:aws:states:us-east-1:000000000000:execution:carillon-${stack.stage}-reminder-lifecycle:${occurrence.execution}`,
      };
    }
    await sleep(1_000);
  }
  throw new Error(`Reminder ${reminderId} has not gone off`);
}
