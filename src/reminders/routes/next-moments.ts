import * as z from 'zod';
import { nothing, route } from '../../shared/http/route.ts';
import { ReminderNotFound } from '../reminder.ts';
import { ownReminder, type RemindersApi } from '../reminders-api.ts';
import { upcomingOf } from '../set-reminder.ts';
import { reminderParams } from './params.ts';

const Moment = z.object({
  at: z.string().describe("Wall time with the zone's offset"),
  instant: z.iso.datetime(),
  timeZone: z.string(),
});

export default route<RemindersApi>()(
  {
    method: 'GET',
    path: '/api/v1/reminders/{id}/next',
    tag: 'reminders',
    summary: 'The next moments at which it goes off',
    params: reminderParams,
    query: z.object({ count: z.coerce.number().int().min(1).max(100).default(5) }),
    body: nothing,
    replies: {
      200: {
        description: 'In order; fewer than asked for when the schedule ends',
        schema: z.object({ items: z.array(Moment) }),
      },
    },
    errors: [ReminderNotFound],
  },
  async ({ params, query, caller, now }, deps) => {
    const reminder = await ownReminder(params.id, caller.userId, deps);
    return { status: 200, body: { items: await upcomingOf(reminder, query.count, now, deps) } };
  },
);
