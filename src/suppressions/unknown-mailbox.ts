import type { Channel } from '../channels/channel.ts';
import { normalised } from './suppression.ts';
import type { SuppressionStore } from './suppression-store.ts';

/** The channel, which suppresses every address of which it learns while sending that there is no such mailbox. */
export const suppressingUnknown = (
  channel: Channel<string>,
  suppressions: Pick<SuppressionStore, 'suppress'>,
  now: () => Date,
): Channel<string> => ({
  ...channel,
  async send(given, message) {
    const result = await channel.send(given, message);
    const address = normalised('email', given);
    if (result.kind === 'permanent' && result.reason === 'MAILBOX_UNKNOWN' && address !== null) {
      const since = now().toISOString();
      await suppressions.suppress({ channel: 'email', address, reason: 'BOUNCE', source: 'smtp', since });
    }
    return result;
  },
});
