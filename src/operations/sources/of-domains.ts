import { SFNClient } from '@aws-sdk/client-sfn';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { InvitationsEnv } from '../../invitations/invitations-env.ts';
import { deliveryStore } from '../../notifications/delivery/delivery-store.ts';
import { undelivered } from '../../notifications/delivery/undelivered.ts';
import { notificationStore } from '../../notifications/notification-store.ts';
import { KitchenEnv, kitchenTimes } from '../../pizza-orders/kitchen.ts';
import { lateOrders as latePizzaOrders } from '../../pizza-orders/late-orders.ts';
import { orderStore } from '../../pizza-orders/order-store.ts';
import { breakerStore } from '../../prices/breaker-store.ts';
import { marketStore } from '../../prices/market-store.ts';
import { PricesEnv } from '../../prices/prices-env.ts';
import { priceTroubles } from '../../prices/troubles.ts';
import { dueIndex } from '../../reminders/due-index.ts';
import { missed as missedReminders } from '../../reminders/missed.ts';
import { occurrenceParts } from '../../reminders/occurrence.ts';
import { occurrenceLog } from '../../reminders/occurrence-log.ts';
import { overdue as overdueReminders } from '../../reminders/overdue.ts';
import { gameEventStore } from '../../running-game/events/game-event-store.ts';
import { runStore } from '../../running-game/runs/run-store.ts';
import { openTopUps } from '../../running-game/top-ups/open-top-ups.ts';
import { milliseconds } from '../../shared/duration.ts';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';
import { armedExecutions } from '../armed-executions.ts';
import { consoleOf } from '../console.ts';
import { Interval, minutesOf, windowOf } from '../interval.ts';
import { deliveries } from './deliveries.ts';
import { game } from './game.ts';
import { lateOrders } from './late-orders.ts';
import { missed } from './missed.ts';
import { overdue } from './overdue.ts';
import { prices } from './prices.ts';
import { longestWaits } from './stuck.ts';

export const DomainsEnv = z.object({
  AWS_REGION: z.string(),
  OPERATIONS_INTERVAL: Interval,
  INVITATION_EXPIRES_AFTER: InvitationsEnv.shape.INVITATION_EXPIRES_AFTER,
  LIFECYCLE_ARN: z.string().min(1),
  REMINDERS_TABLE: z.string().min(1),
  NOTIFICATIONS_TABLE: z.string().min(1),
  PRICES_TABLE: z.string().min(1),
  PRICE_MAX_AGE: PricesEnv.shape.PRICE_MAX_AGE,
  PRICE_WATCH_INTERVAL: Interval,
  DELIVERIES_TABLE: z.string().min(1),
  PIZZA_ORDERS_TABLE: z.string().min(1),
  ...KitchenEnv.shape,
  GAME_EVENTS_TABLE: z.string().min(1),
  GAME_RUNS_TABLE: z.string().min(1),
  GAME_TOP_UPS_TABLE: z.string().min(1),
  TOP_UP_EXPIRY: z.string().min(1),
});
type DomainsEnv = z.output<typeof DomainsEnv>;

/** The sources that read what the other domains say of themselves. */
export function sourcesOfDomains(env: DomainsEnv, client: DynamoDBDocumentClient) {
  const links = consoleOf(env.AWS_REGION);
  const link = (table: string, kind: string) => (id: string) => links.items(table, `${kind}#${id}`);
  const reminderLink = link(env.REMINDERS_TABLE, 'reminder');
  const occurrenceLink = (id: string) => reminderLink(occurrenceParts(id)?.reminderId ?? id);

  const waits = longestWaits(milliseconds(env.INVITATION_EXPIRES_AFTER));
  const due = dueIndex(client, env.REMINDERS_TABLE);
  const reminders = occurrenceLog(client, env.REMINDERS_TABLE);
  const armed = armedExecutions(new SFNClient(), env.LIFECYCLE_ARN);
  const log = deliveryStore(client, env.DELIVERIES_TABLE);
  const orders = orderStore(client, env.PIZZA_ORDERS_TABLE);
  const pricing = {
    breaker: breakerStore(client, env.PRICES_TABLE),
    markets: marketStore(client, env.PRICES_TABLE),
    maxAge: milliseconds(env.PRICE_MAX_AGE),
    interval: minutesOf(env.PRICE_WATCH_INTERVAL) * MINUTE,
  };

  const told = [
    { name: 'a reminder', open: due.open, longest: waits['reminder-lifecycle'], link: occurrenceLink },
    {
      name: 'a notification',
      open: notificationStore(client, env.NOTIFICATIONS_TABLE).open,
      longest: waits['notification-delivery'],
      link: link(env.NOTIFICATIONS_TABLE, 'notification'),
    },
  ];
  const played = [
    {
      name: 'The finish of an event',
      open: gameEventStore(client, env.GAME_EVENTS_TABLE).open,
      // Due when its wait for late uploads ends.
      longest: HOUR,
      link: link(env.GAME_EVENTS_TABLE, 'event'),
    },
    {
      name: 'The territory of a run',
      open: runStore(client, env.GAME_RUNS_TABLE).open,
      longest: 30 * MINUTE,
      link: link(env.GAME_RUNS_TABLE, 'run'),
    },
    {
      name: 'A top-up',
      open: openTopUps(client, env.GAME_TOP_UPS_TABLE),
      // Its offer, and the slowest of chains.
      longest: milliseconds(env.TOP_UP_EXPIRY) + DAY,
      link: link(env.GAME_TOP_UPS_TABLE, 'top-up'),
    },
  ];

  return {
    overdue: overdue({ overdue: (now) => overdueReminders(due, now), link: reminderLink }),
    missed: missed({
      missed: (from, now) => missedReminders(from, now, { armed, reminders }),
      link: occurrenceLink,
      window: windowOf(env.OPERATIONS_INTERVAL),
    }),
    deliveries: deliveries({ kinds: told, undelivered: (id, now) => undelivered(id, log, now) }),
    'late-orders': lateOrders({
      late: (now) => latePizzaOrders(orders, kitchenTimes(env), now),
      link: link(env.PIZZA_ORDERS_TABLE, 'order'),
    }),
    game: game(played),
    prices: prices({
      troubles: (now) => priceTroubles(now, pricing),
      link: links.items(env.PRICES_TABLE, 'markets'),
    }),
  };
}
