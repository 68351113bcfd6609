import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { type World, walk } from '../../bench/walker.ts';
import { type Machine, shippedMachines } from '../../local/machines.ts';
import { CHANNELS } from '../../src/channels/channel.ts';
import { batchName, shareOut } from '../../src/notifications/delivery/delivery.ts';
import { batchesOfTiers } from '../../src/reminders/select-tiers.ts';

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
    'select-recipients': {
      batches: shareOut(batches),
      skipped: 5,
      dispatchId: input.occurrenceId,
      tier: 0,
      asking: { status: 'NONE' },
    },
    'settle-occurrence': {},
    ...answers,
  };
  const walked = await walk(named('reminder-lifecycle'), input, {
    weather,
    invoke(arn, payload) {
      const to = arn.replace(/.*:carillon-local-/, '');
      calls.push({ to, payload });
      const answer = known[to] ?? { sent: 40, suppressed: 7, failed: 3 };
      return typeof answer === 'function' ? answer(payload) : answer;
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
    expect(calls.at(-1)).toEqual({ to: 'settle-occurrence', payload: { ...input, tally, deferred: 0, skipped: 5 } });
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
    expect(calls.at(-1)?.payload).toEqual({ ...input, tally, deferred: 0, skipped: 5 });
  });

  it.each([1, 2, 99, 100])('delivers each of %d batches once by itself', async (count) => {
    const { calls, entered } = await deliver(many(count));
    expect(batchesOf(calls).sort()).toEqual(many(count).sort());
    expect(entered).not.toContain('DeliverPart');
  });

  it.each([101, 200, 201, 1_000])('delivers each of %d batches once in parts, and sums them up', async (count) => {
    const { calls, entered } = await deliver(many(count));
    expect(batchesOf(calls).sort()).toEqual(many(count).sort());
    expect(entered).toContain('DeliverPart');
    const tally = { sent: 40 * count, suppressed: 7 * count, failed: 3 * count, open: 0 };
    expect(calls.at(-1)?.payload).toEqual({ ...input, tally, deferred: 0, skipped: 5 });
  });

  it('counts what could not even be logged as open', async () => {
    const { calls, entered } = await deliver(many(3), {}, 'worst');
    expect(entered.filter((name) => name === 'LeaveBatchOpen')).toHaveLength(3);
    expect(calls.at(-1)?.payload).toMatchObject({ tally: { sent: 0, open: 3 } });
  });

  describe('while somebody is asked to acknowledge', () => {
    const until = new Date(Date.now() + 60_000).toISOString();
    const Tier = z.object({ from: z.number().optional(), tier: z.number().optional() });
    const dispatch = (tier: number) => (tier === 0 ? input.occurrenceId : `${input.occurrenceId}-t${tier}`);
    const MORNING = '2099-12-02T06:00:00.000Z';

    /** Tiers of one batch each, of which the `escalated` first ones are over without an answer; then it ends as `end`. */
    const asked = (escalated: number, end: string, more: Record<string, unknown> = {}) =>
      deliver(['email#00001'], {
        'select-recipients': (payload: unknown) => {
          const tier = Tier.parse(payload).from ?? 0;
          return {
            batches: ['email#00001'],
            skipped: 1,
            dispatchId: dispatch(tier),
            tier,
            asking: { status: 'WAITING', until },
          };
        },
        'await-acknowledgement': {},
        escalate: (payload: unknown) => ({
          status: (Tier.parse(payload).tier ?? 0) < escalated ? 'ESCALATED' : end,
        }),
        'settle-occurrence': { status: end },
        ...more,
      });
    const sentTo = (calls: readonly Call[]) =>
      calls.flatMap(({ payload }) => (Sent.safeParse(payload).success ? [Sent.parse(payload).dispatchId] : []));

    it.each([0, 1, 5])('sends %d more tiers, each as a dispatch of its own, and ends unacknowledged', async (more) => {
      const { entered, calls } = await asked(more, 'UNACKNOWLEDGED');
      expect(sentTo(calls)).toEqual(Array.from({ length: more + 1 }, (_, tier) => dispatch(tier)));
      expect(entered.at(-1)).toBe('ReminderUnacknowledged');
      expect(calls.at(-1)?.payload).toMatchObject({ tally: { sent: 40 * (more + 1) }, skipped: more + 1 });
      expect(entered).toHaveLength(15 + 8 * more);
    });

    it('sends no seventh tier, whatever the function says', async () => {
      const { calls, entered } = await asked(99, 'ESCALATED');
      expect(sentTo(calls)).toHaveLength(6);
      expect(entered.at(-1)).toBe('ReminderDelivered');
    });

    it.each([
      ['ACKNOWLEDGED', 'ReminderAcknowledged'],
      ['WITHDRAWN', 'ReminderDelivered'],
    ])('ends as %s by what the function says, and not by the answer', async (status, end) => {
      const { entered, calls } = await asked(1, status);
      expect(entered.at(-1)).toBe(end);
      expect(calls.filter(({ to }) => to === 'await-acknowledgement')).toHaveLength(2);
    });

    it('hands the token to the function alone', async () => {
      const { calls } = await asked(1, 'ACKNOWLEDGED');
      const told = calls.filter(({ payload }) => JSON.stringify(payload).includes('AwaitAcknowledgement-'));
      expect(told.map(({ to }) => to)).toEqual(['await-acknowledgement', 'await-acknowledgement']);
    });

    it('waits for no quiet hours before the last tier, and then each batch goes out as the tier’s that it is of', async () => {
      const turns = new Map<string, number>();
      const quiet = (payload: unknown) => {
        const { dispatchId } = Sent.parse(payload);
        const turn = (turns.get(dispatchId) ?? 0) + 1;
        turns.set(dispatchId, turn);
        return { sent: turn - 1, suppressed: 0, failed: 0, ...(turn === 1 ? { resume_at: MORNING } : {}) };
      };
      const { calls, entered } = await asked(1, 'UNACKNOWLEDGED', { 'send-email': quiet });
      expect(sentTo(calls)).toEqual([dispatch(0), dispatch(1), dispatch(0), dispatch(1)]);
      expect(entered.filter((name) => name === 'WaitForQuietHours')).toHaveLength(1);
      expect(entered.indexOf('WaitForQuietHours')).toBeGreaterThan(entered.lastIndexOf('Escalate'));
      expect(calls.at(-1)?.payload).toMatchObject({ tally: { sent: 2, open: 0 }, deferred: 0 });
    });

    it('waits for quiet hours also where one execution takes all tiers over, and their batches are too many for it', async () => {
      const names = many(60);
      const tiers = [0, 1, 2, 3, 4].map((tier) => ({ dispatchId: dispatch(tier), batches: names }));
      const turns = new Map<string, number>();
      const quiet = (payload: unknown) => {
        const { dispatchId, batch } = Sent.parse(payload);
        const turn = (turns.get(dispatchId + batch) ?? 0) + 1;
        turns.set(dispatchId + batch, turn);
        return { sent: 1, suppressed: 0, failed: 0, ...(turn === 1 ? { resume_at: MORNING } : {}) };
      };
      const { calls, events } = await asked(0, 'UNACKNOWLEDGED', {
        'select-recipients': {
          batches: batchesOfTiers(tiers),
          skipped: 0,
          dispatchId: dispatch(4),
          tier: 4,
          asking: { status: 'ENDED' },
        },
        'send-email': quiet,
      });
      expect(calls.at(-1)?.payload).toMatchObject({ tally: { open: 0 }, deferred: 0 });
      expect(new Set(sentTo(calls))).toEqual(new Set(tiers.map(({ dispatchId }) => dispatchId)));
      expect([...turns.values()].every((turn) => turn === 2)).toBe(true);
      expect(events).toBeLessThan(25_000);
    });

    it('closes what is deferred at once when it is acknowledged', async () => {
      const turns = new Map<string, number>();
      const quiet = (payload: unknown) => {
        const { dispatchId } = Sent.parse(payload);
        const turn = (turns.get(dispatchId) ?? 0) + 1;
        turns.set(dispatchId, turn);
        return turn === 1
          ? { sent: 0, suppressed: 0, failed: 0, resume_at: MORNING }
          : { sent: 0, suppressed: 1, failed: 0 };
      };
      const { calls, entered } = await asked(0, 'ACKNOWLEDGED', { 'send-email': quiet });
      expect(entered).not.toContain('WaitForQuietHours');
      expect(calls.at(-1)?.payload).toMatchObject({ tally: { suppressed: 1, open: 0 }, deferred: 0 });
      expect(entered.at(-1)).toBe('ReminderAcknowledged');
    });
  });

  describe('while people are in quiet hours', () => {
    /** Batches that are deferred until these instants, one after the other. */
    async function withQuiet(quiet: Record<string, readonly string[]>, batches = Object.keys(quiet)) {
      const turns = new Map<string, number>();
      const answer = (payload: unknown) => {
        const { batch } = Sent.parse(payload);
        const turn = turns.get(batch) ?? 0;
        turns.set(batch, turn + 1);
        const until = quiet[batch]?.[turn];
        return { sent: turn, suppressed: 0, failed: 0, ...(until === undefined ? {} : { resume_at: until }) };
      };
      const walked = await deliver(batches, { 'send-email': answer, 'add-to-inbox': answer });
      // A second later each, for clocks that differ.
      const waits = walked.waits.slice(1).map((at) => new Date(Date.parse(at) - 1_000).toISOString());
      return { ...walked, waits, turns: Object.fromEntries(turns) };
    }
    const SEVEN = '2026-12-02T06:00:00.000Z';
    const EIGHT = '2026-12-02T07:00:00.000Z';

    it('waits for the end, delivers what was deferred again, and counts each batch as it stands at last', async () => {
      const { entered, waits, calls, turns } = await withQuiet({ 'email#00001': [SEVEN], 'inbox#00001': [] });
      expect(waits).toEqual([SEVEN]);
      expect(turns).toEqual({ 'email#00001': 2, 'inbox#00001': 1 });
      const tally = { sent: 1, suppressed: 0, failed: 0, open: 0 };
      expect(calls.at(-1)?.payload).toEqual({ ...input, tally, deferred: 0, skipped: 5 });
      expect(entered.slice(entered.indexOf('WaitForQuietHours'))).toEqual([
        'WaitForQuietHours',
        'DeliverBatches',
        'BranchByChannel',
        'SendEmail',
        'IsAnythingDeferred',
        'SummariseDeliveries',
        'ReminderDelivered',
      ]);
    });

    it('delivers only what is due then', async () => {
      const { waits, turns } = await withQuiet({
        'email#00001': [EIGHT],
        'email#00002': [SEVEN],
        'email#00003': [SEVEN, EIGHT],
        'email#00004': [],
      });
      expect(waits).toEqual([SEVEN, EIGHT]);
      expect(turns).toEqual({ 'email#00001': 2, 'email#00002': 2, 'email#00003': 3, 'email#00004': 1 });
    });

    it('lets ends that are up to five minutes apart be one, never before its time', async () => {
      const { waits, turns } = await withQuiet({
        'email#00001': [SEVEN],
        'email#00002': ['2026-12-02T06:05:00.000Z'],
        'email#00003': ['2026-12-02T06:05:00.001Z'],
      });
      expect(waits).toEqual(['2026-12-02T06:05:00.000Z', '2026-12-02T06:05:00.001Z']);
      expect(Object.values(turns)).toEqual([2, 2, 2]);
    });

    it('waits in the executions of parts, in each for itself', async () => {
      const batches = many(150);
      const { waits, turns, calls } = await withQuiet({ 'email#00001': [SEVEN], 'email#00101': [EIGHT] }, batches);
      expect(waits).toEqual([SEVEN, EIGHT]);
      expect(Object.values(turns).filter((times) => times === 2)).toHaveLength(2);
      expect(calls.at(-1)?.payload).toMatchObject({ tally: { sent: 2, open: 0 }, deferred: 0 });
    });

    it('leaves the rest to the next execution before its history is full', async () => {
      const distinct = (n: number) => new Date(Date.parse(SEVEN) + n * 600_000).toISOString();
      const batches = many(100);
      const { calls, turns } = await withQuiet(
        Object.fromEntries(batches.map((batch) => [batch, Array.from({ length: 9 }, (_, n) => distinct(n))])),
      );
      expect(calls.at(-1)).toMatchObject({ to: 'settle-occurrence', payload: { deferred: 100 } });
      expect(Object.values(turns).reduce((sum, each) => sum + each, 0)).toBe(200);
    });

    it('stays within the limits of Step Functions as often as it goes round, while every provider is down', async () => {
      const turns = new Map<string, number>();
      const waitsTwice = (batch: string) => Number(batch.split('#')[1]) <= 50;
      const logUndelivered = (payload: unknown) => {
        const { batch } = Sent.parse(payload);
        const turn = (turns.get(batch) ?? 0) + 1;
        turns.set(batch, turn);
        const until = turn === 1 ? SEVEN : turn === 2 && waitsTwice(batch) ? EIGHT : undefined;
        return { sent: 0, suppressed: 0, failed: 50, ...(until === undefined ? {} : { resume_at: until }) };
      };
      const batches = Array.from({ length: 100 }, (_, n) => batchName('email', n + 1));
      const walked = await deliver(batches, { 'log-undelivered': logUndelivered }, (state) =>
        state === 'SendEmail' ? 'worst' : 'calm',
      );
      expect([...turns.values()].reduce((sum, each) => sum + each, 0)).toBe(250);
      expect(walked.calls.at(-1)?.payload).toMatchObject({ deferred: 0, tally: { failed: 5_000 } });
      expect(walked.events).toBeLessThan(18_000);
    });

    it('does not wait while a batch has no outcome at all: the sweep is to see to that one', async () => {
      const walked = await deliver(
        many(2),
        { 'send-email': () => ({ sent: 0, suppressed: 0, failed: 0, resume_at: SEVEN }) },
        (state) => (state === 'AddToInbox' || state === 'LogUndelivered' ? 'worst' : 'calm'),
      );
      expect(walked.entered).not.toContain('WaitForQuietHours');
      expect(walked.calls.at(-1)?.payload).toMatchObject({ tally: { open: 1 }, deferred: 1 });
    });
  });

  it('stays within the limits of Step Functions with 100 batches that fail in every way', async () => {
    const { events } = await deliver(many(100), {}, 'worst');
    expect(events).toBeLessThan(25_000);
  });

  it('carries 100,000 recipients on every channel within the limit of a payload', async () => {
    const batches = CHANNELS.flatMap((channel) => Array.from({ length: 2_000 }, (_, n) => batchName(channel, n + 1)));
    expect(Buffer.byteLength(JSON.stringify(shareOut(batches)))).toBeLessThan(256 * 1024);
  });
});
