import type { Notifier } from '../../notifications/notifier.ts';
import { hasEnded, type TopUp } from './top-up.ts';

/** Who says it. */
const SENDER = 'running-game';

/** Tells a user what has become of a payment, of every end once, however often it is called; nothing where nothing was paid. */
export async function tellUser(topUp: TopUp, notifier: Notifier, now: Date): Promise<void> {
  if (!hasEnded(topUp) || topUp.transaction === undefined) return;
  const { id, named, user_id, coins, status } = topUp;
  await notifier.notify(
    {
      // A rejected one has another end when another transaction is named.
      id: `top-up-${id}-${named}`,
      senderId: SENDER,
      key: 'game_top_up',
      userIds: [user_id],
      targetId: id,
      data: {
        top_up_id: id,
        status,
        coins: String(coins),
        ...(topUp.status === 'REJECTED' ? { reason: topUp.reason } : {}),
      },
    },
    now,
  );
}
