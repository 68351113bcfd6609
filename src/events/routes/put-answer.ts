import { nothing, route } from '../../shared/http/route.ts';
import { Answer, AnswerContent } from '../answer.ts';
import { EventNotFound } from '../event.ts';
import { type EventDeps, eventPath, readEvent } from '../event-detail.ts';

export const putAnswerRoute = route<EventDeps>()(
  {
    method: 'PUT',
    path: '/api/v1/events/{id}/answer',
    tag: 'events',
    summary: 'Say whether you come to an event that you are on, in place of what you said before',
    params: eventPath,
    query: nothing,
    body: AnswerContent,
    replies: { 200: { description: 'Your answer', schema: Answer } },
    errors: [EventNotFound],
  },
  async ({ params, body, caller, now }, deps) => {
    const event = await readEvent(params.id, caller.userId, deps);
    const answer = { user_id: caller.userId, ...body, answered_at: now.toISOString() };
    await deps.events.putAnswer(event.id, answer);
    // Who was taken off the event meanwhile, or found it deleted, leaves no answer behind.
    if (!(await deps.members.findFor(event.id, caller.userId))) {
      await deps.events.removeAnswer(event.id, caller.userId);
      throw new EventNotFound();
    }
    return { status: 200, body: answer };
  },
);
