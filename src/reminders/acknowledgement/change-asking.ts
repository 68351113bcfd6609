import type { ReasonCode } from '../../channels/outcome.ts';
import type { DeliveryStore } from '../../notifications/delivery/delivery-store.ts';
import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { orLeaveTo } from '../../shared/leave-to.ts';
import type { TaskTokens } from '../../shared/workflow/task-tokens.ts';
import { type Delivering, dispatchIds, type LifecycleInput, type Occurrence } from '../occurrence.ts';
import { type Reminder, remindAgain } from '../reminder.ts';
import { type ReminderStore, unlessGone } from '../reminder-store.ts';
import type { Asking } from './asking.ts';

export interface AskingDeps {
  readonly reminders: Pick<ReminderStore, 'findOccurrence' | 'replace' | 'change'>;
  readonly deliveries: Pick<DeliveryStore, 'withdraw'>;
  readonly tokens: TaskTokens;
}

/** An occurrence for which somebody is asked to acknowledge it. */
export type Asked = Delivering & { readonly asking: Asking };

const RIVALS = 8;

/**
 * Applies a verb to how asking stands for an occurrence that is being delivered, again when somebody else was faster; a verb that answers
 * the same changes nothing. Answers the occurrence as it is then; undefined when there is none. Throws ChangedMeanwhile.
 */
export async function changeAsking(
  { reminderId, dueAt }: Pick<LifecycleInput, 'reminderId' | 'dueAt'>,
  verb: (asked: Asked) => Asking,
  { reminders }: Pick<AskingDeps, 'reminders'>,
): Promise<Occurrence | undefined> {
  for (let rival = 0; rival < RIVALS; rival++) {
    const before = await reminders.findOccurrence(reminderId, dueAt);
    if (before?.status !== 'DELIVERING' || !before.asking) return before;
    const asking = verb({ ...before, asking: before.asking });
    if (asking === before.asking) return before;
    const after = { ...before, asking };
    if (await reminders.replace(before, after)) return after;
    await pause(rival);
  }
  throw new ChangedMeanwhile();
}

const STOPPED_BECAUSE = { ACKNOWLEDGED: 'ACKNOWLEDGED', WITHDRAWN: 'REMINDER_WITHDRAWN' } as const satisfies Record<
  string,
  ReasonCode
>;

/**
 * What follows from a decision: what was not sent yet is not sent any more, and a snoozed reminder goes off again. Whoever finds the
 * decision does it, as often as it is found, because whoever took it may have died. Answers the reminder that goes off again.
 */
export async function followDecision(
  occurrence: Occurrence,
  { reminders, deliveries }: Pick<AskingDeps, 'reminders' | 'deliveries'>,
  now: Date,
): Promise<Reminder | undefined> {
  if (occurrence.status !== 'DELIVERING') return undefined;
  const end = occurrence.asking?.end;
  if (!end || end.kind === 'UNACKNOWLEDGED') return undefined;
  await Promise.all(dispatchIds(occurrence).map((id) => deliveries.withdraw(id, now, STOPPED_BECAUSE[end.kind])));
  if (end.kind === 'WITHDRAWN' || !end.snooze) return undefined;
  const { until, revision } = end.snooze;
  return unlessGone(() =>
    reminders.change(occurrence.reminderId, (reminder) =>
      reminder.revision === revision ? remindAgain(reminder, new Date(until), now) : reminder,
    ),
  );
}

/** Has the machine look at what was decided, as it would at the end of its wait anyway. */
export async function wake(occurrence: Occurrence, { tokens }: Pick<AskingDeps, 'tokens'>): Promise<void> {
  const token = occurrence.status === 'DELIVERING' ? occurrence.asking?.token : undefined;
  if (token === undefined) return;
  await orLeaveTo('the end of the wait', { occurrenceId: occurrence.id }, () => tokens.answer(token, {}));
}
