import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { deployedNotifier, NotifierEnv } from '../../notifications/deployed-notifier.ts';
import { systemClock } from '../../shared/clock.ts';
import { alertLinks } from '../alert-link.ts';
import { alertStore } from '../alert-store.ts';

/** What a function has to know to tell of alerts that fire. */
export const TellingEnv = NotifierEnv.extend({
  PRICE_ALERTS_TABLE: z.string().min(1),
  PUBLIC_URL: z.string().min(1),
  TOKEN_SECRET: z.string().min(32),
});

export const deployedTelling = (client: DynamoDBDocumentClient, env: z.output<typeof TellingEnv>) => ({
  alerts: alertStore(client, env.PRICE_ALERTS_TABLE),
  notifier: deployedNotifier(client, env),
  linkTo: alertLinks(env.TOKEN_SECRET, env.PUBLIC_URL),
  now: systemClock,
});
