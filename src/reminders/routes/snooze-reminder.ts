import * as z from 'zod';
import { ChangedMeanwhile, PreconditionFailed } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { type Reminder, ReminderNotFound, ReminderOver, SnoozeFor, snoozeReminder, snoozeUntil } from '../reminder.ts';
import { changeOwn, type RemindersApi } from '../reminders-api.ts';
import { ReminderView, viewReminder } from '../view.ts';
import { acknowledgeAsked } from '../withdraw.ts';
import { reminderParams } from './params.ts';

export default route<RemindersApi>()(
  {
    method: 'POST',
    path: '/api/v1/reminders/{id}/snooze',
    tag: 'reminders',
    summary:
      'Puts the coming moment off, or, when there is none any more, goes off once again and acknowledges what goes off just now',
    params: reminderParams,
    query: nothing,
    body: z.strictObject({ for: SnoozeFor }),
    replies: { 200: { description: 'The reminder as it is now', schema: ReminderView } },
    errors: [ReminderNotFound, ReminderOver, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, body, caller, expectedRevision, now }, deps) => {
    const own = { id: params.id, ownerId: caller.userId, expectedRevision };
    let goesOff = false;
    const snooze = (before: Reminder) => {
      goesOff = before.status === 'FIRING';
      return snoozeReminder(before, snoozeUntil(body.for, now), now);
    };
    const reminder = await changeOwn(own, snooze, deps, now);
    // What is put off is what goes off just now, not a moment to come.
    if (goesOff) await acknowledgeAsked(reminder, deps, now);
    return { status: 200, body: viewReminder(reminder) };
  },
);
