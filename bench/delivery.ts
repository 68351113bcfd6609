import { randomUUID } from 'node:crypto';
import { accepted, type Channel, type ChannelName } from '../src/channels/channel.ts';
import { eventMembers } from '../src/events/event-members.ts';
import { eventStore } from '../src/events/event-store.ts';
import { groupStore } from '../src/groups/group-store.ts';
import { deliverBatch } from '../src/notifications/delivery/deliver-batch.ts';
import { channelOf } from '../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../src/notifications/delivery/delivery-store.ts';
import { membersOf } from '../src/notifications/delivery/members.ts';
import { selectRecipients } from '../src/notifications/delivery/select-recipients.ts';
import { emailSender, inboxSender } from '../src/notifications/delivery/senders.ts';
import { announcer } from '../src/notifications/inbox/announcer.ts';
import { inboxStore } from '../src/notifications/inbox/inbox-store.ts';
import { realtime } from '../src/realtime/realtime.ts';
import { audienceOf } from '../src/reminders/audience.ts';
import { claimedOccurrence, claimOccurrence } from '../src/reminders/claim-occurrence.ts';
import { dueIndex } from '../src/reminders/due-index.ts';
import { executionName, type LifecycleInput, occurrenceId } from '../src/reminders/occurrence.ts';
import { type Audience, createReminder } from '../src/reminders/reminder.ts';
import { reminderStore } from '../src/reminders/reminder-store.ts';
import { settleOccurrence } from '../src/reminders/settle-occurrence.ts';
import { sweep } from '../src/reminders/sweep.ts';
import { suppressionStore } from '../src/suppressions/suppression-store.ts';
import { userStore } from '../src/users/user-store.ts';
import { meter, type Units } from './metered.ts';
import type { Stack } from './stack.ts';

/** What one step of a delivery cost. */
export interface StepCost extends Units {
  readonly step: string;
  /** How often the step ran. */
  runs: number;
}

export interface DeliveryCost {
  readonly steps: readonly StepCost[];
  /** Deliveries that reached a provider or the inbox. */
  readonly delivered: number;
  readonly write: number;
  readonly read: number;
  /** Lambda invocations, one pass of the sweep among them. */
  readonly invocations: number;
  /** How long the selection took in this process, and what it took of the heap at most. */
  readonly selection: { readonly ms: number; readonly heapMb: number };
}

/** Milliseconds. The deployed sweep looks five minutes ahead, and takes what was claimed by nobody that it knows for lost. */
const OUT_OF_ITS_SIGHT = 60 * 60 * 1000;
/** A clock that is so far ahead that what is done by it in this process is done by no deployed sweep. */
export const outOfSight = () => new Date(Date.now() + OUT_OF_ITS_SIGHT);

/** A provider that takes everything. */
const sink: Channel<string> = { name: 'email', send: async () => accepted(randomUUID()) };

/**
 * Sets a reminder for an audience and does in this process what sweep and execution do in their functions: the same code, on the
 * emulator's tables, an hour ahead. It moves the sweep's cursor there, so what comes due within that hour is armed late from then on.
 * Counting, which reads every item again, can be left out where time is what matters.
 */
