import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { walk } from '../../bench/walker.ts';
import { shippedMachines } from '../../local/machines.ts';
import { deliverBatch } from '../../src/notifications/delivery/deliver-batch.ts';
import { Sums, totalOf } from '../../src/notifications/delivery/delivery.ts';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { inboxSender } from '../../src/notifications/delivery/senders.ts';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { BatchInput } from '../../src/notifications/workflow/batch-task.ts';
import { acknowledgeOccurrence } from '../../src/reminders/acknowledgement/acknowledge-occurrence.ts';
import { awaitAcknowledgement, escalateOccurrence } from '../../src/reminders/acknowledgement/escalate-occurrence.ts';
import { claimedOccurrence, claimOccurrence } from '../../src/reminders/claim-occurrence.ts';
import { executionName, LifecycleInput, occurrenceId } from '../../src/reminders/occurrence.ts';
import type { Reminder } from '../../src/reminders/reminder.ts';
import { reminderStore } from '../../src/reminders/reminder-store.ts';
import { selectTiers } from '../../src/reminders/select-tiers.ts';
import { settleOccurrence } from '../../src/reminders/settle-occurrence.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { userStore } from '../../src/users/user-store.ts';
import { reminders, storedReminder } from '../support/lifecycle.ts';
import { Died, immortal, type Life, mortal } from '../support/mortal.ts';
import { addPeople, nobodyListens } from '../support/people.ts';
import { membersIn, tableName, tables } from '../support/tables.ts';

/** Far ahead, so that the stack's own sweep keeps away from it. */
const DUE = '2090-03-01T09:00:00.000Z';

/** One in so many steps is died at, the first by the seed: `CRASH_SEED=3` plays other ones. */
const EVERY = 4;
const SEED = Number(process.env.CRASH_SEED ?? 0);

const machine = shippedMachines().get('carillon-local-reminder-lifecycle');
if (!machine) throw new Error('there is no reminder-lifecycle');
const inbox = inboxStore(tables(), tableName('notifications'));

const dueReminder = (ownerId: string, guestId: string) =>
  storedReminder(ownerId, DUE, { acknowledgement: asking({ kind: 'users', userIds: [guestId] }) });

const asking = (audience: { kind: 'users'; userIds: string[] }): NonNullable<Reminder['acknowledgement']> => ({
  within: 'PT10M',
  // biome-ignore lint/suspicious/noThenProperty: a list, which nothing calls
  then: [{ channels: ['inbox'], audience, within: 'PT10M' }],
});

const inputOf = (reminder: Reminder, run: number): LifecycleInput => ({
  reminderId: reminder.id,
  dueAt: DUE,
  revision: 1,
  occurrenceId: occurrenceId(reminder.id, DUE),
  run,
});

type Deps = Omit<
  Parameters<typeof acknowledgeOccurrence>[2],
  'tokens' | 'executions' | keyof ReturnType<typeof membersIn>
>;

const acknowledge = (occurrence: string, by: string, now: Date, deps: Deps) =>
  acknowledgeOccurrence({ occurrenceId: occurrence, by, snooze: undefined }, now, {
    ...deps,
    ...membersIn(tables()),
    tokens: { answer: async () => true },
    executions: { start: async () => true, status: async () => undefined },
  });

/**
 * A world in which time passes only while the machine waits. Where `escalatesTwice`, the function that begins the second tier dies once it
 * has, and this person acknowledges before it is called again.
 */
