import { orLeaveTo } from '../../shared/leave-to.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import { type Errand, lookAtAccess, lookAtActivity, syncExecution } from './errand.ts';
import type { StravaStore } from './strava-store.ts';
import { eventId, meantBy, type WebhookEvent } from './webhook-event.ts';

export interface EventDeps {
  readonly store: Pick<StravaStore, 'ownerOf' | 'addErrand'>;
  readonly executions: Pick<Executions, 'start'>;
  /** The webhook's subscription, where it is known; empty where it is not. */
  readonly subscriptionId: string;
}

/** Makes an errand of what the webhook is told, once, however often it is told. Of athletes that nobody has connected, none. */
export async function takeEvent(
  event: WebhookEvent,
  { store, executions, subscriptionId }: EventDeps,
  now: Date,
): Promise<void> {
  if (subscriptionId !== '' && String(event.subscription_id) !== subscriptionId) return;
  const meant = meantBy(event);
  if (meant === undefined) return;
  const owner = await store.ownerOf(event.owner_id);
  if (!owner) return;
  const id = eventId(event, owner.connection_id);
  const subject = { ...owner, athlete_id: event.owner_id };
  const errand =
    meant === 'ACTIVITY' ? lookAtActivity(id, subject, event.object_id, now) : lookAtAccess(id, subject, now);
  if (await store.addErrand(errand)) await startSync(errand, executions);
}

/** Starts the execution of an errand that is stored. */
export async function startSync({ id, run }: Errand, executions: Pick<Executions, 'start'>): Promise<void> {
  const { name, input } = syncExecution(id, run);
  await orLeaveTo('the sweep', { errandId: id }, () => executions.start(name, input));
}
