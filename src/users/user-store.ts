import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  getMany,
  isConditionFailed,
  isLostRace,
  type Key,
  pastTransactions,
  pause,
  queryAll,
  writeMany,
} from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile, NotFound } from '../shared/errors.ts';
import { disableDevice, EmailTaken, emailKey, type LeavingUser, leave, Person, SignUp, User } from './user.ts';
import { CodesLimited, NoCodePending, Verification, type VerifiedChannel } from './verification.ts';

/*
 * The users table:
 *
 *   pk             sk                   what
 *   email#<email>  sign-up#<user name>  SignUp: several may wait for the same address
 *   email#<email>  owner                { user_id }: who verified the address first
 *   user#<id>      profile              Person, or LeavingUser while an account is being removed
 *   user#<id>      code#<channel>       Verification; expires_at (unix seconds) is its time to live
 *
 * <email> is in lower case.
 */
const keys = {
  signUp: (email: string, userName: string): Key => ({ pk: `email#${emailKey(email)}`, sk: `sign-up#${userName}` }),
  owner: (email: string): Key => ({ pk: `email#${emailKey(email)}`, sk: 'owner' }),
  person: (id: string): Key => ({ pk: `user#${id}`, sk: 'profile' }),
  code: (id: string, channel: VerifiedChannel): Key => ({ pk: `user#${id}`, sk: `code#${channel}` }),
};

const Owner = z.object({ user_id: z.string() });
const Cancelled = z.object({
  name: z.literal('TransactionCanceledException'),
  CancellationReasons: z.array(z.object({ Code: z.string().optional() })),
});

/** How often a change is made anew because somebody else was faster. */
const TRIES = 5;

/** Why a transaction may be cancelled that would succeed a moment later (TransactWriteItems, API reference). */
const PASSING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** What is known of an email. */
interface EmailRecord {
  readonly ownerId: string | undefined;
  readonly signUps: readonly SignUp[];
}

export type UserStore = ReturnType<typeof userStore>;

