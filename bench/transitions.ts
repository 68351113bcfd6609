import { deepStrictEqual } from 'node:assert';
import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { Machine } from '../local/machines.ts';
import type { ChannelName } from '../src/channels/channel.ts';
import { BATCH_SIZE, batchName, shareOut } from '../src/notifications/delivery/delivery.ts';
import type { Figure } from './figure.ts';
import type { Stack } from './stack.ts';
import { type Walk, walk } from './walker.ts';

const REMINDER_ID = '00000000-0000-4000-8000-000000000000';
const OCCURRENCE_ID = `${REMINDER_ID}_20261201T080000Z`;

/** Walks through the reminder lifecycle with so many recipients on each channel. */
export async function walkReminder(
  machines: ReadonlyMap<string, Machine>,
  stage: string,
  recipients: number,
  channels: readonly ChannelName[],
  weather: 'calm' | 'worst' = 'calm',
): Promise<Walk> {
  const perChannel = Math.ceil(recipients / BATCH_SIZE);
  const batches = channels.flatMap((channel) =>
    Array.from({ length: perChannel }, (_, n) => batchName(channel, n + 1)),
  );
  const answers: Record<string, unknown> = {
    'claim-occurrence': { status: 'CLAIMED' },
    'select-recipients': {
      batches: shareOut(batches),
      skipped: 0,
      dispatchId: OCCURRENCE_ID,
      tier: 0,
      asking: { status: 'NONE' },
    },
    'settle-occurrence': {},
  };
  const named = (name: string): Machine => {
    const machine = machines.get(name);
    if (!machine) throw new Error(`There is no machine ${name}`);
    return machine;
  };
  const prefix = `carillon-${stage}-`;
  const input = {
    reminderId: REMINDER_ID,
    occurrenceId: OCCURRENCE_ID,
    dueAt: '2026-12-01T08:00:00.000Z',
    revision: 1,
    run: 1,
  };
  return walk(named(`${prefix}reminder-lifecycle`), input, {
    weather,
    invoke: (arn) => answers[arn.split(`:${prefix}`)[1] ?? ''] ?? { sent: BATCH_SIZE, suppressed: 0, failed: 0 },
    machine: (arn) => named(arn.split(':').at(-1) ?? ''),
  });
}

/** AWS's limits for one execution (Step Functions developer guide, "Service quotas"). */
const HISTORY_LIMIT = 25_000;
const PAYLOAD_LIMIT = 256 * 1024;

export async function transitionFigures({ machines, stage }: Stack): Promise<Figure[]> {
  const of = (recipients: number, channels: ChannelName[], weather?: 'worst') =>
    walkReminder(machines, stage, recipients, channels, weather);
  const two: ChannelName[] = ['email', 'inbox'];
  const one = await of(1, ['email']);
  const [thousand, tenThousand, hundredThousand] = await Promise.all([
    of(1_000, two),
    of(10_000, two),
    of(100_000, two),
  ]);
  // 100 batches are the most that one execution delivers by itself.
  const [worst, worstInParts] = await Promise.all([of(5_000, ['email'], 'worst'), of(100_000, two, 'worst')]);
  const perDelivery = (walked: Walk, deliveries: number) => walked.transitions / deliveries;
  return [
    { what: 'state transitions, 1 recipient × 1 channel', measured: one.transitions, budget: 10 },
    { what: '  per delivery, 1,000 × 2', measured: perDelivery(thousand, 2_000), budget: 0.07 },
    { what: '  per delivery, 10,000 × 2', measured: perDelivery(tenThousand, 20_000) },
    { what: '  per delivery, 100,000 × 2, in parts', measured: perDelivery(hundredThousand, 200_000) },
    { what: 'history events of an execution, 1,000 × 2', measured: thousand.events, budget: 1_000 },
    { what: '  10,000 × 2', measured: tenThousand.events, budget: HISTORY_LIMIT },
    { what: '  100,000 × 2, the largest of 41 executions', measured: hundredThousand.events, budget: HISTORY_LIMIT },
    {
      what: '  5,000 × 1, and everything fails until its tries are used up',
      measured: worst.events,
      budget: HISTORY_LIMIT,
    },
    { what: '  100,000 × 2, and everything fails …', measured: worstInParts.events, budget: HISTORY_LIMIT },
    {
      what: `largest payload, 100,000 × 2 (${hundredThousand.largest.state})`,
      measured: hundredThousand.largest.bytes,
      unit: 'bytes',
      budget: PAYLOAD_LIMIT,
    },
  ];
}

/**
 * Compares a walk with what the history of a real execution tells: the states entered outside of the Map (the emulator does not record
 * those inside), and all the functions called. Throws where they differ.
 */
export async function checkAgainstHistory({ machines, stage, sfn }: Stack, executionArn: string): Promise<void> {
  const walked = await walkReminder(machines, stage, 1, ['inbox']);
  const outside = machines.get(`carillon-${stage}-reminder-lifecycle`)?.States ?? {};
  const events = (await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))).events ?? [];
  const entered = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
  deepStrictEqual(
    entered,
    walked.entered.filter((name) => name in outside),
  );
  deepStrictEqual(events.filter(({ type }) => type === 'TaskScheduled').length, walked.invocations);
}
