import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { getMany, Key, pause, queryKeys, transact, type Write, writeMany } from '../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { queryPage } from '../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/http/cursor.ts';
import { Invitation, InvitationNotFound, type Invitee, isLasting, type Last, type Told } from './invitation.ts';

/**
 * Table `invitations`
 *
 * | pk                | sk              | holds |
 * | ----------------- | --------------- | --- |
 * | invitation#<id>   | invitation      | the invitation |
 * | invitation#<id>   | token           | the token of the Task that waits for its end |
 * | group#<id>        | to#<invitee>    | the id of the last invitation of this user or address to the group: of one at a time |
 * | group#<id>        | told#<user id>  | the id of the invitation that the user was told of, or has answered, last |
 * | waiting#<address> | <invitation id> | an invitation that waits for whoever verifies the address |
 *
 * <invitee> is `user#<id>` or an <address>: `email#<email>`, `sms#<phone>`.
 *
 * Index `by-group`: `in_group` (`open#<group id>` or `ended#<group id>`), and index `by-person`: `of_person` (`open#<user id>` or
 * `ended#<user id>`), both keys only and sorted by `listed_at` (`<creation>#<id>`). Index `open`, sparse: `shard` (`open#<n>`), sorted by
 * `due`, of those without an end. All rows leave by TTL (`kept_until`) a quarter of a year after the invitation's time.
 */
export interface InvitationStore {
  /** Stores an invitation as the next one after `last`. False when another one has become that. */
  create(invitation: Invitation, last: Last | undefined): Promise<boolean>;
  find(id: string): Promise<Invitation | undefined>;
  /** The last invitation of a user, or an address, to a group. */
  lastTo(groupId: string, to: Invitee): Promise<Last | undefined>;
  /**
   * Applies a verb to the invitation as it is now, again when somebody else was faster, and answers it as it is after that; a verb that
   * answers the same changes nothing. What `along` answers is written in the same transaction. Throws InvitationNotFound, ChangedMeanwhile
   * after too many rivals, and what the verb throws.
   */
  change(id: string, verb: (invitation: Invitation) => Invitation, along?: Along): Promise<Invitation>;
  /** How many of a group's are open; counts on to `most`. */
  countOpen(groupId: string, most: number): Promise<number>;
  /** A group's, the newest first. */
  listOfGroup(groupId: string, which: Which, page: PageRequest): Promise<Page<Invitation>>;
  /** A person's that are open, the newest first. */
  listOfPerson(userId: string, page: PageRequest): Promise<Page<Invitation>>;
  /** Ids of a group's that are open. */
  openOfGroup(groupId: string): AsyncIterable<string>;
  /** Ids of those that wait for an address. */
  waitingFor(address: Address): AsyncIterable<string>;
  /** Forgets that invitations have waited for an address. */
  stopWaiting(address: Address, ids: readonly string[]): Promise<void>;
  /** Undefined when the user was never told of an invitation to the group. */
  toldOf(groupId: string, userId: string): Promise<Told | undefined>;
  /** Puts the invitation in the place of the one before. False when another one has taken that place. */
  tell(invitation: Owned, before: Told | undefined, now: Date): Promise<boolean>;
  /** The same as a part of a transaction. */
  telling(invitation: Owned, before: Told | undefined, now: Date): Write;
  saveToken(invitation: Invitation, token: string): Promise<void>;
  tokenOf(id: string): Promise<string | undefined>;
  /** Those of one shard without an end, of which something was to happen up to `until`, earliest first. */
  overdue(shard: number, until: Date): AsyncIterable<OpenEntry>;
  /** Ids of all that a user was invited by, open ones first. */
  idsOfPerson(userId: string): AsyncIterable<string>;
  /** Removes an invitation with every row that tells of it. */
  remove(invitation: Invitation): Promise<void>;
}

type Along = (after: Invitation) => Promise<Write[]>;
type Which = 'open' | 'ended';
type Owned = Invitation & { readonly user_id: string };

/** An address that somebody may verify. */
export type Address = Extract<Invitee, { email: string } | { phone: string }>;

