import type { ChannelName } from '../../channels/channel.ts';
import type { Suppressions } from '../../suppressions/suppression-store.ts';
import type { Person } from '../../users/user.ts';
import type { SuppressedChannels } from './delivery.ts';

const NONE: SuppressedChannels = new Set();

/**
 * Looks up which of these channels lead to an address that nothing may be sent to, for all of the people at once. Answers a function
 * that tells it of each of them.
 */
export async function suppressedChannels(
  people: Iterable<Person>,
  channelsOf: (person: Person) => readonly ChannelName[],
  suppressions: Suppressions,
): Promise<(person: Person) => SuppressedChannels> {
  const found = new Map<string, Set<ChannelName>>();
  const all = [...people];
  const look = async (channel: 'email' | 'sms') => {
    const addressed = all.flatMap((person) => {
      const point = channelsOf(person).includes(channel) ? person.contact_points[channel] : undefined;
      return point?.verified_at === undefined ? [] : [{ userId: person.id, address: point.address }];
    });
    if (addressed.length === 0) return;
    const suppressed = await suppressions.among(
      channel,
      addressed.map(({ address }) => address),
    );
    for (const { userId, address } of addressed) {
      if (suppressed.has(address)) found.set(userId, (found.get(userId) ?? new Set()).add(channel));
    }
  };
  await Promise.all([look('email'), look('sms')]);
  return ({ id }) => found.get(id) ?? NONE;
}
