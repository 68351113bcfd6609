import { ChangedMeanwhile, PreconditionFailed } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { pauseReminder, ReminderNotFound, ReminderOver } from '../reminder.ts';
import { changeOwn, type RemindersApi } from '../reminders-api.ts';
import { ReminderView, viewReminder } from '../view.ts';
import { withdraw } from '../withdraw.ts';
import { reminderParams } from './params.ts';

export default route<RemindersApi>()(
  {
    method: 'POST',
    path: '/api/v1/reminders/{id}/pause',
    tag: 'reminders',
    summary: 'Holds a reminder back until it is resumed',
    params: reminderParams,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The reminder as it is now', schema: ReminderView } },
    errors: [ReminderNotFound, ReminderOver, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, caller, expectedRevision, now }, deps) => {
    const own = { id: params.id, ownerId: caller.userId, expectedRevision };
    const reminder = await changeOwn(own, (before) => pauseReminder(before, now), deps, now);
    await withdraw(reminder, deps, now);
    return { status: 200, body: viewReminder(reminder) };
  },
);
