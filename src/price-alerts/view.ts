import * as z from 'zod';
import { ChannelList } from '../channels/channel.ts';
import { Currency } from '../prices/market.ts';
import type { Alert } from './alert.ts';
import { Reference, Within } from './condition.ts';

const price = z.string().describe('A decimal');
const instant = z.iso.datetime();

/** An alert as its owner sees it. Where it waits is not in it: it moves with every other price. */
export const AlertView = z.object({
  id: z.string(),
  coin: z.string(),
  currency: Currency,
  price: price.optional().describe('What its condition names; absent where that is a change'),
  condition: z.union([
    z.object({ kind: z.enum(['above', 'below', 'crosses_up', 'crosses_down']), price }),
    z.object({
      kind: z.literal('changes'),
      percent: z.string(),
      direction: z.enum(['up', 'down', 'either']),
      within: Within,
      against: Reference,
    }),
  ]),
  repeat: z.union([z.literal('once'), z.object({ cooldown: z.string(), hysteresis: z.string() })]),
  note: z.string().optional(),
  channels: ChannelList,
  status: z.enum(['CREATED', 'TRIGGERED', 'DELETED', 'EXPIRED']),
  created_at: instant,
  expires_at: instant.optional(),
  fired: z.int().describe('How often'),
  last_fired_at: instant.optional(),
  triggered_at: instant.optional(),
  deleted_at: instant.optional(),
  expired_at: instant.optional(),
});

export const FiringView = z.object({
  n: z.int().describe('From 1'),
  price,
  previous_price: price.optional(),
  observed_at: instant,
  source: z.string().describe('Who said so'),
  fired_at: instant,
});

export const viewAlert = (alert: Alert): z.input<typeof AlertView> => ({
  ...alert,
  price: alert.condition.kind === 'changes' ? undefined : alert.condition.price,
});
