import { ChangedMeanwhile, PreconditionFailed } from '../../shared/errors.ts';
import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { editReminder, NothingLeft, ReminderNotFound, ReminderOver } from '../reminder.ts';
import { changeOwn, type RemindersApi } from '../reminders-api.ts';
import { checkChanges, ReminderChanges } from '../set-reminder.ts';
import { ReminderView, viewReminder } from '../view.ts';
import { withdrawAsked } from '../withdraw.ts';
import { reminderParams } from './params.ts';

export default route<RemindersApi>()(
  {
    method: 'PATCH',
    path: '/api/v1/reminders/{id}',
    tag: 'reminders',
    summary:
      'Changes parts of a reminder; what is on its way from before is superseded, and nobody is asked any more to acknowledge it',
    params: reminderParams,
    query: nothing,
    body: ReminderChanges,
    replies: { 200: { description: 'The reminder as it is now', schema: ReminderView } },
    errors: [ReminderNotFound, ReminderOver, NothingLeft, PreconditionFailed, ChangedMeanwhile],
  },
  async ({ params, body, caller, expectedRevision, now }, deps) => {
    const verb = async (before: Parameters<typeof editReminder>[0]) => {
      const { content, event } = await checkChanges(before, body, now, deps);
      return editReminder(before, content, body.schedule !== undefined, event, now);
    };
    const reminder = await changeOwn({ id: params.id, ownerId: caller.userId, expectedRevision }, verb, deps, now);
    await withdrawAsked(reminder, deps, now);
    return { status: 200, body: viewReminder(reminder), headers: etag(reminder) };
  },
);
