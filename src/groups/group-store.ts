import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { getMany, Key, pause, queryAll, queryKeys, transact, type Write, writeMany } from '../shared/dynamodb/items.ts';
import { queryPage } from '../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/http/cursor.ts';
import { type Circle, Group, GroupMember, GroupNotFound, joinGroup, type Role } from './group.ts';

/**
 * Table `groups`
 *
 * | pk         | sk               | holds |
 * | ---------- | ---------------- | --- |
 * | group#<id> | group            | the group, with the id of its owner |
 * | group#<id> | member#<user id> | a member with their role; the owner is one too |
 *
 * Index `by-person`, keys only, holds the rows of members: `user_id`, sorted by `joined_at`. Every change is a transaction on the
 * condition that all rows by which it was decided are as they were read, so the group's `owner_id` and the one row whose role is
 * owner always agree, and nobody joins a group that is being deleted.
 */
export interface GroupStore {
  /** Stores a group with its owner; for a repeated request answers the group of the first. Throws IdempotencyKeyReused. */
  create(founded: Circle): Promise<Group>;
  /** Undefined as well for a group that is being deleted. */
  find(groupId: string): Promise<Group | undefined>;
  /** The group with those of the users who are members. Throws GroupNotFound where there is no such group, or it is being deleted. */
  read(groupId: string, userIds: readonly string[]): Promise<Circle>;
  /**
   * Applies a verb to the group and the users it is about as they are now, again when somebody else was faster, and answers what is
   * stored after it; a verb that answers the same changes nothing. Throws GroupNotFound, ChangedMeanwhile after too many rivals, and
   * what the verb throws.
   */
  change(groupId: string, userIds: readonly string[], verb: (circle: Circle) => Circle): Promise<Circle>;
  /**
   * What a transaction of another store holds to make a member of a user too, on the condition that all is as it was read; nothing where
   * they are one. Throws GroupNotFound.
   */
  joining(groupId: string, userId: string, now: Date): Promise<Write[]>;
  /** The groups that a user is a member of, with their membership, the one joined last first. */
  listFor(userId: string, page: PageRequest): Promise<Page<{ group: Group; member: GroupMember }>>;
  listMembers(groupId: string, page: PageRequest): Promise<Page<GroupMember>>;
  /** Read as they are taken. */
  members(groupId: string): AsyncIterable<GroupMember>;
  /** The ids of all members, the owner included; read as they are taken. */
  memberIds(groupId: string): AsyncIterable<string>;
  /** The ids of owner and admins; read as they are taken. */
  adminIds(groupId: string): AsyncIterable<string>;
  isMember(groupId: string, userId: string): Promise<boolean>;
  /** Undefined for whoever is no member. */
  roleOf(groupId: string, userId: string): Promise<Role | undefined>;
  /** Those of the users who are members this moment. */
  amongMembers(groupId: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** The ids of the groups that a user is a member of; read as they are taken. */
  idsOfMember(userId: string): AsyncIterable<string>;
  /** Removes everybody but the owner from a group that is closing; done again after a crash it finishes. */
  dismissMembers(group: Group): Promise<void>;
  /** Removes the last of a group that is closing: its owner's membership and itself. */
  remove(group: Group): Promise<void>;
}

const GROUP = 'group';
const MEMBER = 'member#';

/** How often a change is made anew because somebody else was faster. */
const TRIES = 8;

const partition = (groupId: string) => `group#${groupId}`;
const groupKey = (groupId: string): Key => ({ pk: partition(groupId), sk: GROUP });
const memberKey = (groupId: string, userId: string): Key => ({ pk: partition(groupId), sk: `${MEMBER}${userId}` });
const groupIdOf = ({ pk }: Key) => pk.slice(partition('').length);
const userIdOf = ({ sk }: Key) => sk.slice(MEMBER.length);

/** One row's part in a transaction: it is `after` from then on, if it is still `before`. */
function step<T extends object>(
  TableName: string,
  key: Key,
  before: T | undefined,
  after: T | undefined,
  as: { name: string; value: unknown },
): Write {
  const Key = { ...key };
  const condition = before
    ? {
        ConditionExpression: '#seen = :seen',
        ExpressionAttributeNames: { '#seen': as.name },
        ExpressionAttributeValues: { ':seen': as.value },
      }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  if (after === before) return { ConditionCheck: { TableName, Key, ...condition } };
  if (!after) return { Delete: { TableName, Key, ...condition } };
  return { Put: { TableName, Item: { ...key, ...after }, ...condition } };
}

export function groupStore(client: DynamoDBDocumentClient, table: string): GroupStore {
  async function stored(groupId: string): Promise<Group | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: groupKey(groupId), ConsistentRead: true }),
    );
    return Item && Group.parse(Item);
  }

  async function membersAmong(groupId: string, userIds: readonly string[]): Promise<Map<string, GroupMember>> {
    const keys = [...new Set(userIds)].map((userId) => memberKey(groupId, userId));
    const rows = await getMany(client, table, keys, { consistent: true });
    return new Map(rows.map((row) => GroupMember.parse(row)).map((member) => [member.user_id, member]));
  }

  /** The group as it is, also while it is being deleted. */
  async function readAny(groupId: string, userIds: readonly string[]): Promise<Circle> {
    const [group, members] = await Promise.all([stored(groupId), membersAmong(groupId, userIds)]);
    if (!group) throw new GroupNotFound();
    return { group, members };
  }

  /** The circle is `after` from then on, if all of it is still `before`. */
  function steps(before: Circle, after: Circle, userIds: readonly string[]): Write[] {
    const { group } = before;
    return [
      step(table, groupKey(group.id), group, after.group, { name: 'revision', value: group.revision }),
      ...[...new Set(userIds)].map((userId) => {
        const member = before.members.get(userId);
        const as = { name: 'role', value: member?.role };
        return step(table, memberKey(group.id, userId), member, after.members.get(userId), as);
      }),
    ];
  }

  /** False when something of it is not as it was read. */
  const replace = (before: Circle, after: Circle, userIds: readonly string[]): Promise<boolean> =>
    transact(client, steps(before, after, userIds));

  async function change(groupId: string, userIds: readonly string[], verb: (circle: Circle) => Circle) {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = await readAny(groupId, userIds);
      const after = verb(before);
      if (after === before || (await replace(before, after, userIds))) return after;
      await pause(attempt);
    }
    throw new ChangedMeanwhile();
  }

  const ofMembers = (groupId: string) => ({
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :member)',
    ExpressionAttributeValues: { ':pk': partition(groupId), ':member': MEMBER },
  });

  const ofPerson = (userId: string) => ({
    TableName: table,
    IndexName: 'by-person',
    KeyConditionExpression: 'user_id = :person',
    ExpressionAttributeValues: { ':person': userId },
  });

  async function* members(groupId: string): AsyncGenerator<GroupMember> {
    for await (const row of queryAll(client, { ...ofMembers(groupId), ConsistentRead: true }))
      yield GroupMember.parse(row);
  }

  return {
    async create({ group, members: founders }) {
      const founded: Write[] = [...founders.values()].map((member) => ({
        Put: { TableName: table, Item: { ...memberKey(group.id, member.user_id), ...member } },
      }));
      const put = { TableName: table, Item: { ...groupKey(group.id), ...group } };
      const writes = [{ Put: { ...put, ConditionExpression: 'attribute_not_exists(pk)' } }, ...founded];
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (await transact(client, writes)) return group;
        const first = await stored(group.id);
        if (first && first.fingerprint !== group.fingerprint) throw new IdempotencyKeyReused();
        if (first) return first;
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    async find(groupId) {
      const group = await stored(groupId);
      return group?.status === 'OPEN' ? group : undefined;
    },

    async read(groupId, userIds) {
      const circle = await readAny(groupId, userIds);
      if (circle.group.status !== 'OPEN') throw new GroupNotFound();
      return circle;
    },

    change,

    async joining(groupId, userId, now) {
      const before = await readAny(groupId, [userId]);
      const after = joinGroup(before, userId, now);
      return after === before ? [] : steps(before, after, [userId]);
    },

    async listFor(userId, page) {
      const { items: listed, next } = await queryPage(
        client,
        Key,
        { ...ofPerson(userId), ScanIndexForward: false },
        page,
      );
      const ids = listed.map(groupIdOf);
      const keys = ids.flatMap((id) => [groupKey(id), memberKey(id, userId)]);
      const rows = await getMany(client, table, keys, { consistent: true });
      const byKey = new Map(rows.map((row) => [Object.values(Key.parse(row)).join(' '), row]));
      const rowOf = ({ pk, sk }: Key) => byKey.get(`${pk} ${sk}`);
      const items = ids.flatMap((id) => {
        const [group, member] = [rowOf(groupKey(id)), rowOf(memberKey(id, userId))];
        const joined = group && member && { group: Group.parse(group), member: GroupMember.parse(member) };
        return joined?.group.status === 'OPEN' ? [joined] : [];
      });
      return { items, next };
    },

    listMembers: (groupId, page) => queryPage(client, GroupMember, ofMembers(groupId), page),

    members,

    async *memberIds(groupId) {
      const rows = queryKeys(client, { ...ofMembers(groupId), ConsistentRead: true });
      for await (const row of rows) yield userIdOf(row);
    },

    async *adminIds(groupId) {
      for await (const { role, user_id } of members(groupId)) if (role !== 'member') yield user_id;
    },

    async isMember(groupId, userId) {
      return (await membersAmong(groupId, [userId])).has(userId);
    },

    async roleOf(groupId, userId) {
      return (await membersAmong(groupId, [userId])).get(userId)?.role;
    },

    async amongMembers(groupId, userIds) {
      return new Set((await membersAmong(groupId, userIds)).keys());
    },

    async *idsOfMember(userId) {
      for await (const row of queryKeys(client, ofPerson(userId))) yield groupIdOf(row);
    },

    async dismissMembers(group) {
      const owner = memberKey(group.id, group.owner_id);
      const rows = await Array.fromAsync(queryKeys(client, { ...ofMembers(group.id), ConsistentRead: true }));
      await writeMany(client, table, { remove: rows.filter(({ sk }) => sk !== owner.sk) });
    },

    async remove(group) {
      const keys = [memberKey(group.id, group.owner_id), groupKey(group.id)];
      await client.send(
        new TransactWriteCommand({
          TransactItems: keys.map((key) => ({ Delete: { TableName: table, Key: { ...key } } })),
        }),
      );
    },
  };
}
