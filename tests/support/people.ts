import { randomUUID } from 'node:crypto';
import { writeMany } from '../../src/shared/dynamodb/items.ts';
import type { Person } from '../../src/users/user.ts';
import { tableName, tables } from './tables.ts';

function person(id: string, now: string): Person {
  const verified = (address: string) => ({ address, verified_at: now });
  return {
    status: 'CONFIRMED',
    id,
    user_name: id,
    email: `${id}@example.com`,
    first_name: 'Ada',
    last_name: 'Lovelace',
    time_zone: 'UTC',
    locale: 'en',
    contact_points: {
      email: verified(`${id}@example.com`),
      sms: verified(`+48-${id}`),
      discord: verified(`https://discord.invalid/${id}`),
    },
    devices: [{ id: randomUUID(), platform: 'apns', endpoint_arn: `arn:${id}`, added_at: now }],
    created_at: now,
    updated_at: now,
    revision: 1,
  };
}

/** Puts people with every contact point straight into the users table: for tests of what happens after they have signed up. */
export async function addPeople(count: number, more: Partial<Person> = {}) {
  const now = new Date().toISOString();
  const people = Array.from({ length: count }, () => ({ ...person(randomUUID(), now), ...more }));
  await writeMany(tables(), tableName('users'), {
    put: people.map((each) => ({ pk: `user#${each.id}`, sk: 'profile', ...each })),
  });
  const byId = new Map(people.map((each) => [each.id, each]));
  return {
    ids: people.map(({ id }) => id),
    address(id: string, channel: 'email' | 'sms' | 'push' | 'inbox' | 'discord'): string | undefined {
      const found = byId.get(id);
      if (channel === 'inbox') return id;
      if (channel === 'push') return found?.devices[0]?.endpoint_arn;
      return found?.contact_points[channel]?.address;
    },
  };
}

/** For deliveries in the test's own process, which has no sockets. */
export const nobodyListens = { added: async () => undefined };
