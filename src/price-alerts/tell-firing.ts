import type { Notifier } from '../notifications/notifier.ts';
import type { Alert, AlertKey, Firing } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import { alertMessage } from './message.ts';

export interface TellDeps {
  readonly alerts: Pick<AlertStore, 'told'>;
  readonly notifier: Notifier;
  /** The address of an alert's page. */
  readonly linkTo: (alert: AlertKey) => string;
  readonly now: () => Date;
}

/** Tells the owner that their alert has fired. Safe to repeat: they are told once. */
export async function tellFiring(
  alert: Alert,
  firing: Firing,
  { alerts, notifier, linkTo, now }: TellDeps,
): Promise<void> {
  const { id, user_id, channels } = alert;
  await notifier.notify(
    {
      id: `alert-${id}-${firing.n}`,
      senderId: 'price-watch',
      key: 'price_alert',
      channels,
      userIds: [user_id],
      targetId: id,
      data: alertMessage(alert, firing, linkTo({ userId: user_id, id })),
    },
    now(),
  );
  await alerts.told(id, firing.n);
}
