import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type MissedDeps, missed } from '../../src/reminders/missed.ts';
import { executionName, type Occurrence, occurrenceId } from '../../src/reminders/occurrence.ts';
import { createReminder, pauseReminder, type Reminder } from '../../src/reminders/reminder.ts';

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 0, 1, 9, minute, second));
const id = randomUUID();

/** Every five minutes from nine on, waiting for `next`. */
function reminder(next: number, more: Partial<Reminder> = {}): Reminder {
  const schedule = {
    at: '2026-01-01T09:00:00',
    timeZone: 'UTC',
    rrule: 'FREQ=MINUTELY;INTERVAL=5',
    dstPolicy: 'shift' as const,
  };
  const content = {
    title: 'Tea',
    message: 'Tea',
    channels: ['inbox' as const],
    audience: { kind: 'me' as const },
    variables: {},
  };
  const created = createReminder({ id, fingerprint: '' }, randomUUID(), { ...content, schedule }, undefined, at(-1));
  return Object.assign({}, created, { dueAt: at(next).toISOString() }, more);
}

function occurrence(minute: number, lateBy = 0): Occurrence {
  const dueAt = at(minute).toISOString();
  return {
    ...{
      id: occurrenceId(id, dueAt),
      reminderId: id,
      ownerId: id,
      dueAt,
      armedAt: dueAt,
      execution: 'x',
      run: 1,
      revision: 1,
    },
    claimedAt: at(minute, lateBy).toISOString(),
    content: { title: '', message: '', channels: ['inbox'], audience: { kind: 'me' }, variables: {}, timeZone: 'UTC' },
    ...{ status: 'DELIVERED', settledAt: dueAt, tally: { sent: 1, suppressed: 0, failed: 0 } },
  };
}

const named = (minute: number, revision = 1) =>
  executionName({ reminderId: id, dueAt: at(minute).toISOString(), revision, run: 1 });

function look(armed: string[], reminders: Reminder[], log: Occurrence[], isIndexed = true) {
  const deps: MissedDeps = {
    armed: async function* () {
      yield* armed;
    },
    reminders: {
      findAll: async () =>
        reminders.map((each) => ({ reminder: each, isIndexed: isIndexed && each.status === 'SCHEDULED' })),
      findOccurrences: async (moments) => log.filter(({ dueAt }) => moments.some((each) => each.dueAt === dueAt)),
    },
  };
  return missed(at(0), at(20), deps);
}

const fault = (minute: number, kind: string) => ({
  occurrenceId: occurrenceId(id, at(minute).toISOString()),
  dueAt: at(minute).toISOString(),
  fault: kind,
});

describe('what should have happened, compared with the log', () => {
  it('is nothing when everything went off in time', async () => {
    const log = [0, 5, 10, 15].map((minute) => occurrence(minute, 59));
    expect(
      await look(
        [15, 10, 5, 0].map((minute) => named(minute)),
        [reminder(20)],
        log,
      ),
    ).toEqual([]);
  });

  it('is what was armed and has left no trace', async () => {
    expect(await look([named(10), named(5)], [reminder(15)], [occurrence(10)])).toEqual([fault(5, 'LOST')]);
  });

  it('is what has dropped out of the due index before it was claimed', async () => {
    expect(await look([named(5)], [reminder(5)], [], false)).toEqual([fault(5, 'LOST')]);
  });

  it('is what the schedule asks for and the reminder has passed over', async () => {
    expect(await look([named(5)], [reminder(20)], [occurrence(5)])).toEqual([fault(10, 'LOST'), fault(15, 'LOST')]);
  });

  it('is what was late, too late, or given up', async () => {
    const log: Occurrence[] = [
      occurrence(5, 61),
      Object.assign({}, occurrence(10, 61), { status: 'EXPIRED' as const }),
      Object.assign({}, occurrence(15), { status: 'FAILED' as const, error: 'ExecutionsUsedUp' }),
    ];
    expect(
      await look(
        [15, 10, 5].map((minute) => named(minute)),
        [reminder(20)],
        log,
      ),
    ).toEqual(expect.arrayContaining([fault(5, 'LATE'), fault(10, 'EXPIRED'), fault(15, 'GIVEN_UP')]));
  });

  it('is not what was past its notAfter in time', async () => {
    const expired: Occurrence = Object.assign({}, occurrence(5, 1), { status: 'EXPIRED' as const });
    expect(await look([named(5)], [reminder(10)], [expired])).toEqual([]);
  });

  it('is not what was changed, paused or deleted meanwhile, or still waits to be claimed', async () => {
    expect(await look([named(5)], [], [])).toEqual([]);
    expect(await look([named(5)], [reminder(20, { revision: 2 })], [])).toEqual([]);
    expect(await look([named(5)], [pauseReminder(reminder(5), at(1))], [])).toEqual([]);
    expect(await look([named(5)], [reminder(5)], [])).toEqual([]);
  });

  it('is not what is outside the window, or has another name', async () => {
    expect(await look([named(-5), named(20), 'by-hand', 'doctor-1-r2'], [reminder(25)], [])).toEqual([]);
  });
});
