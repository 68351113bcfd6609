import { randomBytes } from 'node:crypto';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AdminAddUserToGroupCommand, CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DescribeExecutionCommand, GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { say, step, table } from '../deployment/say.ts';
import { stackName } from '../deployment/stacks.ts';
import { clientOf, until } from './client.ts';
import { address, type Home, sdkOptions } from './home.ts';

const Tokens = z.object({ token: z.string(), user_id: z.string() });
const WithId = z.object({ id: z.string() });
const Occurrences = z.object({ items: z.array(z.object({ id: z.string(), status: z.string() })) });
const Trace = z.object({
  id: z.string(),
  status: z.string(),
  explanation: z.string(),
  dueAt: z.string(),
  execution: z.string(),
  timeline: z.array(z.object({ step: z.string(), at: z.string(), latenessMs: z.number() })),
  deliveries: z.array(
    z.object({
      userId: z.string(),
      channel: z.string(),
      outcome: z.string(),
      reason: z.string(),
      explanation: z.string(),
      attempts: z.number(),
    }),
  ),
});
type Trace = z.infer<typeof Trace>;
type Person = { name: string; email: string; password: string; token: string; id: string };

/** Three people, an event and two reminders, through the API as anybody can call it; prints what became of them. */
export const tellStory = async (home: Home): Promise<void> => say(report(home, await play(home)));

type Story = Awaited<ReturnType<typeof play>>;

const play = async (home: Home) => {
  const client = clientOf(home);
  const run = randomBytes(3).toString('hex');

  const addToGroups = (email: string) => addToPoolGroups(home, email, GROUPS);
  const [ada, ben, cleo] = await step('Ada, Ben and Cleo sign up, with codes from mail', () =>
    Promise.all([signUp(client, 'Ada', run), signUp(client, 'Ben', run), signUp(client, 'Cleo', run, addToGroups)]),
  );
  await step('Ada gives her phone number and confirms it', () => verifyPhone(client, ada));
  const { event, kept, cancelled } = await step(
    'Ada plans an event with Ben, sets two reminders, cancels one',
    async () => {
      const starts_at = { at: wallTime(Date.now() + 3_600_000), timeZone: 'Europe/Warsaw' };
      const event = await client.call(WithId, 'POST', '/events', {
        token: ada.token,
        body: { title: 'Rehearsal', place: 'Studio 3', starts_at, members: [{ user_id: ben.id }] },
      });
      const remind = (title: string) =>
        client.call(WithId, 'POST', '/reminders', {
          token: ada.token,
          body: {
            title,
            message: 'Hello {{ recipient.first_name | default: "there" }}, {{ event.title }} is at {{ event.place }}.',
            schedule: { at: wallTime(Date.now() + 6_000), timeZone: 'Europe/Warsaw' },
            channels: ['email', 'inbox', 'sms'],
            audience: { kind: 'event', eventId: event.id },
          },
        });
      const [kept, cancelled] = await Promise.all([remind('Rehearsal in an hour'), remind('Bring your own tea')]);
      await client.call(z.unknown(), 'POST', `/reminders/${cancelled.id}/cancel`, { token: ada.token });
      return { event, kept, cancelled };
    },
  );
  const sent = await step('the first one goes off', () => settled(client, ada, kept.id));
  const superseded = await step('the cancelled one finds out, and sends nothing', () =>
    settled(client, ada, cancelled.id),
  );
  const mails = await client.mails(ben.email);
  if (mails.some(({ Subject }) => Subject.includes('tea'))) throw new Error('The cancelled reminder was sent.');
  return { ada, ben, cleo, event, sent, superseded, ended: await endOf(home, superseded) };
};

const report = (home: Home, { ada, ben, cleo, event, sent, superseded, ended }: Story): string => {
  const nameOf = (id: string) => [ada, ben].find((person) => person.id === id)?.name ?? id;
  const base = address(home);
  return [
    heading('The API'),
    `  ${base}/api/v1`,
    heading('Accounts'),
    table(
      ['name', 'email', 'password', 'groups'],
      [ada, ben, cleo].map(({ name, email, password }) => [
        name,
        email,
        password,
        name === cleo.name ? GROUPS.join(', ') : '',
      ]),
    ),
    heading('The reminder, from due to settled'),
    table(
      ['step', 'at', 'after due'],
      sent.timeline.map((moment) => [moment.step, moment.at, `${moment.latenessMs} ms`]),
    ),
    heading('Its deliveries'),
    table(
      ['to', 'channel', 'outcome', 'reason', 'tries', ''],
      sent.deliveries
        .map((row) => [nameOf(row.userId), row.channel, row.outcome, row.reason, `${row.attempts}`, row.explanation])
        .sort(),
    ),
    heading('The cancelled one'),
    `  ${superseded.status}: ${superseded.explanation}`,
    `  Its execution ended in the state ${ended}.`,
    heading('Where to look next'),
    `  mail       ${base}/_ministack/ses/messages`,
    `  SMS        ${base}/_ministack/sns/sms-messages`,
    `  a token    TOKEN=$(${signInCommand(base, ada)})`,
    `  the socket ${base.replace('http', 'ws')}/realtime?token=$TOKEN`,
    `  the trace  curl -s ${base}/api/v1/occurrences/${encodeURIComponent(sent.id)} -H "Authorization: Bearer $TOKEN"`,
    `  the event  curl -s ${base}/api/v1/events/${event.id} -H "Authorization: Bearer $TOKEN"`,
    `  execution  ${historyCommand(home, sent)}`,
    `  an alert   ${sendCommand(base, 'alerts/create', { coin: 'bitcoin', price: '65000' })}`,
    `  its price  curl -s -X PATCH ${base}/_carillon/prices -d '{"coins": {"bitcoin": {"prices": {"usd": "65100"}}}}'`,
    `  a pizza    ${sendCommand(base, 'pizza-orders', { address: '1 Main Street' })}`,
    `  Cleo's one TOKEN=$(${signInCommand(base, cleo)})`,
    `  to notify  ${notifyCommand(base, ben)}`,
    `  her coins  ${grantCommand(base, cleo)}`,
    '',
  ].join('\n');
};

