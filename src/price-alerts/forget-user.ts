import type { AlertStore } from './alert-store.ts';

/** Removes the alerts of a user, with all that tells of them. */
export const priceAlertForgetter = (alerts: Pick<AlertStore, 'removeAll'>) => ({
  forgetUser: (userId: string): Promise<void> => alerts.removeAll(userId),
});
