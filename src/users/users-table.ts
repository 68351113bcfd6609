import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Key } from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../shared/errors.ts';
import { emailKey, type LeavingUser, type Person } from './user.ts';
import type { VerifiedChannel } from './verification.ts';

/*
 * The users table:
 *
 *   pk             sk                   what
 *   email#<email>  sign-up#<user name>  SignUp: several may wait for the same address
 *   email#<email>  owner                { user_id }: who verified the address first
 *   external#<id>  owner                { user_id }: whose id it is in another system
 *   phone#<phone>  owner                { user_id }: who verified the phone last; whether it is still theirs is in the Person
 *   user#<id>      profile              Person, or LeavingUser while an account is being removed
 *   user#<id>      code#<channel>       Verification; expires_at (unix seconds) is its time to live
 *
 * <email> and the external <id> are in lower case.
 */
export const keys = {
  signUp: (email: string, userName: string): Key => ({ pk: `email#${emailKey(email)}`, sk: `sign-up#${userName}` }),
  emailOwner: (email: string): Key => ({ pk: `email#${emailKey(email)}`, sk: 'owner' }),
  externalOwner: (externalId: string): Key => ({ pk: `external#${externalId.toLowerCase()}`, sk: 'owner' }),
  phoneOwner: (phone: string): Key => ({ pk: `phone#${phone}`, sk: 'owner' }),
  person: (id: string): Key => ({ pk: `user#${id}`, sk: 'profile' }),
  code: (id: string, channel: VerifiedChannel): Key => ({ pk: `user#${id}`, sk: `code#${channel}` }),
};

const Cancelled = z.object({
  name: z.literal('TransactionCanceledException'),
  CancellationReasons: z.array(z.object({ Code: z.string().optional() })),
});

/** Why a transaction may be cancelled that would succeed a moment later (TransactWriteItems, API reference). */
const PASSING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** What the stores over the users table do alike. */
export function usersTable(client: DynamoDBDocumentClient, table: string) {
  return {
    /** One item, read consistently. */
    async get(key: Key): Promise<unknown> {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return Item;
    },

    /** Writes `after` where `before` still stands, a sign-in included. */
    swap(before: Person, after: Person | LeavingUser) {
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
    },

    /** Makes an email or an external id this user's, unless it is another one's. */
    claim: (owner: Key, userId: string) => ({
      TableName: table,
      Item: { ...owner, user_id: userId },
      ConditionExpression: 'attribute_not_exists(pk) OR user_id = :userId',
      ExpressionAttributeValues: { ':userId': userId },
    }),

    /** Lets go of an email or an external id, unless it is another user's. */
    release: (owner: Key, userId: string) => ({
      TableName: table,
      Key: owner,
      ConditionExpression: 'attribute_not_exists(pk) OR user_id = :userId',
      ExpressionAttributeValues: { ':userId': userId },
    }),

    /**
     * The places in the transaction whose condition did not hold; empty when it was done. Throws ChangedMeanwhile when it would
     * succeed a moment later.
     */
    async transact(items: TransactItems): Promise<number[]> {
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
    },
  };
}
