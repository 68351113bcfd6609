import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { REMINDER_STATUSES } from '../reminder.ts';
import type { RemindersApi } from '../reminders-api.ts';
import { ReminderView, viewReminder } from '../view.ts';

export default route<RemindersApi>()(
  {
    method: 'GET',
    path: '/api/v1/reminders',
    tag: 'reminders',
    summary: "The caller's reminders, newest first",
    params: nothing,
    query: pageQuery.extend({ status: z.enum(REMINDER_STATUSES).optional() }),
    body: nothing,
    replies: {
      200: {
        description: 'A page; with a cursor when there are more',
        schema: z.object({ items: z.array(ReminderView), cursor: z.string().optional() }),
      },
    },
    errors: [],
  },
  async ({ query, caller }, { reminders, cursors }) => {
    const scope = `reminders ${caller.userId} ${query.status ?? ''}`;
    const after = cursors.open(scope, query.cursor);
    const page = await reminders.list(caller.userId, { limit: query.limit, after, status: query.status });
    const cursor = cursors.seal(scope, page.next);
    return { status: 200, body: { items: page.items.map(viewReminder), cursor } };
  },
);
