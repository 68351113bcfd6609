import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { chunks } from '../shared/chunks.ts';
import {
  getMany,
  isCancelledTransaction,
  isConditionFailed,
  Key,
  queryKeys,
  unlessConditionFails,
  writeMany,
} from '../shared/dynamodb/items.ts';
import { queryPage } from '../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/http/cursor.ts';
import { ANSWER, type AnswerStore, answerKey, answerStore, answersOf } from './answer-store.ts';
import { Event, EventNotFound, passEvent } from './event.ts';
import type { EventFollower } from './event-follower.ts';
import { Member } from './member.ts';

/**
 * Table `events`
 *
 * | pk         | sk               | holds |
 * | ---------- | ---------------- | --- |
 * | event#<id> | event            | the event; never rewritten because members come or go |
 * | event#<id> | member#<user id> | a member; the owner is one too |
 * | event#<id> | invitee#<email>  | somebody invited whose address no account has verified |
 * | event#<id> | answer#<user id> | what a member has answered; see `answer-store.ts` |
 *
 * Index `by-person`, keys only, holds the rows of members and invitees: `person` (`user#<id>` or `email#<address>`), sorted by
 * `listed_at` (`<event's creation>#<event id>`, which never changes, so that moving an event rewrites no member). A list of a
 * person's events is one query of the index and one read of each event. Index `by-group`, keys only, holds the events of groups:
 * `group_id`, sorted by `created_at`.
 *
 * Who is on an event is more than what is written here: see event-members.ts.
 */
