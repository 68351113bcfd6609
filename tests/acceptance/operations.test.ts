import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { deliveryStore } from '../../src/notifications/delivery/delivery-store.ts';
import { notificationExecution } from '../../src/notifications/notification.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { findingStore } from '../../src/operations/finding-store.ts';
import { endTold, failOrder, placeOrder } from '../../src/pizza-orders/order.ts';
import { createReminder } from '../../src/reminders/reminder.ts';
import { configure } from '../support/accounts.ts';
import { plantedAlarm } from '../support/alarms.ts';
import { setFaults } from '../support/faults.ts';
import { inSeconds, remind, reminders, settled, sweepAt, until } from '../support/lifecycle.ts';
import { executionsOf, machineArn } from '../support/machines.ts';
import { orders } from '../support/orders.ts';
import { aws, tableName, tables } from '../support/tables.ts';
import { prefix } from '../support/where.ts';
import { newPerson } from './person.ts';

/**
 * A fault of each kind is planted, is told once and recovers once. Every look is at an instant that is handed in, each later than the
 * one before, so that nobody has to wait for a window to pass.
 */
const sfn = new SFNClient(aws);
const lambda = new LambdaClient(aws);
const sqs = new SQSClient(aws);
const cloudWatch = new CloudWatchClient(aws);
const deliveriesOf = executionsOf('notification-delivery');
const findings = findingStore(tables(), tableName('findings'));
const MINUTE = 60_000;
/** Longer than a reminder can wait, and shorter than an invitation: other tests leave some that do. */
const NINE_DAYS = 9 * 24 * 60 * MINUTE;
/** Not as long as a reminder can wait, and longer than anything else can but an invitation. */
const WEEK = 7 * 24 * 60 * MINUTE;

const Embed = z.object({
  title: z.string(),
  description: z.string().optional(),
  url: z.url().optional(),
  fields: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  footer: z.object({ text: z.literal(prefix) }),
});
const Post = z.object({
  embeds: z.array(Embed).min(1).max(10),
  allowed_mentions: z.object({ parse: z.array(z.string()).length(0) }),
});

/** A webhook's server, which answers what the test says, and 200 by itself. */
let answers: { status: number; body?: object }[] = [];
let posts: z.output<typeof Post>[] = [];
const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  const { status, body = { id: 'a-message' } } = answers.shift() ?? { status: 200 };
  if (status === 200) posts.push(Post.parse(JSON.parse(text)));
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

/** How often something was told of: as an embed of its own, or as a line of one. */
function told(where: string): { open: number; recovered: number } {
  const count = { open: 0, recovered: 0 };
  for (const { title, description = '', fields = [] } of posts.flatMap(({ embeds }) => embeds)) {
    const lines = [...description.split('\n'), ...fields.map(({ value }) => value), title];
    count[title.includes('Recovered') ? 'recovered' : 'open'] += lines.filter((line) => line.includes(where)).length;
  }
  return count;
}

/** The executions that this test has started. */
const own = new Set<string>();
/** The stack's own watch comes every five minutes, and would tell first. */
const SCHEDULE = 5 * MINUTE;
const farFromTheSchedule = () =>
  until(
    'the watch of the stack',
    async () => {
      const stateMachineArn = machineArn('operations-watch');
      const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
      const starts = executions.flatMap(({ executionArn = '', startDate }) =>
        startDate && !own.has(executionArn) ? [startDate.getTime()] : [],
      );
      const since = Date.now() - Math.max(...starts);
      return starts.length === 0 || (since > 10_000 && since < SCHEDULE - 30_000) || undefined;
    },
    90,
  );

let last = 0;
/** One run of the watch, as of so many milliseconds from this moment. */
async function watch(ahead = 0, input?: object) {
  last = Math.max(last + 1, Date.now() + ahead);
  const start = new StartExecutionCommand({
    stateMachineArn: machineArn('operations-watch'),
    input: JSON.stringify(input ?? { at: new Date(last).toISOString() }),
  });
  const { executionArn = '' } = await sfn.send(start);
  own.add(executionArn);
  return until(
    'the end of the watch',
    async () => {
      const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return status === 'RUNNING' ? undefined : status;
    },
    120,
  );
}

