import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../../notifications/deployed-notifier.ts';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { task } from '../../../shared/workflow/task.ts';
import { gameEventStore } from '../../events/game-event-store.ts';
import { ticketStore } from '../../events/ticket-store.ts';
import { walletStore } from '../../wallet/wallet-store.ts';
import { refundTickets } from '../end-tickets.ts';
import { Portion } from '../portion.ts';

const env = readEnv(
  NotifierEnv.extend({ GAME_EVENTS_TABLE: z.string().min(1), GAME_WALLETS_TABLE: z.string().min(1) }),
);
const client = documentClient();
const deps = {
  events: gameEventStore(client, env.GAME_EVENTS_TABLE),
  tickets: ticketStore(client, env.GAME_EVENTS_TABLE),
  ledger: walletStore(client, env.GAME_WALLETS_TABLE),
  notifier: deployedNotifier(client, env),
};

export const handler = task(Portion, (portion) => refundTickets(portion, deps, systemClock()));
