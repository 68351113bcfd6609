import { Forbidden, IdempotencyKeyReused } from '../../shared/errors.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { armIfSoon } from '../arm.ts';
import { createReminder, NothingLeft } from '../reminder.ts';
import type { RemindersApi } from '../reminders-api.ts';
import { checkReminder, ReminderInput } from '../set-reminder.ts';
import { ReminderView, viewReminder } from '../view.ts';

export default route<RemindersApi>()(
  {
    method: 'POST',
    path: '/api/v1/reminders',
    tag: 'reminders',
    summary: 'Sets a reminder',
    params: nothing,
    query: nothing,
    body: ReminderInput,
    replies: { 201: { description: 'The reminder; Location leads to it', schema: ReminderView } },
    errors: [Forbidden, NothingLeft, IdempotencyKeyReused],
  },
  async ({ body, caller, creation, now }, deps) => {
    const set = async () => {
      // A token outlives its account by up to an hour.
      if (!(await deps.users.find(caller.userId))) throw new Forbidden();
      const { content, event } = await checkReminder(body, caller.userId, now, deps);
      return deps.reminders.create(createReminder(creation, caller.userId, content, event, now));
    };
    const reminder = (await deps.reminders.repeated(creation, caller.userId)) ?? (await set());
    await armIfSoon(reminder, deps, now);
    return { status: 201, body: viewReminder(reminder), headers: { location: `/api/v1/reminders/${reminder.id}` } };
  },
);
