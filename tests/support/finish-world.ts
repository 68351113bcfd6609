import * as z from 'zod';
import { shippedMachines } from '../../local/machines.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import { gameEventStore } from '../../src/running-game/events/game-event-store.ts';
import { ticketStore } from '../../src/running-game/events/ticket-store.ts';
import { closeRuns } from '../../src/running-game/finish/close-runs.ts';
import { computeStandings } from '../../src/running-game/finish/compute-standings.ts';
import { expireTickets, refundTickets } from '../../src/running-game/finish/end-tickets.ts';
import { Execution, settleEvent, takeUpEvent } from '../../src/running-game/finish/finish-event.ts';
import { payPrizes } from '../../src/running-game/finish/pay-prizes.ts';
import { Portion } from '../../src/running-game/finish/portion.ts';
import { standingsStore } from '../../src/running-game/finish/standings-store.ts';
import { tellResults } from '../../src/running-game/finish/tell-results.ts';
import { runStore } from '../../src/running-game/runs/run-store.ts';
import { closeRun } from '../../src/running-game/runs/save-run.ts';
import { walletStore } from '../../src/running-game/wallet/wallet-store.ts';
import type { Step } from './mortal.ts';
import { tableName, tables } from './tables.ts';

const found = shippedMachines().get('carillon-local-event-finish');
if (!found) throw new Error('There is no machine event-finish');
export const finishMachine = found;

export const PRIVACY_RADIUS = 200;
export const UPLOAD_GRACE = 10 * 60_000;

/** What the functions of a finish work with in one life, of the running stack's tables; the ids of what they tell are added to `told`. */
export function finishWorld(step: Step, told: string[]) {
  const client = tables(step);
  const runs = runStore(client, tableName('game-runs'));
  const notifications = notificationStore(client, tableName('notifications'));
  const create: typeof notifications.create = async (notification, userIds) => {
    const created = await notifications.create(notification, userIds);
    told.push(notification.id);
    return created;
  };
  return {
    events: gameEventStore(client, tableName('game-events')),
    tickets: ticketStore(client, tableName('game-events')),
    standings: standingsStore(client, tableName('game-events')),
    runs,
    ledger: walletStore(client, tableName('game-wallets')),
    notifier: notifier({ create }, { start: () => step(async () => true) }),
    close: (id: string, now: Date) => closeRun(id, { runs, privacyRadius: PRIVACY_RADIUS }, now),
    uploadGrace: UPLOAD_GRACE,
  };
}
export type FinishWorld = ReturnType<typeof finishWorld>;

const StepOf = z.object({ step: z.enum(['TAKE_UP', 'SETTLE']) });

/** Calls a function of the machine as its handler does. */
export function callFinish(functionArn: string, payload: unknown, world: FinishWorld, now: Date): Promise<unknown> {
  switch (functionArn.replace(/.*:function:carillon-local-/, '')) {
    case 'finish-event': {
      const work = StepOf.parse(payload).step === 'TAKE_UP' ? takeUpEvent : settleEvent;
      return work(Execution.parse(payload), world, now);
    }
    case 'close-game-runs':
      return closeRuns(Portion.parse(payload), world, now);
    case 'compute-standings':
      return computeStandings(Execution.parse(payload), world);
    case 'pay-prizes':
      return payPrizes(Execution.parse(payload), world, now);
    case 'expire-game-tickets':
      return expireTickets(Portion.parse(payload), world);
    case 'refund-game-tickets':
      return refundTickets(Portion.parse(payload), world, now);
    case 'tell-results':
      return tellResults(Portion.parse(payload), world, now);
    default:
      throw new Error(`the machine calls ${functionArn}`);
  }
}
