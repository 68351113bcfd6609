import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { ReminderNotFound } from '../reminder.ts';
import { ownReminder, type RemindersApi } from '../reminders-api.ts';
import { OccurrenceView, viewOccurrence } from '../view.ts';
import { reminderParams } from './params.ts';

export default route<RemindersApi>()(
  {
    method: 'GET',
    path: '/api/v1/reminders/{id}/occurrences',
    tag: 'trace',
    summary: 'When a reminder went off, or why it did not; newest first',
    params: reminderParams,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page; with a cursor when there are more',
        schema: z.object({ items: z.array(OccurrenceView), cursor: z.string().optional() }),
      },
    },
    errors: [ReminderNotFound],
  },
  async ({ params, query, caller }, deps) => {
    await ownReminder(params.id, caller.userId, deps);
    const scope = `occurrences ${params.id}`;
    const after = deps.cursors.open(scope, query.cursor);
    const page = await deps.reminders.listOccurrences(params.id, { limit: query.limit, after });
    const cursor = deps.cursors.seal(scope, page.next);
    return { status: 200, body: { items: page.items.map((each) => viewOccurrence(each)), cursor } };
  },
);
