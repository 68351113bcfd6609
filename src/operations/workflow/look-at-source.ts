import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
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
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { DAY, HOUR, MINUTE } from '../../shared/time.ts';
import { task } from '../../shared/workflow/task.ts';
import { armedExecutions } from '../armed-executions.ts';
import { consoleOf } from '../console.ts';
import { afterLook } from '../decide.ts';
import { deployment as deploymentOf } from '../deployment.ts';
import { type Source, SourceName } from '../finding.ts';
import { findingStore } from '../finding-store.ts';
import { Interval, minutesOf } from '../interval.ts';
import { cloudWatchMetrics } from '../metrics.ts';
import { alarms } from '../sources/alarms.ts';
import { deadLetters } from '../sources/dead-letters.ts';
import { deliveries } from '../sources/deliveries.ts';
import { executions } from '../sources/executions.ts';
import { functions } from '../sources/functions.ts';
import { game } from '../sources/game.ts';
import { lateOrders } from '../sources/late-orders.ts';
import { missed } from '../sources/missed.ts';
import { overdue } from '../sources/overdue.ts';
import { prices } from '../sources/prices.ts';
import { longestWaits, stuck } from '../sources/stuck.ts';
import { tables } from '../sources/tables.ts';

const env = readEnv(
  z.object({
    AWS_REGION: z.string(),
    PREFIX: z.string().min(1),
    STACKS: z.string().transform((names) => names.split(',')),
    OPERATIONS_INTERVAL: Interval,
    INVITATION_EXPIRES_AFTER: InvitationsEnv.shape.INVITATION_EXPIRES_AFTER,
    LIFECYCLE_ARN: z.string().min(1),
    FINDINGS_TABLE: z.string().min(1),
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
  }),
);
/** Milliseconds that a look goes back: to the one before, and ten minutes more, as metrics come late. */
const window = (minutesOf(env.OPERATIONS_INTERVAL) + 10) * 60_000;

const client = documentClient();
const findings = findingStore(client, env.FINDINGS_TABLE);
const due = dueIndex(client, env.REMINDERS_TABLE);
const reminders = occurrenceLog(client, env.REMINDERS_TABLE);
const notifications = notificationStore(client, env.NOTIFICATIONS_TABLE);
const log = deliveryStore(client, env.DELIVERIES_TABLE);
const orders = orderStore(client, env.PIZZA_ORDERS_TABLE);
const pricing = {
  breaker: breakerStore(client, env.PRICES_TABLE),
  markets: marketStore(client, env.PRICES_TABLE),
  maxAge: milliseconds(env.PRICE_MAX_AGE),
  interval: minutesOf(env.PRICE_WATCH_INTERVAL) * 60_000,
};
const sfn = new SFNClient();
const armed = armedExecutions(sfn, env.LIFECYCLE_ARN);
const cloudWatch = new CloudWatchClient();

const waits = longestWaits(milliseconds(env.INVITATION_EXPIRES_AFTER));
const links = consoleOf(env.AWS_REGION);
const metrics = cloudWatchMetrics(cloudWatch);
const deployment = deploymentOf(new CloudFormationClient(), env.STACKS);
const reminderLink = (id: string) => links.items(env.REMINDERS_TABLE, `reminder#${id}`);
const occurrenceLink = (id: string) => reminderLink(occurrenceParts(id)?.reminderId ?? id);

const kinds = [
  { name: 'a reminder', open: due.open, longest: waits['reminder-lifecycle'], link: occurrenceLink },
  {
    name: 'a notification',
    open: notifications.open,
    longest: waits['notification-delivery'],
    link: (id: string) => links.items(env.NOTIFICATIONS_TABLE, `notification#${id}`),
  },
];

const gameKinds = [
  {
    name: 'The finish of an event',
    open: gameEventStore(client, env.GAME_EVENTS_TABLE).open,
    // Due when its wait for late uploads ends.
    longest: HOUR,
    link: (id: string) => links.items(env.GAME_EVENTS_TABLE, `event#${id}`),
  },
  {
    name: 'The territory of a run',
    open: runStore(client, env.GAME_RUNS_TABLE).open,
    longest: 30 * MINUTE,
    link: (id: string) => links.items(env.GAME_RUNS_TABLE, `run#${id}`),
  },
  {
    name: 'A top-up',
    open: openTopUps(client, env.GAME_TOP_UPS_TABLE),
    // Its offer, and the slowest of chains.
    longest: milliseconds(env.TOP_UP_EXPIRY) + DAY,
    link: (id: string) => links.items(env.GAME_TOP_UPS_TABLE, `top-up#${id}`),
  },
];

const sources: Record<SourceName, Source> = {
  overdue: overdue({ overdue: (now) => overdueReminders(due, now), link: reminderLink }),
  missed: missed({
    missed: (from, now) => missedReminders(from, now, { armed, reminders }),
    link: occurrenceLink,
    window,
  }),
  deliveries: deliveries({ kinds, undelivered: (id, now) => undelivered(id, log, now) }),
  'late-orders': lateOrders({
    late: (now) => latePizzaOrders(orders, kitchenTimes(env), now),
    link: (id) => links.items(env.PIZZA_ORDERS_TABLE, `order#${id}`),
  }),
  game: game(gameKinds),
  prices: prices({
    troubles: (now) => priceTroubles(now, pricing),
    link: links.items(env.PRICES_TABLE, 'markets'),
  }),
  executions: executions({ deployment, metrics, links, window }),
  stuck: stuck({ client: sfn, deployment, links, prefix: env.PREFIX, waits }),
  functions: functions({ deployment, metrics, links, prefix: env.PREFIX, window }),
  'dead-letters': deadLetters({ client: new SQSClient(), deployment, links }),
  tables: tables({ deployment, metrics, links, window }),
  alarms: alarms({ client: cloudWatch, links, prefix: env.PREFIX }),
};

const Input = z.object({ source: SourceName, at: z.iso.datetime() });

export const handler = task(Input, async ({ source, at }) => {
  const now = new Date(at);
  const found = await sources[source].look(now);
  const changes = afterLook(await findings.known(source), found, now);
  await Promise.all(changes.map((each) => findings.save(each)));
  return { source, found: found.length };
});
