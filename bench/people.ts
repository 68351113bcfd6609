import { randomUUID } from 'node:crypto';
import { createEvent } from '../src/events/event.ts';
import { eventStore } from '../src/events/event-store.ts';
import { chunks } from '../src/shared/chunks.ts';
import type { Preferences } from '../src/users/preferences.ts';
import { confirmUser, type Person } from '../src/users/user.ts';
import { userStore } from '../src/users/user-store.ts';
import type { Stack } from './stack.ts';

/** People with a verified email. */
export async function addPeople(stack: Stack, count: number, preferences?: Preferences): Promise<Person[]> {
  const now = new Date();
  const users = userStore(stack.documents, stack.table('users'));
  const people = Array.from({ length: count }, () => {
    const id = randomUUID();
    const email = `${id}@example.com`;
    const person = confirmUser({ id, userName: id, email, emailVerified: true }, undefined, now);
    return preferences ? { ...person, preferences } : person;
  });
  for (const some of chunks(people, 50)) await Promise.all(some.map((person) => users.createPerson(person)));
  return people;
}

/** An event with all of them on it, the first its owner; answers its id. */
export async function addEvent(stack: Stack, people: readonly Person[], now = new Date()): Promise<string> {
  const owner = people[0];
  if (!owner) throw new Error('An event has an owner');
  const startsAt = { at: '2030-06-01T18:00:00', timeZone: 'Europe/Warsaw' };
  const content = { title: 'Summer concert', place: 'Old Town Hall', starts_at: startsAt };
  const event = createEvent({ id: randomUUID(), fingerprint: '' }, owner.id, content, now);
  const events = eventStore(stack.documents, stack.table('events'));
  const members = people.map(({ id }) => ({ status: 'MEMBER', user_id: id }) as const);
  await events.create(event, members.slice(0, 1));
  await events.addMembers(event, members.slice(1));
  return event.id;
}