export async function deliverOnce(
  stack: Stack,
  ownerId: string,
  audience: Audience,
  channels: ChannelName[],
  counted = true,
): Promise<DeliveryCost> {
  const documents = stack.newDocuments();
  const metered = counted ? meter(documents, stack.documents) : { take: () => ({ read: 0, write: 0, calls: 0 }) };
  const reminders = reminderStore(documents, stack.table('reminders'));
  const index = dueIndex(documents, stack.table('reminders'));
  const groups = groupStore(documents, stack.table('groups'));
  const events = eventStore(documents, stack.table('events'));
  const onEvents = eventMembers(events, groups);
  const members = membersOf(onEvents, groups);
  const users = userStore(documents, stack.table('users'));
  const suppressions = suppressionStore(documents, stack.table('suppressions'));
  const deliveries = deliveryStore(documents, stack.table('deliveries'));
  const inbox = inboxStore(documents, stack.table('notifications'));
  // Nobody is connected, so the address is not used.
  const socket = { CONNECTIONS_TABLE: stack.table('connections'), SOCKET_URL: 'ws://127.0.0.1' };
  const announce = announcer(inbox, realtime(documents, socket).push);
  let ahead = OUT_OF_ITS_SIGHT;
  const now = () => new Date(Date.now() + ahead);

  const steps = new Map<string, StepCost>();
  const count = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    metered.take();
    const result = await work();
    const { read, write, calls } = metered.take();
    const cost = steps.get(step) ?? { step, runs: 0, read: 0, write: 0, calls: 0 };
    steps.set(step, {
      step,
      runs: cost.runs + 1,
      read: cost.read + read,
      write: cost.write + write,
      calls: cost.calls + calls,
    });
    return result;
  };

  const due = new Date(Math.ceil(now().getTime() / 1000) * 1000 + 1000);
  const content = {
    title: 'Rehearsal in {{ due }}',
    message: 'Dear {{ recipient.first_name | default: "friend" }}, the rehearsal is in the main hall, upstairs.',
    schedule: { at: due.toISOString().slice(0, 19), timeZone: 'UTC' },
    channels,
    audience,
    variables: {},
  };
  const creation = { id: randomUUID(), fingerprint: '' };
  const reminder = await count('set the reminder', () =>
    reminders.create(createReminder(creation, ownerId, content, undefined, now())),
  );

  const executions = { start: async () => true, status: async () => 'RUNNING' as const };
  await count('sweep', () => sweep({ index, reminders, executions, now, report: () => undefined }));

  const input: LifecycleInput = {
    reminderId: reminder.id,
    occurrenceId: occurrenceId(reminder.id, due.toISOString()),
    dueAt: due.toISOString(),
    revision: 1,
    run: 1,
  };
  const claim = { ...input, execution: executionName(input), armedAt: now().toISOString() };
  const status = await count('claim', () =>
    claimOccurrence(claim, {
      reminders,
      findEventTime: async (eventId) => (await events.find(eventId))?.starts_at,
      now,
    }),
  );
  if (status !== 'CLAIMED') throw new Error(`The occurrence is ${status}`);

  const memory = watchMemory();
  const begun = performance.now();
  const { batches } = await count('select', async () => {
    const occurrence = await claimedOccurrence(input, reminders);
    const { content: sent, userIds, scope } = await audienceOf(occurrence, { events: onEvents, groups });
    return selectRecipients(
      { dispatchId: input.occurrenceId, run: 1, content: sent, userIds, scope, channels },
      { deliveries, users, suppressions, now },
    );
  });
  const selection = { ms: performance.now() - begun, heapMb: memory.peak() / 2 ** 20 };

  const tally = { sent: 0, suppressed: 0, failed: 0 };
  for (let due = batches.flat(); due.length > 0; ) {
    const deferred: { batch: string; until: number }[] = [];
    for (const batch of due) {
      const channel = channelOf(batch);
      const sender = channel === 'inbox' ? inboxSender(inbox, announce) : emailSender(sink);
      const { resume_at, ...ended } = await count(`send ${channel}`, () =>
        deliverBatch(
          { dispatchId: input.occurrenceId, run: 1, batch },
          { deliveries, users, suppressions, members, sender, now },
        ),
      );
      if (resume_at !== undefined) {
        deferred.push({ batch, until: Date.parse(resume_at) });
        continue;
      }
      tally.sent += ended.sent;
      tally.suppressed += ended.suppressed;
      tally.failed += ended.failed;
    }
    due = deferred.map(({ batch }) => batch);
    // The clock is put on to the end of the quiet hours.
    ahead = Math.max(ahead, ...deferred.map(({ until }) => until - Date.now()));
  }
  await count('settle', () => settleOccurrence(input, tally, { reminders, now }));

  const all = [...steps.values()];
  const sum = (of: (cost: StepCost) => number) => all.reduce((total, each) => total + of(each), 0);
  return {
    steps: all,
    delivered: tally.sent,
    write: sum(({ write }) => write),
    read: sum(({ read }) => read),
    // Setting it is a request of its own.
    invocations: sum(({ runs }) => runs) - 1,
    selection,
  };
}

/** What the heap grows by, in bytes, until `peak` is called. */
function watchMemory() {
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  };
  const timer = setInterval(look, 5);
  return {
    peak: () => {
      clearInterval(timer);
      look();
      return most - before;
    },
  };
}
