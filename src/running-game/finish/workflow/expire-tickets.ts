import * as z from 'zod';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { ticketStore } from '../../events/ticket-store.ts';
import { expireTickets } from '../end-tickets.ts';
import { Portion } from '../portion.ts';

const env = readEnv(z.object({ GAME_EVENTS_TABLE: z.string().min(1) }));
const client = documentClient();
const deps = {
  events: gameEventStore(client, env.GAME_EVENTS_TABLE),
  tickets: ticketStore(client, env.GAME_EVENTS_TABLE),
};

export const handler = task(Portion, (portion) => expireTickets(portion, deps));