/** How often a change is made anew because somebody else was faster. */
const TRIES = 8;

/** Seconds. */
const KEPT_FOR = 90 * 24 * 3600;

const Pointer = z.object({ invitation_id: z.string() });
const ToldRow = Pointer.extend({ told_at: z.iso.datetime() });

const INVITATION = 'invitation';
const invitationKey = (id: string): Key => ({ pk: `invitation#${id}`, sk: INVITATION });
const tokenKey = (id: string): Key => ({ pk: `invitation#${id}`, sk: 'token' });
const groupKey = (groupId: string, sk: string): Key => ({ pk: `group#${groupId}`, sk });
const waitingPartition = (address: Address) => `waiting#${inviteeName(address)}`;
const idOf = ({ pk }: Key) => pk.slice('invitation#'.length);

function inviteeName(to: Invitee): string {
  if ('user_id' in to) return `user#${to.user_id}`;
  return 'email' in to ? `email#${to.email.toLowerCase()}` : `sms#${to.phone}`;
}

const keptUntil = ({ expires_at }: Pick<Invitation, 'expires_at'>) =>
  Math.floor(Date.parse(expires_at) / 1000) + KEPT_FOR;

function rowOf(invitation: Invitation) {
  const { id, group_id, created_at, status } = invitation;
  const which: Which = isLasting(invitation) ? 'open' : 'ended';
  const userId = status === 'WAITING_FOR_SIGN_UP' ? undefined : invitation.user_id;
  return {
    ...invitationKey(id),
    ...invitation,
    in_group: `${which}#${group_id}`,
    ...(userId === undefined ? {} : { of_person: `${which}#${userId}` }),
    listed_at: `${created_at}#${id}`,
    ...(isLasting(invitation) && !invitation.failed_at ? { shard: openShard(id) } : {}),
    kept_until: keptUntil(invitation),
  };
}

