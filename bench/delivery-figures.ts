import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { say, table } from '../deployment/say.ts';
import type { ChannelName } from '../src/channels/channel.ts';
import { SHARDS } from '../src/shared/shard.ts';
import { Preferences } from '../src/users/preferences.ts';
import { commentFigures } from './comments.ts';
import { costOf, prices } from './cost.ts';
import { type DeliveryCost, deliverOnce } from './delivery.ts';
import { type Figure, print } from './figure.ts';
import { notifyOnce } from './notification.ts';
import { addEvent, addPeople } from './people.ts';
import type { Stack } from './stack.ts';
import { walkReminder } from './transitions.ts';

const TWO: ChannelName[] = ['email', 'inbox'];

/** Calls, units and dollars of whole deliveries, and whether a large audience goes through. */
export async function printDeliveries(stack: Stack): Promise<Figure[]> {
  const people = await addPeople(stack, 1_000);
  const userIds = people.map(({ id }) => id);
  const owner = userIds[0] ?? '';
  const eventId = await addEvent(stack, people);
  const single = await deliverOnce(stack, owner, { kind: 'me' }, ['email']);
  const members = await deliverOnce(stack, owner, { kind: 'event', eventId }, TWO);
  const listed = await deliverOnce(stack, owner, { kind: 'users', userIds }, TWO);
  const notified = await notifyOnce(stack, userIds);
  const sleepers = await addPeople(stack, 1_000, allDayQuiet());
  const asleep = { kind: 'event', eventId: await addEvent(stack, sleepers) } as const;
  const deferred = await deliverOnce(stack, sleepers[0]?.id ?? '', asleep, TWO);
  showSteps(members);

  const figures = [
    perDelivery('Lambda invocations per delivery, 1,000 members × 2', members.invocations, members, 0.03),
    perDelivery('write units per delivery, 1,000 members × 2', members.write, members, 1.15),
    perDelivery('  1,000 listed users × 2', listed.write, listed, 1.15),
    perDelivery('  one notification for 1,000, inbox only', notified.write, notified, 1.15),
    perDelivery('  1,000 members × 2, the emails deferred to the end of quiet hours', deferred.write, deferred, 1.15),
    perDelivery('read units per delivery, 1,000 members × 2', members.read, members),
    perDelivery('  one notification for 1,000, inbox only', notified.read, notified),
  ];
  print('What a delivery takes, everything included: set, sweep, claim, selection, log, inbox, settle', figures);

  const comments = await commentFigures(stack, eventId, owner, 1.15);
  print('Comments on an event, until everybody is told', comments);

  const scale = await largeAudience(stack);
  print('A large audience, in one process without Lambda', scale);

  const costs = [
    ...(await costFigures(stack, '1 recipient, email', single, 1, ['email'])),
    ...(await costFigures(stack, '1,000 recipients × email and inbox', members, 1_000, TWO)),
    ...idleCost(single),
  ];
  print(`Cost, prices of ${prices.asOf} in ${prices.region}, ${LAMBDA_MS} ms a call assumed`, costs);
  return [...figures, ...comments, ...scale];
}

const perDelivery = (
  what: string,
  sum: number,
  { delivered }: Pick<DeliveryCost, 'delivered'>,
  budget?: number,
): Figure => ({
  what,
  measured: sum / delivered,
  ...(budget === undefined ? {} : { budget }),
});

/** All but the last minute of the day. */
const allDayQuiet = () => Preferences.parse({ quiet_hours: { from: '00:00', to: '23:59', time_zone: 'UTC' } });

function showSteps({ steps }: DeliveryCost): void {
  say('\n1,000 members of an event × email and inbox, step by step');
  const rows = steps.map(({ step, runs, calls, read, write }) => [step, runs, calls, read, write].map(String));
  say(table(['step', 'runs', 'calls of DynamoDB', 'read units', 'write units'], rows));
}

async function largeAudience(stack: Stack): Promise<Figure[]> {
  const people = await addPeople(stack, 10_000);
  const eventId = await addEvent(stack, people);
  const { delivered, selection } = await deliverOnce(
    stack,
    people[0]?.id ?? '',
    { kind: 'event', eventId },
    TWO,
    false,
  );
  return [
    { what: '10,000 recipients × 2: deliveries missing', measured: 20_000 - delivered, budget: 0 },
    { what: '  selection', measured: selection.ms / 1_000, unit: 's' },
    { what: '  its heap at most', measured: selection.heapMb, unit: 'MB' },
  ];
}

/** Milliseconds that a call of a function is billed, on average: not measured, since an emulator tells nothing about Lambda. */
const LAMBDA_MS = 300;

async function costFigures(
  stack: Stack,
  what: string,
  { invocations, write, read }: DeliveryCost,
  recipients: number,
  channels: ChannelName[],
): Promise<Figure[]> {
  const { transitions } = await walkReminder(stack.machines, stack.stage, recipients, channels);
  const lambdaSeconds = (invocations * LAMBDA_MS) / 1_000;
  const emails = channels.includes('email') ? recipients : 0;
  const { withoutEmail, total } = costOf({ transitions, invocations, lambdaSeconds, write, read, emails });
  return [
    { what, measured: total, unit: '$' },
    { what: '  of which without the price of emails', measured: withoutEmail, unit: '$' },
  ];
}

const root = join(import.meta.dirname, '..');
/** How many functions run every minute, whether something is due or not. */
const EVERY_MINUTE = globSync('src/*/{,*/}functions.yml', { cwd: root })
  .map((file) => readFileSync(join(root, file), 'utf8').split('rate(1 minute)').length - 1)
  .reduce((sum, count) => sum + count, 0);
/** Read units of those that find nothing: of the reminders' sweep as measured, half for the sockets', half a shard for each of the others. */
const EMPTY_READS = (1 + (EVERY_MINUTE - 2) * SHARDS) / 2;
/** A look at everything that finds nothing (`docs/decisions/0016-operations.md`), every five minutes; and what CloudWatch asks for it is not in it. */
const WATCH = { perMinute: 1 / 5, transitions: 14, invocations: 10, read: 20 };

function idleCost({ steps }: DeliveryCost): Figure[] {
  const minutes = 60 * 24 * 30;
  const sweep = steps.find(({ step }) => step === 'sweep');
  const sweeps = costOf({
    transitions: 0,
    invocations: minutes * EVERY_MINUTE,
    lambdaSeconds: (minutes * EVERY_MINUTE * LAMBDA_MS) / 1_000,
    write: (sweep?.write ?? 0) * minutes,
    read: ((sweep?.read ?? 0) + EMPTY_READS) * minutes,
    emails: 0,
  });
  const looks = minutes * WATCH.perMinute;
  const watch = costOf({
    transitions: looks * WATCH.transitions,
    invocations: looks * WATCH.invocations,
    lambdaSeconds: (looks * WATCH.invocations * LAMBDA_MS) / 1_000,
    write: 0,
    read: looks * WATCH.read,
    emails: 0,
  });
  return [
    { what: `the ${EVERY_MINUTE} functions that run every minute, for 30 days`, measured: sweeps.total, unit: '$' },
    { what: "the operators' watch every 5 minutes, without CloudWatch's charges", measured: watch.total, unit: '$' },
  ];
}
