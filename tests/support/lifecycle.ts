import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { dueIndex } from '../../src/reminders/due-index.ts';
import type { ReminderContent, Reminder as StoredReminder } from '../../src/reminders/reminder.ts';
import { reminderStore } from '../../src/reminders/reminder-store.ts';
import { sweep } from '../../src/reminders/sweep.ts';
import { TraceView } from '../../src/reminders/view.ts';
import { expectStatus, type Person } from '../acceptance/person.ts';
import { executionsOf, stateOf, stopExecution } from './machines.ts';
import { tableName, tables } from './tables.ts';
import { until } from './until.ts';

export { until };

const LIFECYCLE = 'reminder-lifecycle';

const index = dueIndex(tables(), tableName('reminders'));
export const reminders = reminderStore(tables(), tableName('reminders'));
export const executions = executionsOf(LIFECYCLE);

/** The sweep's own code at a moment of the test's choosing. */
export const sweepAt = (offsetMs = 0, through = executions) =>
  sweep({ index, reminders, executions: through, now: () => new Date(Date.now() + offsetMs), report: () => undefined });

const Reminder = z.object({
  id: z.string(),
  revision: z.number(),
  nextDueAt: z.string().optional(),
  status: z.string(),
});
export type SetReminder = z.output<typeof Reminder>;

/** Wall time in UTC, so many seconds from now or up to one more. */
export const inSeconds = (seconds: number) =>
  new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString().slice(0, 19);

/** A reminder to oneself in the inbox, due in some seconds, unless `more` says otherwise. */
export async function remind(owner: Person, seconds: number, more: object = {}): Promise<SetReminder> {
  const schedule = { at: inSeconds(seconds), timeZone: 'UTC' };
  const body = { title: 'Tea', message: 'It is ready', schedule, channels: ['inbox'], ...more };
  return Reminder.parse(expectStatus(201, await owner.ask('POST', '/api/v1/reminders', { body })).body);
}

/** A reminder as the table holds it, due at an instant and armed by nobody. Its inbox is the owner's unless `more` says otherwise. */
export async function storedReminder(ownerId: string, dueAt: string, more: Partial<ReminderContent> = {}) {
  const reminder: StoredReminder & { status: 'SCHEDULED' } = {
    id: randomUUID(),
    ownerId,
    status: 'SCHEDULED',
    title: 'Tea',
    message: 'It is ready',
    schedule: { at: dueAt.slice(0, 19), timeZone: 'UTC' },
    channels: ['inbox'],
    audience: { kind: 'me' },
    variables: {},
    revision: 1,
    fingerprint: '',
    createdAt: dueAt,
    updatedAt: dueAt,
    dueAt,
    ...more,
  };
  await reminders.create(reminder);
  return reminder;
}

export async function read(owner: Person, id: string): Promise<SetReminder> {
  return Reminder.parse(expectStatus(200, await owner.ask('GET', `/api/v1/reminders/${id}`)).body);
}

const Occurrences = z.object({ items: z.array(z.object({ id: z.string(), status: z.string(), run: z.number() })) });

export async function occurrencesOf(owner: Person, id: string) {
  return Occurrences.parse((await owner.ask('GET', `/api/v1/reminders/${id}/occurrences`)).body).items;
}

/** The reminder's latest occurrence, once it has ended. */
export const settled = (owner: Person, id: string, seconds?: number) =>
  until(
    'the occurrence ending',
    async () => {
      const [latest] = await occurrencesOf(owner, id);
      return latest && latest.status !== 'DELIVERING' ? latest : undefined;
    },
    seconds,
  );

export async function traceOf(owner: Person, occurrenceId: string) {
  return TraceView.parse(expectStatus(200, await owner.ask('GET', `/api/v1/occurrences/${occurrenceId}`)).body);
}

export async function settledTrace(owner: Person, id: string, seconds?: number) {
  return traceOf(owner, (await settled(owner, id, seconds)).id);
}

const Inbox = z.object({ data: z.object({ list: z.array(z.object({ target_id: z.string().optional() })) }) });

/** How often a reminder is in somebody's inbox. */
export async function inboxOf(person: Person, reminderId: string): Promise<number> {
  const { body } = await person.ask('GET', `/api/v1/notifications/list?user_id=${person.id}&limit=100`);
  return Inbox.parse(body).data.list.filter((item) => item.target_id === reminderId).length;
}

/** The name of a reminder's first execution. */
export const executionOf = ({ id, nextDueAt = '', revision }: SetReminder) =>
  `${id}_${nextDueAt.slice(0, 19).replace(/[-:]/g, '')}Z-r${revision}`;

export const stop = (name: string) => stopExecution(LIFECYCLE, name);

/** Waits for the end of an execution; the name of the state that it ended in. */
export async function terminalOf(name: string): Promise<string | undefined> {
  await until('the end of the execution', async () => ((await executions.status(name)) === 'ENDED' ? true : undefined));
  return stateOf(LIFECYCLE, name);
}
