import * as z from 'zod';
import { DiscordEnv } from '../channels/discord.ts';
import { parseWebhookUrl } from '../channels/webhook-url.ts';

/** Where the operators are told: a Discord webhook, or nothing. Its text is a secret. */
export const WebhookEnv = DiscordEnv.extend({ OPERATIONS_WEBHOOK_URL: z.string().default('') }).superRefine(
  ({ OPERATIONS_WEBHOOK_URL: url, DISCORD_ORIGINS }, { addIssue }) => {
    if (url === '' || parseWebhookUrl(url, DISCORD_ORIGINS) !== null) return;
    addIssue({
      code: 'custom',
      path: ['OPERATIONS_WEBHOOK_URL'],
      message: "a webhook's URL on one of DISCORD_ORIGINS",
    });
  },
);
