import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { eventMembers } from '../../src/events/event-members.ts';
import { eventStore } from '../../src/events/event-store.ts';
import { groupStore } from '../../src/groups/group-store.ts';
import { membersOf } from '../../src/notifications/delivery/members.ts';
import { address, prefix } from './where.ts';

/** For every AWS client of a test: the emulator's root user. */
export const aws = {
  endpoint: address,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

export const tableName = (name: string) => `${prefix}-${name}`;

/** The running stack's tables; with `step` every call goes through it, so that a test can let it be the last one. */
export function tables(step?: <T>(work: () => Promise<T>) => Promise<T>): DynamoDBDocumentClient {
  const client = new DynamoDBClient(aws);
  if (step) client.middlewareStack.add((next) => (args) => step(() => next(args)), { step: 'initialize' });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Who is on events and in groups, by the running stack's tables. */
export function membersIn(client: DynamoDBDocumentClient) {
  const groups = groupStore(client, tableName('groups'));
  const events = eventMembers(eventStore(client, tableName('events')), groups);
  return { events, groups, members: membersOf(events, groups) };
}
