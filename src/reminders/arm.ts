import { orLeaveTo } from '../shared/leave-to.ts';
import { type Executions, MOST_RUNS } from '../shared/workflow/executions.ts';
import { executionName, occurrenceId } from './occurrence.ts';
import type { Reminder } from './reminder.ts';

/** Milliseconds before it is due that an occurrence gets its execution. */
export const ARM_AHEAD = 5 * 60 * 1000;

export interface Armable {
  readonly reminderId: string;
  readonly dueAt: string;
  readonly revision: number;
}

/**
 * Makes sure that an occurrence has an execution: starts it, or, where the one it had has ended without claiming, the next one.
 * Answers the run that is on, or undefined when `MOST_RUNS` are used up. Any number of callers at once start one.
 */
export async function arm(occurrence: Armable, executions: Executions, firstRun = 1): Promise<number | undefined> {
  for (let run = firstRun; run <= MOST_RUNS; run++) {
    const input = { ...occurrence, occurrenceId: occurrenceId(occurrence.reminderId, occurrence.dueAt), run };
    const name = executionName(input);
    if (await executions.start(name, input)) return run;
    if ((await executions.status(name)) !== 'ENDED') return run;
  }
  return undefined;
}

/** Starts the execution of a reminder, stored by now, that is due before a sweep would have seen it. */
export async function armIfSoon(
  reminder: Reminder,
  { executions }: { readonly executions: Executions },
  now: Date,
): Promise<void> {
  if (reminder.status !== 'SCHEDULED' || Date.parse(reminder.dueAt) > now.getTime() + ARM_AHEAD) return;
  const { id: reminderId, dueAt, revision } = reminder;
  await orLeaveTo('the sweep', { reminderId }, () => arm({ reminderId, dueAt, revision }, executions));
}
