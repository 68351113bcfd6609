import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed, pastTransactions } from '../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../shared/errors.ts';
import type { Person } from './user.ts';
import { keys, usersTable } from './users-table.ts';
import { CodesLimited, NoCodePending, Verification, type VerifiedChannel } from './verification.ts';

export type VerificationStore = ReturnType<typeof verificationStore>;

/** The codes that prove addresses, in the users table. */
export function verificationStore(client: DynamoDBDocumentClient, table: string) {
  const { get, swap, transact } = usersTable(client, table);

  return {
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

    /** Writes the person with the address that the code has proved, and uses the code up; a phone is whose it was verified last. Throws ChangedMeanwhile. */
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
      const owner =
        channel === 'sms'
          ? [{ Put: { TableName: table, Item: { ...keys.phoneOwner(code.address), user_id: before.id } } }]
          : [];
      const failed = await transact([{ Put: swap(before, after) }, { Update }, ...owner]);
      if (failed.length > 0) throw new ChangedMeanwhile();
    },
  };
}