async function forgetFindings(about = '') {
  const { Items = [] } = await tables().send(new ScanCommand({ TableName: tableName('findings') }));
  for (const { pk, sk } of Items.filter((item) => z.string().parse(item.sk).includes(about)))
    await tables().send(new DeleteCommand({ TableName: tableName('findings'), Key: { pk, sk } }));
}

/** What the faults are planted in. */
const PLANTED = ['note-unreadable', 'suppressions', 'batch-delivery', 'operations-watch', 'sweep-dead-letters'];

const queueUrl = `${aws.endpoint}/000000000000/${prefix}-sweep-dead-letters`;
const functionName = (name: string) => `${prefix}-${name}`;
const stopFunction = (name: string) =>
  lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: functionName(name), ReservedConcurrentExecutions: 0 }));
const letFunctionGo = (name: string) =>
  lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: functionName(name) }));
/** An alarm of the deployment that stays as it is set. */
const alarm = plantedAlarm();

let undo: () => Promise<void>;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const origin = `http://127.0.0.1:${port}`;
  undo = await configure('tell-operators', {
    OPERATIONS_WEBHOOK_URL: `${origin}/api/webhooks/1/token`,
    DISCORD_ORIGINS: origin,
  });
  await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
  await alarm.put();
  // Whatever other tests have left behind is told of by now.
  await forgetFindings();
  await watch();
  for (const name of PLANTED) await forgetFindings(`${prefix}-${name}`);
});
afterAll(async () => {
  await setFaults([]);
  await Promise.all(['sweep', 'sweep-notifications', 'note-unreadable'].map(letFunctionGo));
  await undo();
  await alarm.remove();
  await forgetFindings();
  server.close();
});

/** A reminder that was due some minutes ago and that nobody has armed. */
async function plantOverdue(): Promise<string> {
  const at = new Date(Date.now() - 5 * MINUTE);
  const schedule = { at: at.toISOString().slice(0, 19), timeZone: 'UTC', dstPolicy: 'shift' as const };
  const content = {
    title: 'Tea',
    message: 'It is ready',
    schedule,
    channels: ['inbox' as const],
    audience: { kind: 'me' as const },
    variables: {},
  };
  const creation = { id: randomUUID(), fingerprint: 'none' };
  const reminder = createReminder(creation, randomUUID(), content, undefined, new Date(at.getTime() - MINUTE));
  return (await reminders.create(reminder)).id;
}

/** A notification that was begun 40 minutes ago, has a batch, and whose execution never came. */
async function plantUndelivered(): Promise<string> {
  const before = new Date(Date.now() - 40 * MINUTE);
  const userId = randomUUID();
  const content = { key: 'new_message', category: 'messages' as const, variables: {} };
  const id = randomUUID();
  const notification = {
    ...{ id, fingerprint: 'none', sender_id: userId, recipients: 1, channels: ['inbox' as const], content, run: 1 },
    created_at: before.toISOString(),
  };
  await notificationStore(tables(), tableName('notifications')).create(notification, [userId]);
  const log = deliveryStore(tables(), tableName('deliveries'));
  const dispatch = await log.begin({ id, content, run: 1 }, before);
  await log.addBatches(id, [{ name: 'inbox#00001', recipients: [userId], rows: [] }], before);
  await log.selected(dispatch, { batches: { inbox: 1 }, skips: {}, skipped: 0 }, before);
  return id;
}

const occurrenceKey = (id: string, dueAt: string) => ({
  TableName: tableName('reminders'),
  Key: { pk: `reminder#${id}`, sk: `occurrence#${dueAt}` },
});

