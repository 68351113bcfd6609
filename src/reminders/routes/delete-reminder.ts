import { empty, nothing, route } from '../../shared/http/route.ts';
import { ReminderNotFound } from '../reminder.ts';
import { ownReminder, type RemindersApi } from '../reminders-api.ts';
import { removeReminder } from '../remove-reminder.ts';
import { reminderParams } from './params.ts';

export default route<RemindersApi>()(
  {
    method: 'DELETE',
    path: '/api/v1/reminders/{id}',
    tag: 'reminders',
    summary: 'Removes a reminder and what is known of its occurrences',
    params: reminderParams,
    query: nothing,
    body: nothing,
    replies: { 204: { description: 'It is gone, and nothing more of it is sent', schema: empty } },
    errors: [ReminderNotFound],
  },
  async ({ params, caller, now }, deps) => {
    await ownReminder(params.id, caller.userId, deps);
    await removeReminder(params.id, deps, now);
    return { status: 204, body: undefined };
  },
);
