import type { Route } from '../../shared/http/route.ts';
import type { EventDeps } from '../event-detail.ts';
import { createEventRoute } from './create-event.ts';
import { deleteAnswerRoute } from './delete-answer.ts';
import { deleteEventRoute } from './delete-event.ts';
import { getEventRoute } from './get-event.ts';
import { listAnswersRoute } from './list-answers.ts';
import { listEventMembersRoute } from './list-event-members.ts';
import { listEventsRoute } from './list-events.ts';
import { putAnswerRoute } from './put-answer.ts';
import { updateEventRoute } from './update-event.ts';

export const routes: readonly Route<EventDeps>[] = [
  createEventRoute,
  listEventsRoute,
  getEventRoute,
  updateEventRoute,
  deleteEventRoute,
  listEventMembersRoute,
  putAnswerRoute,
  deleteAnswerRoute,
  listAnswersRoute,
];