/** People, sign-ups and verification codes in the users table. Single reads are consistent. */
export function userStore(client: DynamoDBDocumentClient, table: string) {
  async function get(key: Key): Promise<unknown> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  }

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
    const item = await get(keys.owner(email));
    return item === undefined ? undefined : Owner.parse(item).user_id;
  }

  /** Writes `after` where `before` still stands, a sign-in included. */
  function swap(before: Person, after: Person | LeavingUser) {
    const signedIn = before.last_sign_in_at;
    return {
      TableName: table,
      Item: { ...keys.person(before.id), ...after },
      ConditionExpression: `#status = :status AND revision = :revision AND ${
        signedIn === undefined ? 'attribute_not_exists(last_sign_in_at)' : 'last_sign_in_at = :signedIn'
      }`,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':status': before.status,
        ':revision': before.revision,
        ...(signedIn === undefined ? {} : { ':signedIn': signedIn }),
      },
    };
  }

  const claim = (email: string, userId: string) => ({
    TableName: table,
    Item: { ...keys.owner(email), user_id: userId },
    ConditionExpression: 'attribute_not_exists(pk) OR user_id = :userId',
    ExpressionAttributeValues: { ':userId': userId },
  });

  const release = (email: string, userId: string) => ({
    TableName: table,
    Key: keys.owner(email),
    ConditionExpression: 'attribute_not_exists(pk) OR user_id = :userId',
    ExpressionAttributeValues: { ':userId': userId },
  });

  /** The places in the transaction whose condition did not hold; empty when it was done. */
  async function transact(items: TransactItems): Promise<number[]> {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: items }));
      return [];
    } catch (error) {
      const parsed = Cancelled.safeParse(error);
      const failed = parsed.success
        ? parsed.data.CancellationReasons.flatMap(({ Code }, place) =>
            Code === 'ConditionalCheckFailed' ? [place] : [],
          )
        : [];
      if (failed.length > 0) return failed;
      const passes = parsed.data?.CancellationReasons.some(({ Code }) => PASSING.includes(Code ?? ''));
      throw passes ? new ChangedMeanwhile() : error;
    }
  }

  /**
   * Applies a verb to the person as they are now, again when somebody else was faster, and answers the person after it; a verb
   * that answers the same person changes nothing.
   * Throws NotFound, ChangedMeanwhile and what the verb throws.
   */
  async function change(id: string, verb: (person: Person) => Person): Promise<Person> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = await find(id);
      if (!before) throw new NotFound();
      const after = verb(before);
      if (after === before) return before;
      try {
        await client.send(new PutCommand(swap(before, after)));
        return after;
      } catch (error) {
        if (!isLostRace(error)) throw error;
        await pause(attempt);
      }
    }
    throw new ChangedMeanwhile();
  }

  return {
    find,
    findUser,
    findMany,
    findIdByEmail,
    change,

    /** Saves a sign-up; the same one again is no change. */
    async saveSignUp(signUp: SignUp): Promise<void> {
      const Item = { ...keys.signUp(signUp.email, signUp.user_name), ...signUp };
      const put = new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      await pastTransactions(() => client.send(put)).catch((error: unknown) => {
        if (!isConditionFailed(error)) throw error;
      });
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
        ExpressionAttributeValues: { ':pk': keys.owner(email).pk },
        ConsistentRead: true,
      });
      for await (const row of rows) {
        if (row.sk === keys.owner(email).sk) ownerId = Owner.parse(row).user_id;
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
      const failed = await transact([{ Put }, { Delete }, ...(verified ? [{ Put: claim(email, person.id) }] : [])]);
      if (failed.includes(0)) return false;
      if (failed.length > 0) throw new EmailTaken();
      return true;
    },

    /** Takes over an email that the pool has verified: claims it and lets go of the one before. Throws EmailTaken. */
    async moveEmail(before: Person, after: Person): Promise<void> {
      const leaves = emailKey(before.email) !== emailKey(after.email);
      const failed = await transact([
        { Put: swap(before, after) },
        { Put: claim(after.email, after.id) },
        ...(leaves ? [{ Delete: release(before.email, before.id) }] : []),
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
      try {
        return Person.parse((await pastTransactions(() => client.send(update))).Attributes);
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        throw error;
      }
    },

    /** Marks a device as one that push no longer reaches. Nothing happens when the person or the device has gone. */
    async disableDevice(userId: string, deviceId: string, at: Date): Promise<void> {
      const person = await find(userId);
      if (!person?.devices.some(({ id, disabled_at }) => id === deviceId && disabled_at === undefined)) return;
      await change(userId, (current) => disableDevice(current, deviceId, at));
    },

    async findCode(userId: string, channel: VerifiedChannel): Promise<Verification | undefined> {
      const item = await get(keys.code(userId, channel));
      return item === undefined ? undefined : Verification.parse(item);
    },

    /** Stores a code in place of `previous`. Throws CodesLimited when another request has sent one since. */
    async saveCode(
      userId: string,
      channel: VerifiedChannel,
      previous: Verification | undefined,
      next: Verification,
    ): Promise<void> {
      const put = new PutCommand({
        TableName: table,
        Item: { ...keys.code(userId, channel), ...next },
        ConditionExpression: previous ? 'sent_at = :before' : 'attribute_not_exists(pk)',
        ...(previous ? { ExpressionAttributeValues: { ':before': previous.sent_at } } : {}),
      });
      await pastTransactions(() => client.send(put)).catch((error: unknown) => {
        throw isConditionFailed(error) ? new CodesLimited() : error;
      });
    },

    /** Counts an attempt before the code is looked at, so that parallel guesses count too. Throws NoCodePending. */
    async countAttempt(userId: string, channel: VerifiedChannel): Promise<Verification> {
      const update = new UpdateCommand({
        TableName: table,
        Key: keys.code(userId, channel),
        UpdateExpression: 'ADD attempts :one',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(used_at)',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'ALL_NEW',
      });
      try {
        return Verification.parse((await pastTransactions(() => client.send(update))).Attributes);
      } catch (error) {
        throw isConditionFailed(error) ? new NoCodePending() : error;
      }
    },

    /** Writes the person with the address that the code has proved, and uses the code up. Throws ChangedMeanwhile. */
    async useCode(
      before: Person,
      after: Person,
      channel: VerifiedChannel,
      code: Verification,
      at: Date,
    ): Promise<void> {
      const Update = {
        TableName: table,
        Key: keys.code(before.id, channel),
        UpdateExpression: 'SET used_at = :at',
        ConditionExpression: 'sent_at = :sent AND attribute_not_exists(used_at)',
        ExpressionAttributeValues: { ':at': at.toISOString(), ':sent': code.sent_at },
      };
      const failed = await transact([{ Put: swap(before, after) }, { Update }]);
      if (failed.length > 0) throw new ChangedMeanwhile();
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

    /** Last step of a removal: every row of the person, the email's owner among them. */
    async remove(user: LeavingUser): Promise<void> {
      const rows = [keys.code(user.id, 'sms'), keys.code(user.id, 'discord'), keys.signUp(user.email, user.user_name)];
      await writeMany(client, table, { remove: rows });
      await client.send(new DeleteCommand(release(user.email, user.id))).catch((error: unknown) => {
        if (!isConditionFailed(error)) throw error;
      });
      await client.send(new DeleteCommand({ TableName: table, Key: keys.person(user.id) }));
    },
  };
}
