import { SFNClient } from '@aws-sdk/client-sfn';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { stepFunctionsExecutions } from '../shared/workflow/executions.ts';
import { notificationStore } from './notification-store.ts';
import { type Notifier, notifier } from './notifier.ts';

/** What a function has to know to notify people. */
export const NotifierEnv = z.object({ NOTIFICATIONS_TABLE: z.string().min(1), DELIVERY_ARN: z.string().min(1) });

/** How functions of other domains notify people. */
export const deployedNotifier = (client: DynamoDBDocumentClient, env: z.output<typeof NotifierEnv>): Notifier =>
  notifier(
    notificationStore(client, env.NOTIFICATIONS_TABLE),
    stepFunctionsExecutions(new SFNClient({}), env.DELIVERY_ARN),
  );
