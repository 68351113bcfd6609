import { etag } from '../../shared/http/revision.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ReminderNotFound } from '../reminder.ts';
import { ownReminder, type RemindersApi } from '../reminders-api.ts';
import { ReminderView, viewReminder } from '../view.ts';
import { reminderParams } from './params.ts';

export default route<RemindersApi>()(
  {
    method: 'GET',
    path: '/api/v1/reminders/{id}',
    tag: 'reminders',
    summary: 'A reminder',
    params: reminderParams,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'The reminder; ETag is its revision', schema: ReminderView } },
    errors: [ReminderNotFound],
  },
  async ({ params, caller }, deps) => {
    const reminder = await ownReminder(params.id, caller.userId, deps);
    return { status: 200, body: viewReminder(reminder), headers: etag(reminder) };
  },
);
