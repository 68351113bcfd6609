import * as z from 'zod';
import { commentForgetter } from '../comments/forget-user.ts';
import type { Event } from '../events/event.ts';
import { FollowedEventsEnv, followedEvents } from '../events/followed-events.ts';
import { eventsOfGroups } from '../events/group-follower.ts';
import { groupForgetter } from '../groups/forget-user.ts';
import { invitationForgetter } from '../invitations/forget-user.ts';
import { invitationsOfGroups } from '../invitations/group-follower.ts';
import { invitationStore } from '../invitations/invitation-store.ts';
import { notificationForgetter } from '../notifications/forget-user.ts';
import { inboxStore } from '../notifications/inbox/inbox-store.ts';
import { orderForgetter } from '../pizza-orders/forget-user.ts';
import { orderStore } from '../pizza-orders/order-store.ts';
import { alertStore } from '../price-alerts/alert-store.ts';
import { priceAlertForgetter } from '../price-alerts/forget-user.ts';
import { RealtimeEnv, realtime } from '../realtime/realtime.ts';
import { reminderForgetter } from '../reminders/forget-user.ts';
import { ticketStore } from '../running-game/events/ticket-store.ts';
import { runForgetter } from '../running-game/runs/forget-user.ts';
import { runStore } from '../running-game/runs/run-store.ts';
import { stravaForgetter } from '../running-game/strava/disconnect.ts';
import { stravaStore } from '../running-game/strava/strava-store.ts';
import { territoryForgetter } from '../running-game/territories/territory-store.ts';
import { topUpStore } from '../running-game/top-ups/top-up-store.ts';
import { walletForgetter } from '../running-game/wallet/forget-user.ts';
import { walletStore } from '../running-game/wallet/wallet-store.ts';
import { systemClock } from '../shared/clock.ts';
import { documentClient } from '../shared/dynamodb/client.ts';
import { readEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { userStore } from '../users/user-store.ts';
import { cognitoClient, cognitoDirectory } from './pool-directory.ts';
import type { Forgetter } from './remove-account.ts';
import { accountRoutes } from './routes/index.ts';

const env = readEnv(
  RealtimeEnv.extend({
    ...FollowedEventsEnv.shape,
    USERS_TABLE: z.string().min(1),
    NOTIFICATIONS_TABLE: z.string().min(1),
    INVITATIONS_TABLE: z.string().min(1),
    PRICE_ALERTS_TABLE: z.string().min(1),
    PIZZA_ORDERS_TABLE: z.string().min(1),
    GAME_WALLETS_TABLE: z.string().min(1),
    GAME_EVENTS_TABLE: z.string().min(1),
    GAME_TERRITORIES_TABLE: z.string().min(1),
    GAME_STRAVA_TABLE: z.string().min(1),
    GAME_RUNS_TABLE: z.string().min(1),
    GAME_TOP_UPS_TABLE: z.string().min(1),
    USER_POOL_ID: z.string().min(1),
  }),
);
const client = documentClient();
const now = systemClock;
const { events, groups, reminders, deliveries, comments, tokens, follower } = followedEvents(client, env);
const ending = {
  invitations: invitationStore(client, env.INVITATIONS_TABLE),
  tokens,
  now,
};
/** The events of a group stay the group's. */
const heirOf = async ({ group_id }: Event) =>
  group_id === undefined ? undefined : (await groups.find(group_id))?.owner_id;
const eventForgetter: Forgetter = {
  forgetUser: (userId) => events.forgetUser(userId, { follower, heirOf, now }),
};

export const handler = api(accountRoutes, {
  users: userStore(client, env.USERS_TABLE),
  pool: cognitoDirectory(cognitoClient(), env.USER_POOL_ID),
  forgetters: [
    // Before events, whose heir is the owner of their group.
    groupForgetter({ groups, followers: [eventsOfGroups(events, follower), invitationsOfGroups(ending)], now }),
    eventForgetter,
    commentForgetter(comments, now),
    reminderForgetter({ reminders, deliveries, tokens, now }),
    invitationForgetter(ending),
    priceAlertForgetter(alertStore(client, env.PRICE_ALERTS_TABLE)),
    orderForgetter({ orders: orderStore(client, env.PIZZA_ORDERS_TABLE), now }),
    // Of the game first the wallet, so that nothing is bought with it, then tickets, so that none of them opens a run.
    walletForgetter({ wallets: walletStore(client, env.GAME_WALLETS_TABLE), now }),
    ticketStore(client, env.GAME_EVENTS_TABLE),
    runForgetter({ runs: runStore(client, env.GAME_RUNS_TABLE), now }),
    // After runs, so that nothing is captured any more.
    territoryForgetter(client, env.GAME_TERRITORIES_TABLE),
    stravaForgetter(stravaStore(client, env.GAME_STRAVA_TABLE), now),
    topUpStore(client, env.GAME_TOP_UPS_TABLE),
    notificationForgetter(inboxStore(client, env.NOTIFICATIONS_TABLE)),
    realtime(client, env),
  ],
});
