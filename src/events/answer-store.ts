import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { getMany, Key, queryAll } from '../shared/dynamodb/items.ts';
import { queryPage } from '../shared/dynamodb/query-page.ts';
import type { Page, PageRequest } from '../shared/http/cursor.ts';
import { Answer } from './answer.ts';

/**
 * Table `events`, the rest of which is in `event-store.ts`
 *
 * | pk         | sk               | holds |
 * | ---------- | ---------------- | --- |
 * | event#<id> | answer#<user id> | what a member has answered |
 *
 * In the index `by-person` they have a `person` of their own, `answers#<user id>`, for when the user goes.
 */
export interface AnswerStore {
  /** Stores an answer in place of the one before. */
  putAnswer(eventId: string, answer: Answer): Promise<void>;
  removeAnswer(eventId: string, userId: string): Promise<void>;
  listAnswers(eventId: string, page: PageRequest): Promise<Page<Answer>>;
  /** All of them, read as they are taken. */
  answersTo(eventId: string): AsyncIterable<Answer>;
  /** Those of the users who have answered. */
  amongAnswered(eventId: string, userIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export const ANSWER = 'answer#';

export const answerKey = (eventId: string, userId: string): Key => ({
  pk: `event#${eventId}`,
  sk: `${ANSWER}${userId}`,
});

/** Whose answers they are, in the index. */
export const answersOf = (userId: string) => `answers#${userId}`;

export function answerStore(client: DynamoDBDocumentClient, table: string): AnswerStore {
  const query = (eventId: string) => ({
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :answer)',
    ExpressionAttributeValues: { ':pk': `event#${eventId}`, ':answer': ANSWER },
    ConsistentRead: true,
  });

  return {
    async putAnswer(eventId, answer) {
      const { user_id, answered_at } = answer;
      const listed = { person: answersOf(user_id), listed_at: answered_at };
      const Item = { ...answerKey(eventId, user_id), ...answer, ...listed };
      await client.send(new PutCommand({ TableName: table, Item }));
    },

    async removeAnswer(eventId, userId) {
      await client.send(new DeleteCommand({ TableName: table, Key: { ...answerKey(eventId, userId) } }));
    },

    listAnswers: (eventId, page) => queryPage(client, Answer, query(eventId), page),

    async *answersTo(eventId) {
      for await (const item of queryAll(client, query(eventId))) yield Answer.parse(item);
    },

    async amongAnswered(eventId, userIds) {
      const keys = [...new Set(userIds)].map((userId) => answerKey(eventId, userId));
      const rows = await getMany(client, table, keys, { consistent: true });
      return new Set(rows.map((row) => Key.parse(row).sk.slice(ANSWER.length)));
    },
  };
}
