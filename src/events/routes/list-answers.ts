import * as z from 'zod';
import { pageQuery } from '../../shared/http/cursor.ts';
import { nothing, route } from '../../shared/http/route.ts';
import { Answer, AnswerCounts } from '../answer.ts';
import { countAnswers, stillValid } from '../answers.ts';
import { EventNotFound } from '../event.ts';
import { type EventDeps, eventPath, readEvent } from '../event-detail.ts';

export const listAnswersRoute = route<EventDeps>()(
  {
    method: 'GET',
    path: '/api/v1/events/{id}/answers',
    tag: 'events',
    summary: 'List who of the members of an event has answered what, and how many of each there are',
    params: eventPath,
    query: pageQuery,
    body: nothing,
    replies: {
      200: {
        description: 'A page of answers, which may be short; `counts` are of all; `cursor` is absent on the last one',
        schema: z.object({ counts: AnswerCounts, items: z.array(Answer), cursor: z.string().optional() }),
      },
    },
    errors: [EventNotFound],
  },
  async ({ params, query: { limit, cursor }, caller }, deps) => {
    const event = await readEvent(params.id, caller.userId, deps);
    const scope = `events/${event.id}/answers`;
    const page = { limit, after: deps.cursors.open(scope, cursor) };
    const [counts, { items, next }] = await Promise.all([
      countAnswers(event, deps),
      deps.events.listAnswers(event.id, page),
    ]);
    const valid = await stillValid(event, items, deps);
    return { status: 200, body: { counts, items: valid, cursor: deps.cursors.seal(scope, next) } };
  },
);