export function invitationStore(client: DynamoDBDocumentClient, table: string): InvitationStore {
  async function get(key: Key): Promise<unknown> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  }

  const find: InvitationStore['find'] = async (id) => {
    const item = await get(invitationKey(id));
    return item === undefined ? undefined : Invitation.parse(item);
  };

  /** A row that names an invitation, put where it still says what it said before. */
  const pointer = (key: Key, row: object, before: Readonly<Record<string, string>> | undefined): Write => ({
    Put: {
      TableName: table,
      Item: { ...key, ...row },
      ...(before === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: `attribute_not_exists(pk) OR (${Object.keys(before)
              .map((name) => `${name} = :${name}`)
              .join(' AND ')})`,
            ExpressionAttributeValues: Object.fromEntries(
              Object.entries(before).map(([name, value]) => [`:${name}`, value]),
            ),
          }),
    },
  });

  const replacing = (before: Invitation, after: Invitation): Write => ({
    Put: {
      TableName: table,
      Item: rowOf(after),
      ConditionExpression: 'revision = :revision',
      ExpressionAttributeValues: { ':revision': before.revision },
    },
  });

  const telling: InvitationStore['telling'] = (invitation, before, now) => {
    const row = { invitation_id: invitation.id, told_at: now.toISOString(), kept_until: keptUntil(invitation) };
    // By the time, too: the one that it names may have been accepted since.
    const said = before && { invitation_id: before.id, told_at: before.at.toISOString() };
    return pointer(groupKey(invitation.group_id, `told#${invitation.user_id}`), row, said);
  };

  const listed = (index: 'by-group' | 'by-person', hash: 'in_group' | 'of_person', value: string) => ({
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#hash = :value',
    ExpressionAttributeNames: { '#hash': hash },
    ExpressionAttributeValues: { ':value': value },
  });

  async function page(query: ReturnType<typeof listed>, request: PageRequest): Promise<Page<Invitation>> {
    const { items: keys, next } = await queryPage(client, Key, { ...query, ScanIndexForward: false }, request);
    const rows = await getMany(client, table, keys, { consistent: true });
    const byId = new Map(rows.map((row) => Invitation.parse(row)).map((invitation) => [invitation.id, invitation]));
    return { items: keys.flatMap((key) => byId.get(idOf(key)) ?? []), next };
  }

  return {
    async create(invitation, last) {
      const claim = groupKey(invitation.group_id, `to#${inviteeName(invitation.to)}`);
      const row = { invitation_id: invitation.id, kept_until: keptUntil(invitation) };
      const { to } = invitation;
      const address = invitation.status === 'WAITING_FOR_SIGN_UP' && !('user_id' in to) ? to : undefined;
      return transact(client, [
        pointer(claim, row, last && { invitation_id: last.id }),
        {
          Put: { TableName: table, Item: rowOf(invitation), ConditionExpression: 'attribute_not_exists(pk)' },
        },
        ...(address
          ? [
              {
                Put: {
                  TableName: table,
                  Item: { pk: waitingPartition(address), sk: invitation.id, kept_until: keptUntil(invitation) },
                },
              },
            ]
          : []),
      ]);
    },

    find,

    async lastTo(groupId, to) {
      const item = await get(groupKey(groupId, `to#${inviteeName(to)}`));
      if (item === undefined) return undefined;
      const { invitation_id: id } = Pointer.parse(item);
      return { id, invitation: await find(id) };
    },

    async change(id, verb, along) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = await find(id);
        if (!before) throw new InvitationNotFound();
        const after = verb(before);
        if (after === before) return after;
        const more = along ? await along(after) : [];
        if (await transact(client, [replacing(before, after), ...more])) return after;
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    async countOpen(groupId, most) {
      let count = 0;
      for await (const _ of queryKeys(client, listed('by-group', 'in_group', `open#${groupId}`)))
        if (++count === most) break;
      return count;
    },

    listOfGroup: (groupId, which, request) => page(listed('by-group', 'in_group', `${which}#${groupId}`), request),

    listOfPerson: (userId, request) => page(listed('by-person', 'of_person', `open#${userId}`), request),

    async *openOfGroup(groupId) {
      for await (const key of queryKeys(client, listed('by-group', 'in_group', `open#${groupId}`))) yield idOf(key);
    },

    async *waitingFor(address) {
      const rows = queryKeys(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :address',
        ExpressionAttributeValues: { ':address': waitingPartition(address) },
        ConsistentRead: true,
      });
      for await (const { sk } of rows) yield sk;
    },

    async stopWaiting(address, ids) {
      await writeMany(client, table, { remove: ids.map((id) => ({ pk: waitingPartition(address), sk: id })) });
    },

    async toldOf(groupId, userId) {
      const item = await get(groupKey(groupId, `told#${userId}`));
      if (item === undefined) return undefined;
      const { invitation_id, told_at } = ToldRow.parse(item);
      return { id: invitation_id, invitation: await find(invitation_id), at: new Date(told_at) };
    },

    tell: (...how) => transact(client, [telling(...how)]),

    telling,

    async saveToken(invitation, token) {
      const Item = { ...tokenKey(invitation.id), token, kept_until: keptUntil(invitation) };
      await client.send(new PutCommand({ TableName: table, Item }));
    },

    async tokenOf(id) {
      const item = await get(tokenKey(id));
      return item === undefined ? undefined : z.object({ token: z.string() }).parse(item).token;
    },

    overdue: (shard, until) => openEntries(client, table, OpenEntry, shard, until),

    async *idsOfPerson(userId) {
      for (const which of ['open', 'ended'])
        for await (const key of queryKeys(client, listed('by-person', 'of_person', `${which}#${userId}`)))
          yield idOf(key);
    },

    async remove(invitation) {
      const { id, group_id, to } = invitation;
      const owner = invitation.status === 'WAITING_FOR_SIGN_UP' ? undefined : invitation.user_id;
      await writeMany(client, table, {
        remove: [
          groupKey(group_id, `to#${inviteeName(to)}`),
          ...(owner === undefined ? [] : [groupKey(group_id, `told#${owner}`)]),
          tokenKey(id),
          invitationKey(id),
        ],
      });
    },
  };
}
