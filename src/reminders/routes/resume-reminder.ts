import { ChangedMeanwhile, PreconditionFailed } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { NothingLeft, ReminderNotFound, ReminderNotPaused, resumeReminder } from '../reminder.ts';
import { changeOwn, type RemindersApi } from '../reminders-api.ts';
import { eventTimeOf } from '../set-reminder.ts';
import { ReminderView, viewReminder } from '../view.ts';
import { reminderParams } from './params.ts';

export default route<RemindersApi>()(
  {
    method: 'POST',
    path: '/api/v1/reminders/{id}/resume',
    tag: 'reminders',
    summary: 'Goes on with the first moment after now',
    params: reminderParams,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The reminder as it is now', schema: ReminderView } },
    errors: [ReminderNotFound, ReminderNotPaused, NothingLeft, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, caller, expectedRevision, now }, deps) => {
    const own = { id: params.id, ownerId: caller.userId, expectedRevision };
    const verb = async (before: Parameters<typeof resumeReminder>[0]) =>
      resumeReminder(before, await eventTimeOf(before, deps), now);
    const reminder = await changeOwn(own, verb, deps, now);
    return { status: 200, body: viewReminder(reminder) };
  },
);
