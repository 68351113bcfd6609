import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { getMany } from '../shared/dynamodb/items.ts';
import type { MissedDeps } from './missed.ts';
import { Reminder } from './reminder.ts';
import { occurrenceKey, reminderKey, toOccurrence } from './reminder-store.ts';

/** Many reminders and occurrences at once, in no order, without those that are not there. */
export function occurrenceLog(client: DynamoDBDocumentClient, table: string): MissedDeps['reminders'] {
  return {
    findAll: async (ids) =>
      (await getMany(client, table, ids.map(reminderKey))).map((item) => ({
        reminder: Reminder.parse(item),
        isIndexed: item.shard !== undefined,
      })),
    findOccurrences: async (moments) => {
      const keys = moments.map(({ reminderId, dueAt }) => occurrenceKey(reminderId, dueAt));
      return (await getMany(client, table, keys)).map(toOccurrence);
    },
  };
}
