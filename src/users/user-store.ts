import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  getMany,
  isLostRace,
  pastTransactions,
  pause,
  queryAll,
  unlessConditionFails,
  writeMany,
} from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile, NotFound } from '../shared/errors.ts';
import {
  disableDevice,
  EmailTaken,
  ExternalIdTaken,
  emailKey,
  type LeavingUser,
  leave,
  Person,
  SignUp,
  User,
  withExternalId,
} from './user.ts';
import { keys, usersTable } from './users-table.ts';

const Owner = z.object({ user_id: z.string() });
const OwnedKey = Owner.extend({ pk: z.string() });

/** How often a change is made anew because somebody else was faster. */
const TRIES = 5;

/** What is known of an email. */
interface EmailRecord {
  readonly ownerId: string | undefined;
  readonly signUps: readonly SignUp[];
}

export type UserStore = ReturnType<typeof userStore>;

/** People and sign-ups in the users table. Single reads are consistent. */
export function userStore(client: DynamoDBDocumentClient, table: string) {
  const { get, swap, claim, release, transact } = usersTable(client, table);

  /** The person, or what is left of one who is leaving. */
  async function findUser(id: string): Promise<Person | LeavingUser | undefined> {
    const item = await get(keys.person(id));
    if (item === undefined) return undefined;
    const user = User.parse(item);
    if (user.status === 'UNCONFIRMED') throw new Error('a sign-up is where a person should be');
    return user;
  }

  /** Undefined for somebody who does not exist or is leaving. */
  async function find(id: string): Promise<Person | undefined> {
    const user = await findUser(id);
    return user?.status === 'CONFIRMED' ? user : undefined;
  }

  /** People by id; whoever does not exist or is leaving is not in it. Eventually consistent: half a read unit a person. */
  async function findMany(ids: readonly string[]): Promise<Map<string, Person>> {
    const items = await getMany(client, table, [...new Set(ids)].map(keys.person));
    const users = items.map((item) => User.parse(item));
    return new Map(users.flatMap((user) => (user.status === 'CONFIRMED' ? [[user.id, user] as const] : [])));
  }

  /** Who has verified the email. */
  async function findIdByEmail(email: string): Promise<string | undefined> {
    const item = await get(keys.emailOwner(email));
    return item === undefined ? undefined : Owner.parse(item).user_id;
  }

  /** Who has verified the phone (E.164), the last of several. */
  async function findIdByPhone(phone: string): Promise<string | undefined> {
    const item = await get(keys.phoneOwner(phone));
    const person = item === undefined ? undefined : await find(Owner.parse(item).user_id);
    const point = person?.contact_points.sms;
    return point?.address === phone && point.verified_at !== undefined ? person?.id : undefined;
  }

  const putOver = (before: Person, after: Person) => client.send(new PutCommand(swap(before, after)));

  /** The same as `change`, but undefined, and no change, for somebody who does not exist or is leaving. */
  async function changeIfThere(
    id: string,
    verb: (person: Person) => Person,
    write: (before: Person, after: Person) => Promise<unknown> = putOver,
  ): Promise<Person | undefined> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = await find(id);
      if (!before) return undefined;
      const after = verb(before);
      if (after === before) return before;
      try {
        await write(before, after);
        return after;
      } catch (error) {
        if (!isLostRace(error) && !(error instanceof ChangedMeanwhile)) throw error;
        await pause(attempt);
      }
    }
    throw new ChangedMeanwhile();
  }

  /**
   * Applies a verb to the person as they are now, again when somebody else was faster, and answers the person after it; a verb
   * that answers the same person changes nothing.
   * Throws NotFound, ChangedMeanwhile and what the verb throws.
   */
  async function change(...how: Parameters<typeof changeIfThere>): Promise<Person> {
    const after = await changeIfThere(...how);
    if (!after) throw new NotFound();
    return after;
  }

  /** Writes the person with another external id or none, claims that and lets go of the one before, all or nothing. */
  async function moveExternalId(before: Person, after: Person): Promise<void> {
    const failed = await transact([
      { Put: swap(before, after) },
      ...(before.external_id ? [{ Delete: release(keys.externalOwner(before.external_id), before.id) }] : []),
      ...(after.external_id ? [{ Put: claim(keys.externalOwner(after.external_id), after.id) }] : []),
    ]);
    if (failed.includes(0)) throw new ChangedMeanwhile();
    if (failed.length > 0) throw new ExternalIdTaken();
  }

  return {
    find,
    findUser,
    findMany,
    findIdByEmail,
    findIdByPhone,
    change: (id: string, verb: (person: Person) => Person) => change(id, verb),
    changeIfThere: (id: string, verb: (person: Person) => Person) => changeIfThere(id, verb),

    /**
     * Who has which external id, by the id as it was asked for; one that nobody has is not in it. Eventually consistent: half a
     * read unit an id.
     */
    async findIdsByExternal(externalIds: readonly string[]): Promise<Map<string, string>> {
      const asked = new Map(externalIds.map((id) => [keys.externalOwner(id).pk, keys.externalOwner(id)]));
      const owners = (await getMany(client, table, [...asked.values()])).map((item) => OwnedKey.parse(item));
      const ids = new Map(owners.map(({ pk, user_id }) => [pk, user_id]));
      return new Map(
        externalIds.flatMap((id) => {
          const userId = ids.get(keys.externalOwner(id).pk);
          return userId === undefined ? [] : [[id, userId] as const];
        }),
      );
    },

    /** Gives a user another external id, or with `undefined` none. Throws NotFound, ExternalIdTaken, ChangedMeanwhile. */
    setExternalId: (id: string, externalId: string | undefined, now: Date): Promise<Person> =>
      change(id, (person) => withExternalId(person, externalId, now), moveExternalId),

    /** Lets go of a phone that a user has no longer, unless another one has verified it. */
    async releasePhone(phone: string, userId: string): Promise<void> {
      await unlessConditionFails(() => client.send(new DeleteCommand(release(keys.phoneOwner(phone), userId))));
    },

    /** Saves a sign-up; the same one again is no change. */
    async saveSignUp(signUp: SignUp): Promise<void> {
      const Item = { ...keys.signUp(signUp.email, signUp.user_name), ...signUp };
      const put = new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      await unlessConditionFails(() => pastTransactions(() => client.send(put)));
    },

    async findSignUp(email: string, userName: string): Promise<SignUp | undefined> {
      const item = await get(keys.signUp(email, userName));
      return item === undefined ? undefined : SignUp.parse(item);
    },

    /** Who has verified an email, and everybody who waits to confirm it, the newest first. */
    async findByEmail(email: string): Promise<EmailRecord> {
      const signUps: SignUp[] = [];
      let ownerId: string | undefined;
      const rows = queryAll(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': keys.emailOwner(email).pk },
        ConsistentRead: true,
      });
      for await (const row of rows) {
        if (row.sk === keys.emailOwner(email).sk) ownerId = Owner.parse(row).user_id;
        else signUps.push(SignUp.parse(row));
      }
      return { ownerId, signUps: signUps.sort((a, b) => b.created_at.localeCompare(a.created_at)) };
    },

    /**
     * Makes a sign-up a person, with the email claimed when it is verified, all or nothing. False when the person is there
     * already. Throws EmailTaken when another user has verified the email.
     */
    async createPerson(person: Person): Promise<boolean> {
      const { email } = person;
      const Put = {
        TableName: table,
        Item: { ...keys.person(person.id), ...person },
        ConditionExpression: 'attribute_not_exists(pk)',
      };
      const Delete = { TableName: table, Key: keys.signUp(email, person.user_name) };
      const verified = person.contact_points.email.verified_at !== undefined;
      const failed = await transact([
        { Put },
        { Delete },
        ...(verified ? [{ Put: claim(keys.emailOwner(email), person.id) }] : []),
      ]);
      if (failed.includes(0)) return false;
      if (failed.length > 0) throw new EmailTaken();
      return true;
    },

    /** Takes over an email that the pool has verified: claims it and lets go of the one before. Throws EmailTaken. */
    async moveEmail(before: Person, after: Person): Promise<void> {
      const leaves = emailKey(before.email) !== emailKey(after.email);
      const failed = await transact([
        { Put: swap(before, after) },
        { Put: claim(keys.emailOwner(after.email), after.id) },
        ...(leaves ? [{ Delete: release(keys.emailOwner(before.email), before.id) }] : []),
      ]);
      if (failed.includes(1)) throw new EmailTaken();
      if (failed.length > 0) throw new ChangedMeanwhile();
    },

    /** Stores the last sign-in without a new revision; the person after it, or undefined when there is none. */
    async recordSignIn(id: string, at: Date): Promise<Person | undefined> {
      const update = new UpdateCommand({
        TableName: table,
        Key: keys.person(id),
        UpdateExpression: 'SET last_sign_in_at = :at',
        ConditionExpression: '#status = :confirmed',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':at': at.toISOString(), ':confirmed': 'CONFIRMED' },
        ReturnValues: 'ALL_NEW',
      });
      const updated = await unlessConditionFails(() => pastTransactions(() => client.send(update)));
      return updated && Person.parse(updated.Attributes);
    },

    /** Marks a device as one that push no longer reaches. Nothing happens when the person or the device has gone. */
    async disableDevice(userId: string, deviceId: string, at: Date): Promise<void> {
      const person = await find(userId);
      if (!person?.devices.some(({ id, disabled_at }) => id === deviceId && disabled_at === undefined)) return;
      await changeIfThere(userId, (current) => disableDevice(current, deviceId, at));
    },

    /** First step of a removal: nothing reaches the person from here on. The leaving user, or undefined when nobody is there. */
    async markLeaving(id: string, now: Date): Promise<LeavingUser | undefined> {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const user = await findUser(id);
        if (user?.status !== 'CONFIRMED') return user;
        const leaving = leave(user, now);
        if ((await transact([{ Put: swap(user, leaving) }])).length === 0) return leaving;
      }
      throw new ChangedMeanwhile();
    },

    /** Last step of a removal: every row of the person, the owners of email, external id and phone among them. */
    async remove(user: LeavingUser): Promise<void> {
      const rows = [keys.code(user.id, 'sms'), keys.code(user.id, 'discord'), keys.signUp(user.email, user.user_name)];
      await writeMany(client, table, { remove: rows });
      const owners = [
        keys.emailOwner(user.email),
        ...(user.external_id === undefined ? [] : [keys.externalOwner(user.external_id)]),
        ...(user.phone === undefined ? [] : [keys.phoneOwner(user.phone)]),
      ];
      for (const owner of owners) {
        await unlessConditionFails(() => client.send(new DeleteCommand(release(owner, user.id))));
      }
      await client.send(new DeleteCommand({ TableName: table, Key: keys.person(user.id) }));
    },
  };
}
