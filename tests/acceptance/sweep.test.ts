import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { executionName, occurrenceId } from '../../src/reminders/occurrence.ts';
import { advanceReminder, type Reminder } from '../../src/reminders/reminder.ts';
import type { Executions } from '../../src/shared/workflow/executions.ts';
import { executions, reminders, storedReminder, sweepAt, until } from '../support/lifecycle.ts';
import { addPeople } from '../support/people.ts';
import { aws } from '../support/tables.ts';
import { prefix } from '../support/where.ts';

const lambda = new LambdaClient(aws);

async function invokeSweep() {
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: `${prefix}-sweep`, Payload: '{}' }));
  expect(FunctionError).toBeUndefined();
}

/** A reminder in the table, as if its arming had been lost. */
async function unarmed(dueInMs: number) {
  const [ownerId = ''] = (await addPeople(1)).ids;
  return storedReminder(ownerId, new Date(Math.ceil((Date.now() + dueInMs) / 1000) * 1000).toISOString());
}

const execution = ({ id, dueAt, revision }: Reminder & { status: 'SCHEDULED' }, run = 1) =>
  executionName({ reminderId: id, dueAt, revision, run });

describe('the sweep', () => {
  it('finds what was not armed a minute before it is due, and starts it once', async () => {
    const [overdue, soon, later] = [await unarmed(-5_000), await unarmed(40_000), await unarmed(420_000)];
    await Promise.all([invokeSweep(), invokeSweep()]);
    expect(await executions.status(execution(overdue))).toBeDefined();
    expect(await executions.status(execution(soon))).toBe('RUNNING');
    expect(await executions.status(execution(later))).toBeUndefined();
    await until('the overdue one', async () =>
      (await reminders.find(overdue.id))?.status === 'COMPLETED' ? true : undefined,
    );
    await sweepAt(150_000);
    expect(await executions.status(execution(later))).toBe('RUNNING');
    for (const { id } of [soon, later]) await reminders.delete(id);
  });

  it('keeps nobody back for one whose start is throttled, and comes back to that one', async () => {
    const [throttled, other] = [await unarmed(45_000), await unarmed(45_000)];
    const passing: Executions = {
      ...executions,
      start: (name, input) =>
        name === execution(throttled) ? Promise.reject(new Error('slow down')) : executions.start(name, input),
    };
    const first = await sweepAt(0, passing);
    expect(first.failed).toBe(1);
    expect(await executions.status(execution(other))).toBe('RUNNING');
    expect((await sweepAt()).failed).toBe(0);
    expect(await executions.status(execution(throttled))).toBe('RUNNING');
    for (const { id } of [throttled, other]) await reminders.delete(id);
  });

  it('gives an occurrence up when all its executions have ended without result', async () => {
    const reminder = await unarmed(3_600_000);
    const claimedAt = new Date(Date.now() - 100_000).toISOString();
    const { title, message, channels, audience, variables } = reminder;
    await reminders.claim(reminder, advanceReminder(reminder, occurrenceId(reminder.id, reminder.dueAt), new Date()), {
      id: occurrenceId(reminder.id, reminder.dueAt),
      reminderId: reminder.id,
      ownerId: reminder.ownerId,
      dueAt: reminder.dueAt,
      armedAt: claimedAt,
      claimedAt,
      execution: execution(reminder, 9),
      run: 9,
      revision: 1,
      content: { title, message, channels, audience, variables, timeZone: 'UTC' },
      status: 'DELIVERING',
    });
    await invokeSweep();
    expect(await reminders.findOccurrence(reminder.id, reminder.dueAt)).toMatchObject({
      status: 'FAILED',
      error: 'ExecutionsUsedUp',
    });
    expect((await reminders.find(reminder.id))?.status).toBe('COMPLETED');
  });
});