export interface EventStore extends AnswerStore {
  /** Stores the event with its owner and members; for a repeated request answers the event of the first. Throws IdempotencyKeyReused. */
  create(event: Event, members: readonly Member[]): Promise<Event>;
  find(eventId: string): Promise<Event | undefined>;
  /**
   * Applies a verb to the event as it is now, again when somebody else was faster, and answers the event after it; a verb that
   * answers the same event changes nothing. Throws EventNotFound, ChangedMeanwhile after too many rivals, and what the verb throws.
   */
  change(eventId: string, verb: (event: Event) => Event): Promise<Event>;
  /** Removes the event and its members; done again after a crash it finishes. */
  delete(eventId: string): Promise<void>;
  /** The events that a user owns or is a member of, the newest first. */
  listFor(userId: string, page: PageRequest): Promise<Page<Event>>;
  /** The events of a group, the newest first. */
  listOfGroup(groupId: string, page: PageRequest): Promise<Page<Event>>;
  /** The ids of the events of a group; read as they are taken. */
  idsOfGroup(groupId: string): AsyncIterable<string>;
  addMembers(event: Event, members: readonly Member[]): Promise<void>;
  /** Their answers go as well. */
  removeMembers(eventId: string, members: readonly Member[]): Promise<void>;
  /** The users on an event and then, for its owner, the invitees: the position of a page may hold an address. */
  listMembers(event: Event, viewerId: string, page: PageRequest): Promise<Page<Member>>;
  /** The ids of all users named on an event, its owner included, invitees not; read as they are taken. */
  namedIds(eventId: string): AsyncIterable<string>;
  /** Those of the users who are named on an event this moment. */
  amongNamed(eventId: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Makes a user of whoever was invited by this address, on every event; to be called when the user has verified it. Safe to repeat. */
  linkInvitee(email: string, userId: string): Promise<void>;
  /** The same on one event, if the address is invited there. */
  linkInviteeOf(eventId: string, email: string, userId: string): Promise<void>;
  /**
   * Removes every trace of a user: memberships, answers, and the events that they own with all their members. Safe to repeat. An event whose heir
   * is known goes on under them.
   */
  forgetUser(userId: string, deps: ForgetDeps): Promise<void>;
}

interface ForgetDeps {
  readonly follower: EventFollower;
  /** Whose an event is when its owner's account goes. */
  heirOf(event: Event): Promise<string | undefined>;
  readonly now: () => Date;
}

const BY_PERSON = 'by-person';
const EVENT = 'event';

/** How often a change is made anew because somebody else was faster. */
const TRIES = 5;

const eventKey = (eventId: string): Key => ({ pk: `event#${eventId}`, sk: EVENT });
const userPerson = (userId: string) => `user#${userId}`;
const emailPerson = (email: string) => `email#${email.toLowerCase()}`;

function memberKey(eventId: string, member: Member): Key {
  const sk = member.status === 'MEMBER' ? `member#${member.user_id}` : `invitee#${member.email.toLowerCase()}`;
  return { pk: `event#${eventId}`, sk };
}

function memberRow(event: Event, member: Member) {
  const person = member.status === 'MEMBER' ? userPerson(member.user_id) : emailPerson(member.email);
  return { ...memberKey(event.id, member), ...member, person, listed_at: `${event.created_at}#${event.id}` };
}

const ofPerson = (person: string) => ({
  IndexName: BY_PERSON,
  KeyConditionExpression: 'person = :person',
  ExpressionAttributeValues: { ':person': person },
});

const ofGroup = (groupId: string) => ({
  IndexName: 'by-group',
  KeyConditionExpression: 'group_id = :group',
  ExpressionAttributeValues: { ':group': groupId },
});

const eventIdOf = ({ pk }: Key) => pk.slice('event#'.length);

export function eventStore(client: DynamoDBDocumentClient, table: string): EventStore {
  async function find(eventId: string): Promise<Event | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: eventKey(eventId), ConsistentRead: true }),
    );
    return Item && Event.parse(Item);
  }

  async function findMany(eventIds: readonly string[]): Promise<Map<string, Event>> {
    const items = await getMany(client, table, eventIds.map(eventKey));
    return new Map(items.map((item) => Event.parse(item)).map((event) => [event.id, event]));
  }

  /** The events that rows of an index are about, in their order. */
  async function eventsOf(rows: readonly Key[]): Promise<Event[]> {
    const ids = rows.map(eventIdOf);
    const events = await findMany(ids);
    return ids.flatMap((id) => events.get(id) ?? []);
  }

  const rowsOf = (eventId: string, prefix: string) =>
    queryKeys(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': `event#${eventId}`, ':prefix': prefix },
      ConsistentRead: true,
    });

  const rowsOfPerson = (person: string) => queryKeys(client, { ...ofPerson(person), TableName: table });

  /** The members go first: as long as the event is there, the removal can be asked for again. */
  async function remove(eventId: string): Promise<void> {
    const rows: Key[] = [];
    for (const prefix of [ANSWER, 'invitee#', 'member#'])
      rows.push(...(await Array.fromAsync(rowsOf(eventId, prefix))));
    await writeMany(client, table, { remove: rows });
    await client.send(new DeleteCommand({ TableName: table, Key: eventKey(eventId) }));
  }

  /** False when the stored event has another revision by now, or is gone. */
  async function replace(event: Event, revision: number): Promise<boolean> {
    const put = new PutCommand({
      TableName: table,
      Item: { ...eventKey(event.id), ...event },
      ConditionExpression: 'revision = :revision',
      ExpressionAttributeValues: { ':revision': revision },
    });
    return (await unlessConditionFails(() => client.send(put))) !== undefined;
  }

  async function change(eventId: string, verb: (event: Event) => Event): Promise<Event> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = await find(eventId);
      if (!before) throw new EventNotFound();
      const after = verb(before);
      if (after === before || (await replace(after, before.revision))) return after;
    }
    throw new ChangedMeanwhile();
  }

  async function linkInviteeOf(eventId: string, email: string, userId: string): Promise<void> {
    const invitee: Key = memberKey(eventId, { status: 'INVITED', email });
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: invitee, ConsistentRead: true }));
    if (!Item) return;
    const member: Member = { status: 'MEMBER', user_id: userId, email: email.toLowerCase() };
    const row = { ...Item, ...memberKey(eventId, member), ...member, person: userPerson(userId) };
    await client
      .send(
        new TransactWriteCommand({
          TransactItems: [
            { Delete: { TableName: table, Key: invitee, ConditionExpression: 'attribute_exists(pk)' } },
            { Put: { TableName: table, Item: row } },
          ],
        }),
      )
      .catch(async (error: unknown) => {
        // The owner took the invitation back, or somebody else has just linked it: both are settled.
        if (!isCancelledTransaction(error)) throw error;
        const again = await client.send(new GetCommand({ TableName: table, Key: invitee, ConsistentRead: true }));
        if (again.Item) throw error;
      });
  }

  return {
    ...answerStore(client, table),

    async create(event, members) {
      const before = await find(event.id);
      if (before) return sameRequest(before, event);
      const owner: Member = { status: 'MEMBER', user_id: event.owner_id };
      const rows = distinct([...members, owner]).map((member) => memberRow(event, member));
      // The event comes last: until it is there nobody sees a half of it, and a repeat writes the same rows again.
      await writeMany(client, table, { put: rows });
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...eventKey(event.id), ...event },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return event;
      } catch (error) {
        const first = isConditionFailed(error) ? await find(event.id) : undefined;
        if (!first) throw error;
        return sameRequest(first, event);
      }
    },

    find,

    change,

    delete: remove,

    async listFor(userId, request) {
      const query = { ...ofPerson(userPerson(userId)), TableName: table, ScanIndexForward: false };
      const { items, next } = await queryPage(client, Key, query, request);
      return { items: await eventsOf(items), next };
    },

    async listOfGroup(groupId, request) {
      const query = { ...ofGroup(groupId), TableName: table, ScanIndexForward: false };
      const { items, next } = await queryPage(client, Key, query, request);
      return { items: await eventsOf(items), next };
    },

    async *idsOfGroup(groupId) {
      for await (const row of queryKeys(client, { ...ofGroup(groupId), TableName: table })) yield eventIdOf(row);
    },

    async addMembers(event, members) {
      await writeMany(client, table, { put: distinct(members).map((member) => memberRow(event, member)) });
    },

    async removeMembers(eventId, members) {
      const leaving = distinct(members);
      const answers = leaving.flatMap((member) =>
        member.status === 'MEMBER' ? [answerKey(eventId, member.user_id)] : [],
      );
      const rows = leaving.map((member) => memberKey(eventId, member));
      // The membership first: who is none can't answer again.
      await writeMany(client, table, { remove: rows });
      await writeMany(client, table, { remove: answers });
    },

    listMembers(event, viewerId, request) {
      const query = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk > :start',
        ExpressionAttributeValues: {
          ':pk': `event#${event.id}`,
          ':start': viewerId === event.owner_id ? 'invitee#' : 'member#',
        },
        ScanIndexForward: false,
      };
      return queryPage(client, Member, query, request);
    },

    async *namedIds(eventId) {
      for await (const { sk } of rowsOf(eventId, 'member#')) yield sk.slice('member#'.length);
    },

    async amongNamed(eventId, userIds) {
      const keys = [...new Set(userIds)].map((user_id) => memberKey(eventId, { status: 'MEMBER', user_id }));
      const rows = await getMany(client, table, keys, { consistent: true });
      return new Set(rows.map((row) => Key.parse(row).sk.slice('member#'.length)));
    },

    async linkInvitee(email, userId) {
      // The pool waits five seconds for its trigger.
      for (const together of chunks(await Array.fromAsync(rowsOfPerson(emailPerson(email))), 25)) {
        await Promise.all(together.map((row) => linkInviteeOf(eventIdOf(row), email, userId)));
      }
    },

    linkInviteeOf,

    async forgetUser(userId, { follower, heirOf, now }) {
      const rows = await Array.fromAsync(rowsOfPerson(userPerson(userId)));
      const events = await findMany(rows.map(eventIdOf));
      for (const event of events.values()) {
        if (event.owner_id !== userId) continue;
        const heir = await heirOf(event);
        if (heir !== undefined) {
          await writeMany(client, table, { put: [memberRow(event, { status: 'MEMBER', user_id: heir })] });
          await change(event.id, (current) => passEvent(current, heir, now()));
          continue;
        }
        await follower.eventDeleted(event.id);
        await remove(event.id);
      }
      const answers = await Array.fromAsync(rowsOfPerson(answersOf(userId)));
      await writeMany(client, table, { remove: [...rows, ...answers] });
    },
  };
}

/** The same member twice in one BatchWriteItem would be an error; a user added both ways keeps the address. */
function distinct(members: readonly Member[]): Member[] {
  const byKey = new Map<string, Member>();
  for (const member of members) {
    const { sk } = memberKey('', member);
    byKey.set(sk, { ...byKey.get(sk), ...member });
  }
  return [...byKey.values()];
}

function sameRequest(stored: Event, requested: Event): Event {
  if (stored.fingerprint !== requested.fingerprint) throw new IdempotencyKeyReused();
  return stored;
}
