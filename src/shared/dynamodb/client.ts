import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The document client of a function, made once at cold start. */
export function documentClient(): DynamoDBDocumentClient {
  // A hot partition is served again within a second or two; the SDK's own three attempts end after a fraction of that.
  const client = new DynamoDBClient({ maxAttempts: 8 });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