function worldOf(acknowledgedBy: string | undefined, escalatesTwice?: string) {
  let clock = Date.parse(DUE);
  const now = () => new Date(clock);
  let waits = 0;

  /** Somebody answers in the middle of the second tier's wait. */
  async function answered(life: Life, occurrence: string, seconds: number): Promise<boolean> {
    const end = clock + seconds * 1000;
    waits++;
    const read = await claimedTiers(occurrence);
    if (acknowledgedBy === undefined || read < 2) {
      clock = end;
      await life.step(async () => undefined);
      return false;
    }
    clock += (seconds * 1000) / 2;
    await acknowledge(occurrence, acknowledgedBy, now(), depsOf(life));
    return true;
  }

  async function claimedTiers(id: string): Promise<number> {
    const occurrence = await reminders.findOccurrence(id.slice(0, 36), DUE);
    return occurrence && 'asking' in occurrence ? (occurrence.asking?.tiers.length ?? 0) : 0;
  }

  const depsOf = (life: Life) => {
    const client = tables(life.step);
    return {
      client,
      reminders: reminderStore(client, tableName('reminders')),
      deliveries: deliveryStore(client, tableName('deliveries')),
      users: userStore(client, tableName('users')),
      suppressions: suppressionStore(client, tableName('suppressions')),
      now,
    };
  };

  /** One execution, with the machine as it ships and the functions' own code. */
  async function execute(input: LifecycleInput, life: Life): Promise<string | undefined> {
    const { client, ...deps } = depsOf(life);
    const sources = membersIn(client);
    let answeredEarly = false;
    const call = async (name: string, payload: unknown): Promise<unknown> => {
      const fenced = LifecycleInput.safeParse(payload).data ?? input;
      const { tier } = z.object({ tier: z.number().default(0) }).parse(payload);
      switch (name) {
        case 'claim-occurrence':
          return {
            status: await claimOccurrence(
              { ...fenced, execution: executionName(fenced), armedAt: DUE },
              { ...deps, findEventTime: async () => undefined },
            ),
          };
        case 'select-recipients': {
          const { from } = z.object({ from: z.number() }).parse(payload);
          const occurrence = await claimedOccurrence(fenced, deps.reminders);
          return selectTiers({ occurrence, from }, { ...deps, sources });
        }
        case 'await-acknowledgement': {
          const tokens = {
            async answer() {
              answeredEarly = true;
              return true;
            },
          };
          answeredEarly = false;
          return awaitAcknowledgement({ ...fenced, tier, token: 'a token' }, { ...deps, tokens });
        }
        case 'escalate':
          if (tier === 0 && escalatesTwice) {
            await escalateOccurrence({ ...fenced, tier }, deps, now());
            await acknowledge(fenced.occurrenceId, escalatesTwice, now(), deps);
          }
          return { status: await escalateOccurrence({ ...fenced, tier }, deps, now()) };
        case 'settle-occurrence': {
          const { tally, deferred, skipped } = Sums.parse(payload);
          return { status: await settleOccurrence(fenced, totalOf({ tally, deferred, skipped }), deps) };
        }
        default: {
          const sender = inboxSender(inboxStore(client, tableName('notifications')), nobodyListens);
          return deliverBatch(BatchInput.parse(payload), { ...deps, members: sources.members, sender });
        }
      }
    };
    if (!machine) throw new Error('there is no reminder-lifecycle');
    const walked = await walk(machine, input, {
      weather: 'calm',
      machine: () => machine,
      invoke: (arn, payload) => call(arn.replace(/.*:function:carillon-local-/, ''), payload),
      answered: async (_, seconds) => answeredEarly || answered(life, input.occurrenceId, Math.min(seconds, 600)),
    });
    return walked.entered.at(-1);
  }
  return { execute, waits: () => waits };
}

describe.each([
  ['that nobody acknowledges', false, 'UNACKNOWLEDGED', 'ReminderUnacknowledged'],
  ['that is acknowledged in its second tier', true, 'ACKNOWLEDGED', 'ReminderAcknowledged'],
] as const)('an occurrence %s and whose execution dies at any step', (_, isAcknowledged, status, end) => {
  it.each([
    ['before', false],
    ['after', true],
  ] as const)(
    '(%s it takes effect) ends as if nothing had happened: nobody is asked twice, and no wait is longer',
    async (_, takesEffect) => {
      const { ids } = await addPeople(2);
      const [owner = '', guest = ''] = ids;
      const by = isAcknowledged ? guest : undefined;
      const whole = immortal();
      expect(await worldOf(by).execute(inputOf(await dueReminder(owner, guest), 1), whole)).toBe(end);
      let fired = 1;
      for (let diesAt = 1 + (SEED % EVERY); diesAt <= whole.steps(); diesAt += EVERY) {
        const about = `died at step ${diesAt} of ${whole.steps()}`;
        const reminder = await dueReminder(owner, guest);
        const world = worldOf(by);
        await world.execute(inputOf(reminder, 1), mortal(diesAt, takesEffect)).catch(expectDeath);
        await world.execute(inputOf(reminder, 2), immortal());
        // The one before, had it lived on.
        await world.execute(inputOf(reminder, 1), immortal()).catch(() => undefined);
        fired++;
        const occurrence = await reminders.findOccurrence(reminder.id, DUE);
        expect({ about, ...occurrence }).toMatchObject({ about, status, tally: { sent: 2, suppressed: 0, failed: 0 } });
        if (occurrence?.status !== 'ACKNOWLEDGED' && occurrence?.status !== 'UNACKNOWLEDGED') continue;
        expect({ about, tiers: occurrence.asking?.tiers.length }).toEqual({ about, tiers: 2 });
        expect({ about, token: occurrence.asking?.token }).toEqual({ about, token: undefined });
        if (by !== undefined) expect({ about, end: occurrence.asking?.end }).toMatchObject({ about, end: { by } });
        for (const person of [owner, guest])
          expect({ about, ...(await inbox.count(person)) }).toMatchObject({ about, elements: fired });
        expect((await reminders.find(reminder.id))?.status).toBe('COMPLETED');
      }
    },
    300_000,
  );
});

it('a tier whose beginning died, and that somebody acknowledged before it was tried again, is logged with nobody told', async () => {
  const { ids } = await addPeople(2);
  const [owner = '', guest = ''] = ids;
  const reminder = await dueReminder(owner, guest);
  expect(await worldOf(undefined, owner).execute(inputOf(reminder, 1), immortal())).toBe('ReminderAcknowledged');
  expect(await reminders.findOccurrence(reminder.id, DUE)).toMatchObject({
    status: 'ACKNOWLEDGED',
    tally: { sent: 1, suppressed: 1, failed: 0 },
  });
  expect([(await inbox.count(owner)).elements, (await inbox.count(guest)).elements]).toEqual([1, 0]);
});

/** The machine catches most deaths; one in the middle of nowhere ends the walk. */
function expectDeath(error: unknown) {
  if (!(error instanceof Died)) throw error;
}