const heading = (text: string): string => `\n${text}`;

const signInCommand = (base: string, { email, password }: Person): string =>
  `curl -s ${base}/api/v1/auth/login -H 'content-type: application/json' -d '${JSON.stringify({ email, password })}' | ` +
  `node -pe 'JSON.parse(fs.readFileSync(0)).token'`;

const notifyCommand = (base: string, { id }: Person): string => {
  const data = { title: 'We start at six', message: 'The hall is taken.' };
  return sendCommand(base, 'notifications/create', { user_id: id, key: 'announcement', data });
};

const grantCommand = (base: string, { id }: Person): string =>
  sendCommand(base, 'game/grants', { user_id: id, currency: 'coins', amount: 100, note: 'To run with' });

const sendCommand = (base: string, path: string, body: object): string =>
  `curl -s -i ${base}/api/v1/${path} -H "Authorization: Bearer $TOKEN" ` +
  `-H 'content-type: application/json' -d '${JSON.stringify(body)}'`;

type Client = ReturnType<typeof clientOf>;

/** Somebody new with a confirmed account; `confirmed` is done before the person signs in. */
const signUp = async (
  client: Client,
  name: string,
  run: string,
  confirmed?: (email: string) => Promise<void>,
): Promise<Person> => {
  const account = { email: `${name.toLowerCase()}-${run}@example.com`, password: `Local-${run}-1a` };
  await client.call(z.unknown(), 'POST', '/auth/register', { body: account });
  const code = await client.mailedCode(account.email);
  await client.call(z.unknown(), 'POST', '/auth/confirm', { body: { email: account.email, code } });
  await confirmed?.(account.email);
  const { token, user_id: id } = await client.call(Tokens, 'POST', '/auth/login', { body: account });
  return { ...account, name, token, id };
};

/** Who may notify others, who may administer, and who sees everybody's orders. */
const GROUPS = ['senders', 'admins', 'staff'];

/** What an operator does with the AWS console or CLI. */
const addToPoolGroups = async (home: Home, email: string, groups: readonly string[]): Promise<void> => {
  const { Stacks } = await new CloudFormationClient(sdkOptions(home)).send(
    new DescribeStacksCommand({ StackName: stackName('auth', home.stage) }),
  );
  const UserPoolId = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'UserPoolId')?.OutputValue;
  const cognito = new CognitoIdentityProviderClient(sdkOptions(home));
  for (const GroupName of groups)
    await cognito.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName }));
};

const verifyPhone = async (client: Client, { token, name }: Person): Promise<void> => {
  // Numbers that are reserved for fiction, so that nobody is at the other end.
  const phone = `+1202555${String(Date.now()).slice(-4)}`;
  await client.call(z.unknown(), 'PATCH', '/users/me', {
    token,
    body: { first_name: name, last_name: 'Example', phone },
  });
  await client.call(z.unknown(), 'POST', '/users/me/contact-points/sms/verify', { token, body: {} });
  const code = await client.textedCode(phone);
  await client.call(z.unknown(), 'POST', '/users/me/contact-points/sms/confirm', { token, body: { code } });
};

/** The trace of a reminder's one occurrence, once it has its outcome. */
const settled = (client: Client, { token }: Person, reminderId: string): Promise<Trace> =>
  until('the outcome of a reminder', 60, async () => {
    const { items } = await client.call(Occurrences, 'GET', `/reminders/${reminderId}/occurrences`, { token });
    const [occurrence] = items;
    if (occurrence === undefined || occurrence.status === 'DELIVERING') return undefined;
    return client.call(Trace, 'GET', `/occurrences/${encodeURIComponent(occurrence.id)}`, { token });
  });

/** The name of the state in which an occurrence's execution ended. */
const endOf = async (home: Home, trace: Trace): Promise<string> => {
  const sfn = new SFNClient(sdkOptions(home));
  await until('the end of the execution', 10, async () => {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn: executionArn(home, trace) }));
    return status === 'RUNNING' ? undefined : status;
  });
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: executionArn(home, trace) }));
  return events.findLast(({ stateExitedEventDetails }) => stateExitedEventDetails)?.stateExitedEventDetails?.name ?? '';
};

const executionArn = (home: Home, { execution }: Trace): string =>
  `arn:aws:states:us-east-1:000000000000:execution:carillon-${home.stage}-reminder-lifecycle:${execution}`;

const historyCommand = (home: Home, trace: Trace): string => {
  const headers =
    "-H 'content-type: application/x-amz-json-1.0' -H 'x-amz-target: AWSStepFunctions.GetExecutionHistory'";
  const body = JSON.stringify({ executionArn: executionArn(home, trace) });
  return `curl -s --aws-sigv4 aws:amz:us-east-1:states -u test:test ${headers} -d '${body}' ${address(home)}/`;
};

/** Wall time in Warsaw at or up to a second after an instant (milliseconds). */
const wallTime = (instant: number): string => {
  const rounded = new Date(Math.ceil(instant / 1000) * 1000);
  return rounded.toLocaleString('sv-SE', { timeZone: 'Europe/Warsaw' }).replace(' ', 'T');
};
