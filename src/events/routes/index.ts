import type { Route } from '../../shared/http/route.ts';
import type { EventDeps } from '../event-detail.ts';
import { createEventRoute } from './create-event.ts';
import { deleteEventRoute } from './delete-event.ts';
import { getEventRoute } from './get-event.ts';
import { listEventMembersRoute } from './list-event-members.ts';
import { listEventsRoute } from './list-events.ts';
import { updateEventRoute } from './update-event.ts';

export const routes: readonly Route<EventDeps>[] = [
  createEventRoute,
  listEventsRoute,
  getEventRoute,
  updateEventRoute,
  deleteEventRoute,
  listEventMembersRoute,
];
