import { buyTicketRoute } from './buy-ticket.ts';
import { cancelGameEventRoute } from './cancel-event.ts';
import { consumeTicketRoute } from './consume-ticket.ts';
import { createGameEventRoute } from './create-event.ts';
import { getGameEventRoute } from './get-event.ts';
import { listGameEventsRoute } from './list-events.ts';
import { listTicketsRoute } from './list-tickets.ts';
import { updateGameEventRoute } from './update-event.ts';

export const routes = [
  createGameEventRoute,
  listGameEventsRoute,
  getGameEventRoute,
  updateGameEventRoute,
  cancelGameEventRoute,
  buyTicketRoute,
  listTicketsRoute,
  consumeTicketRoute,
];
