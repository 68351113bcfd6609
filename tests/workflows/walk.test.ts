import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { type World, walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import { CHANNELS } from '../../src/channels/channel.ts';
import { batchName, shareOut } from '../../src/notifications/delivery.ts';

const machines = shippedMachines();

function named(name: string): Machine {
  const machine = machines.get(`carillon-local-${name}`);
  if (!machine) throw new Error(`There is no machine ${name}`);
  return machine;
}

const reminderId = '0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11';
const input = {
  reminderId,
  occurrenceId: `${reminderId}_20261201T080000Z`,
  dueAt: '2026-12-01T08:00:00.000Z',
  revision: 3,
  run: 2,
};

interface Call {
  readonly to: string;
  readonly payload: unknown;
}

/** Walks through the lifecycle, whose selection answers these batches. */
async function deliver(
  batches: readonly string[],
  answers: Record<string, unknown> = {},
  weather: World['weather'] = 'calm',
) {
  const calls: Call[] = [];
  const known: Record<string, unknown> = {
    'claim-occurrence': { status: 'CLAIMED' },
    'select-recipients': { ...shareOut(batches), skipped: 5 },
    'settle-occurrence': {},
    ...answers,
  };
  const walked = await walk(named('reminder-lifecycle'), input, {
    weather,
    invoke(arn, payload) {
      const to = arn.replace(/.*:carillon-local-/, '');
      calls.push({ to, payload });
      return known[to] ?? { sent: 40, suppressed: 7, failed: 3 };
    },
    machine: (arn) => named(arn.replace(/.*:carillon-local-/, '')),
  });
  return { ...walked, calls };
}

const Sent = z.object({ batch: z.string(), channel: z.string(), dispatchId: z.string(), run: z.number() });
const batchesOf = (calls: readonly Call[]) =>
  calls.flatMap(({ payload }) => {
    const sent = Sent.safeParse(payload);
    return sent.success ? [sent.data.batch] : [];
  });
const many = (count: number) => Array.from({ length: count }, (_, n) => batchName(n % 2 ? 'inbox' : 'email', n + 1));

describe('the reminder lifecycle', () => {
  it.each([
    ['SUPERSEDED', 'ReminderSuperseded'],
    ['EXPIRED', 'ReminderExpired'],
    ['whatever comes later', 'ReminderSuperseded'],
  ])('sends nothing when the claim answers %s', async (status, end) => {
    const { entered, calls } = await deliver(['email#00001'], { 'claim-occurrence': { status } });
    expect(entered.at(-1)).toBe(end);
    expect(calls.map(({ to }) => to)).toEqual(['claim-occurrence']);
  });

  it('brings one recipient on one channel through ten states', async () => {
    const { entered, invocations } = await deliver(['email#00001']);
    expect(entered).toHaveLength(10);
    expect(entered.at(-1)).toBe('ReminderDelivered');
    expect(invocations).toBe(4);
  });

  it('settles an occurrence that reaches nobody', async () => {
    const { calls } = await deliver([]);
    const tally = { sent: 0, suppressed: 0, failed: 0, open: 0 };
    expect(calls.at(-1)).toEqual({ to: 'settle-occurrence', payload: { ...input, tally, skipped: 5 } });
  });

  it.each(CHANNELS.map((channel) => [channel]))(
    'sends %s by the function of that channel, with ids only',
    async (channel) => {
      const functions = {
        email: 'send-email',
        sms: 'send-sms',
        push: 'send-push',
        inbox: 'add-to-inbox',
        discord: 'post-to-discord',
      };
      const batch = batchName(channel, 1);
      const { calls } = await deliver([batch]);
      const payload = { dispatchId: input.occurrenceId, run: 2, batch, channel };
      expect(calls[2]).toEqual({ to: functions[channel], payload });
    },
  );

  it('logs a batch of a channel that it does not know as undelivered', async () => {
    const { calls } = await deliver(['pigeon#00001']);
    expect(calls[2]?.to).toBe('log-undelivered');
  });

  it('tells the settlement the sums of all batches', async () => {
    const { calls } = await deliver(many(3));
    const tally = { sent: 120, suppressed: 21, failed: 9, open: 0 };
    expect(calls.at(-1)?.payload).toEqual({ ...input, tally, skipped: 5 });
  });

  it.each([1, 2, 199, 200])('delivers each of %d batches once by itself', async (count) => {
    const { calls, entered } = await deliver(many(count));
    expect(batchesOf(calls).sort()).toEqual(many(count).sort());
    expect(entered).not.toContain('DeliverInParts');
  });

  it.each([201, 400, 401, 1_000])('delivers each of %d batches once in parts, and sums them up', async (count) => {
    const { calls, entered } = await deliver(many(count));
    expect(batchesOf(calls).sort()).toEqual(many(count).sort());
    expect(entered).toContain('DeliverInParts');
    const tally = { sent: 40 * count, suppressed: 7 * count, failed: 3 * count, open: 0 };
    expect(calls.at(-1)?.payload).toEqual({ ...input, tally, skipped: 5 });
  });

  it('counts what could not even be logged as open', async () => {
    const { calls, entered } = await deliver(many(3), {}, 'worst');
    expect(entered.filter((name) => name === 'LeaveBatchOpen')).toHaveLength(3);
    expect(calls.at(-1)?.payload).toMatchObject({ tally: { sent: 0, open: 3 } });
  });

  it('stays within the limits of Step Functions with 200 batches that fail in every way', async () => {
    const { events } = await deliver(many(200), {}, 'worst');
    expect(events).toBeLessThan(25_000);
  });

  it('carries 100,000 recipients on every channel within the limit of a payload', async () => {
    const batches = CHANNELS.flatMap((channel) => Array.from({ length: 2_000 }, (_, n) => batchName(channel, n + 1)));
    expect(Buffer.byteLength(JSON.stringify(shareOut(batches)))).toBeLessThan(256 * 1024);
  });
});
