import * as z from 'zod';
import { postToWebhook } from '../../channels/discord.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import { task } from '../../shared/workflow/task.ts';
import type { Known } from '../decide.ts';
import { findingStore } from '../finding-store.ts';
import { tell } from '../tell.ts';
import { WebhookEnv } from '../webhook.ts';

const env = readEnv(WebhookEnv.and(z.object({ FINDINGS_TABLE: z.string().min(1), PREFIX: z.string().min(1) })));
const findings = findingStore(documentClient(), env.FINDINGS_TABLE);

/** Discord asks for some seconds at the most, unless somebody floods the webhook. */
const options = { origins: env.DISCORD_ORIGINS, timeoutMs: 10_000, patience: 15 };
const url = env.OPERATIONS_WEBHOOK_URL;
const post = url === '' ? undefined : (body: object) => postToWebhook(url, body, options);

const log = ({ state, source, about, what, where, since, count }: Known) =>
  logger.warn(state === 'open' ? 'finding' : 'recovered', { source, about, what, where, since, count });

export const handler = task(z.object({ run: z.string() }), ({ run }) =>
  tell(run, { findings, post, log, deployment: env.PREFIX, now: systemClock }),
);