describe('what is wrong', () => {
  const overdue = { id: '' };
  let undelivered = '';
  let lost: { id: string; nextDueAt?: string | undefined };

  it('is told of once, however often it is looked at', async () => {
    const person = await newPerson('operations');
    lost = await remind(person, 4, {
      schedule: { at: inSeconds(4), timeZone: 'UTC', rrule: 'FREQ=DAILY' },
    });
    await settled(person, lost.id);

    await farFromTheSchedule();
    // The sweeps would mend these within a minute.
    await Promise.all(['sweep', 'sweep-notifications'].map(stopFunction));
    overdue.id = await plantOverdue();
    undelivered = await plantUndelivered();
    await lambda.send(new InvokeCommand({ FunctionName: functionName('note-unreadable'), Payload: '{}' }));
    await stopFunction('note-unreadable');
    const refused = lambda.send(new InvokeCommand({ FunctionName: functionName('note-unreadable'), Payload: '{}' }));
    await expect(refused).rejects.toThrow();
    await letFunctionGo('note-unreadable');
    // The emulator ends no execution by its time, so this is what AWS would count.
    const timedOut = { Name: 'StateMachineArn', Value: machineArn('batch-delivery') };
    const MetricData = [{ MetricName: 'ExecutionsTimedOut', Dimensions: [timedOut], Value: 1 }];
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'AWS/States', MetricData }));
    expect(await watch(0, { at: 'no instant' })).toBe('FAILED');
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }));
    await alarm.set('ALARM');
    const code = 'ProvisionedThroughputExceededException';
    await setFaults([{ service: 'dynamodb', action: 'Scan', times: 1, status: 400, code }]);
    await tables().send(new ScanCommand({ TableName: tableName('suppressions'), Limit: 1 }));

    posts = [];
    expect(await watch()).toBe('SUCCEEDED');
    expect(await watch()).toBe('SUCCEEDED');
    const open = await findings.known();
    const kinds = Object.fromEntries(open.map(({ source, about, what }) => [`${source} ${about}`, what]));
    expect(kinds).toMatchObject({
      [`functions ${prefix}-note-unreadable#Errors`]: 'Invocations failed',
      [`functions ${prefix}-note-unreadable#Throttles`]: 'Invocations were throttled',
      [`executions ${prefix}-operations-watch#ExecutionsFailed`]: 'Executions failed',
      [`executions ${prefix}-batch-delivery#ExecutionsTimedOut`]: 'Executions timed out',
      [`dead-letters ${prefix}-sweep-dead-letters`]: 'Messages are in a dead-letter queue',
      [`alarms ${alarm.name}`]: expect.any(String),
      [`tables ${prefix}-suppressions#ReadThrottleEvents`]: 'Reads were throttled',
      [`deliveries ${undelivered}`]: 'Deliveries of a notification have no outcome',
    });
    expect(told(overdue.id)).toEqual({ open: 1, recovered: 0 });
    expect(told(undelivered)).toEqual({ open: 1, recovered: 0 });
    expect(told(`${prefix}-suppressions`)).toEqual({ open: 1, recovered: 0 });
    expect(told(`${prefix}-batch-delivery`)).toEqual({ open: 1, recovered: 0 });
    expect(told(`${prefix}-sweep-dead-letters`)).toEqual({ open: 1, recovered: 0 });
    expect(told(alarm.name)).toEqual({ open: 1, recovered: 0 });
    expect(posts.length).toBeLessThanOrEqual(3);
  }, 210_000);

  it('is told of when a reminder went off late, or left no trace', async () => {
    await Promise.all(['sweep', 'sweep-notifications'].map(letFunctionGo));
    await sweepAt();
    await until('the late reminder', async () => {
      const reminder = await reminders.find(overdue.id);
      return reminder?.status === 'COMPLETED' ? reminder : undefined;
    });
    const key = occurrenceKey(lost.id, lost.nextDueAt ?? '');
    const { Item } = await tables().send(new GetCommand(key));
    await tables().send(new DeleteCommand(key));
    posts = [];
    await watch(1.5 * MINUTE);
    await watch(1.5 * MINUTE);
    // It is not overdue any more, and it was late.
    expect(told(overdue.id)).toEqual({ open: 1, recovered: 1 });
    expect(told('more than a minute late').open).toBe(1);
    expect(told('did not go off')).toEqual({ open: 1, recovered: 0 });
    await tables().send(new PutCommand({ TableName: key.TableName, Item }));
  }, 60_000);

  it('is told of as recovered, once', async () => {
    // The sweep would, within a quarter of an hour.
    await deliveriesOf.start(notificationExecution(undelivered, 1), { notificationId: undelivered, run: 1 });
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
    await alarm.set('OK');
    await until('the late notification', async () => {
      const store = notificationStore(tables(), tableName('notifications'));
      return (await store.find(undelivered))?.delivered_at;
    });
    posts = [];
    await watch(60 * MINUTE);
    expect(told(`${prefix}-suppressions`).recovered).toBe(0);
    await watch(60 * MINUTE);
    await watch(60 * MINUTE);
    for (const where of [
      overdue.id,
      undelivered,
      ...['suppressions', 'batch-delivery', 'sweep-dead-letters'].map((name) => `${prefix}-${name}`),
      alarm.name,
    ])
      expect({ where, told: told(where).recovered }).toEqual({ where, told: 1 });
    expect(told('did not go off').recovered).toBe(1);
  }, 60_000);

  it('includes that something could not be looked at, which keeps nothing else back', async () => {
    const denied = { service: 'sqs', action: 'GetQueueAttributes', times: 1_000, status: 403, code: 'AccessDenied' };
    await setFaults([denied]);
    await alarm.set('ALARM');
    posts = [];
    expect(await watch(60 * MINUTE)).toBe('SUCCEEDED');
    expect(await watch(60 * MINUTE)).toBe('SUCCEEDED');
    expect(told('It could not be looked at: AccessDenied')).toEqual({ open: 1, recovered: 0 });
    expect(told(alarm.name)).toEqual({ open: 1, recovered: 0 });
    await setFaults([]);
    await alarm.set('OK');
    await watch(60 * MINUTE);
    await watch(60 * MINUTE);
    await watch(60 * MINUTE);
    expect(told('It could not be looked at: AccessDenied')).toEqual({ open: 1, recovered: 1 });
    expect(told(alarm.name)).toEqual({ open: 1, recovered: 1 });
  }, 60_000);

  it('is told of later when the webhook does not take it', async () => {
    await farFromTheSchedule();
    await alarm.set('ALARM');
    posts = [];
    answers = [{ status: 404 }];
    expect(await watch(60 * MINUTE)).toBe('FAILED');
    expect(told(alarm.name)).toEqual({ open: 0, recovered: 0 });
    answers = [{ status: 429, body: { retry_after: 0.2 } }];
    expect(await watch(60 * MINUTE)).toBe('SUCCEEDED');
    expect(told(alarm.name)).toEqual({ open: 1, recovered: 0 });
    await alarm.set('OK');
  }, 150_000);

  it('includes a pizza order that is late', async () => {
    const dayAgo = new Date(Date.now() - 24 * 60 * MINUTE);
    const creation = { id: randomUUID(), fingerprint: 'none' };
    // As if its execution had just been started once more; the sweep would look after it in half a minute.
    const placed = placeOrder({ address: 'Main Square 1' }, creation, randomUUID(), dayAgo);
    const late = { ...placed, due: new Date().toISOString() };
    await orders.place(late, undefined);
    posts = [];
    await watch(60 * MINUTE);
    await watch(60 * MINUTE);
    expect(told(late.id)).toEqual({ open: 1, recovered: 0 });
    await orders.change(late.id, (order) => endTold(failOrder(order, new Date())));
    await watch(60 * MINUTE);
    await watch(60 * MINUTE);
    expect(told(late.id)).toEqual({ open: 1, recovered: 1 });
  }, 60_000);

  it('includes an execution that runs for longer than it can have to wait', async () => {
    const name = `stuck-${randomUUID()}`;
    const input = { reminderId: randomUUID(), occurrenceId: name, dueAt: '2099-01-01T00:00:00Z', revision: 1, run: 1 };
    const stateMachineArn = machineArn('reminder-lifecycle');
    const start = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    const { executionArn } = await sfn.send(start);
    // Only the oldest of a machine are remembered one by one, and other tests have left some; a sweep starts those again that matter.
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }));
    for (const other of executions)
      if (other.executionArn !== executionArn)
        await sfn.send(new StopExecutionCommand({ executionArn: other.executionArn }));
    // Those of other machines would leave its line no room in the post; they are told of first.
    await watch(WEEK);
    posts = [];
    await watch(NINE_DAYS);
    await watch(NINE_DAYS);
    expect(told(name).open).toBe(1);
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await watch(NINE_DAYS);
    await watch(NINE_DAYS);
    await watch(NINE_DAYS);
    expect(told(name)).toEqual({ open: 1, recovered: 1 });
  }, 90_000);
});
