import { randomUUID } from 'node:crypto';
import { CloudFormationClient, ListExportsCommand } from '@aws-sdk/client-cloudformation';
import { AdminAddUserToGroupCommand, CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { inboxStore } from '../../src/notifications/inbox/inbox-store.ts';
import { suppressionStore } from '../../src/suppressions/suppression-store.ts';
import { userStore } from '../../src/users/user-store.ts';
import { verificationStore } from '../../src/users/verification-store.ts';
import { aws, tableName, tables } from './tables.ts';
import { until } from './until.ts';
import { address, prefix } from './where.ts';

export const cognito = new CognitoIdentityProviderClient(aws);
export const suppressions = suppressionStore(tables(), tableName('suppressions'));
export const users = userStore(tables(), tableName('users'));
export const codes = verificationStore(tables(), tableName('users'));
const lambda = new LambdaClient(aws);
export const sns = new SNSClient(aws);
export const inbox = inboxStore(tables(), tableName('notifications'));

export const PASSWORD = 'Passw0rdForTests';
export const newEmail = () => `person-${randomUUID().slice(0, 8)}@example.com`;

/** The pool's id and its client's, as the auth stack exports them. */
export async function poolIds(): Promise<{ poolId: string; clientId: string }> {
  const { Exports } = await new CloudFormationClient(aws).send(new ListExportsCommand({}));
  const exported = (name: string) => z.string().parse(Exports?.find(({ Name }) => Name === `${prefix}-${name}`)?.Value);
  return { poolId: exported('user-pool-id'), clientId: exported('user-pool-client-id') };
}

const Reply = z.record(z.string(), z.unknown());

/** One request of the API, as a person's app makes it. */
export async function request(
  method: string,
  path: string,
  options: { body?: unknown; token?: string; key?: string } = {},
) {
  const response = await fetch(`${address}/api/v1${path}`, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token === undefined ? {} : { authorization: options.token }),
      ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: Reply.parse(text === '' ? {} : JSON.parse(text)) };
}

const Mailboxes = z.object({
  messages: z.record(
    z.string(),
    z.array(z.object({ To: z.array(z.string()), Subject: z.string(), BodyHtml: z.string() })),
  ),
});

/** The codes in the mails that went to an address, the oldest first; waits until there are `count`. */
export async function codesMailedTo(email: string, count: number): Promise<string[]> {
  return until(`mail number ${count} with a code`, async () => {
    const { messages } = Mailboxes.parse(await (await fetch(`${address}/_ministack/ses/messages`)).json());
    const mails = Object.values(messages)
      .flat()
      .filter(({ To }) => To.includes(email));
    const codes = mails.flatMap(({ BodyHtml }) => />(\d{6})</.exec(BodyHtml)?.[1] ?? []);
    return codes.length >= count ? codes : undefined;
  });
}

const Mails = z.object({
  messages: z.record(
    z.string(),
    z.array(
      z.object({
        To: z.array(z.string()),
        BodyText: z.string(),
        BodyHtml: z.string().nullable(),
        Headers: z.array(z.object({ Name: z.string(), Value: z.string() })),
      }),
    ),
  ),
});

/** The mails that went to an address, the oldest first, the pool's included. */
export async function mailsTo(email: string) {
  const { messages } = Mails.parse(await (await fetch(`${address}/_ministack/ses/messages`)).json());
  return Object.values(messages)
    .flat()
    .filter(({ To }) => To.includes(email))
    .map(({ Headers, ...mail }) => ({
      ...mail,
      headers: Object.fromEntries(Headers.map(({ Name, Value }) => [Name, Value])),
    }));
}

/** Where the last mail to an address can be unsubscribed from. */
export async function unsubscribeUrlMailedTo(email: string): Promise<string> {
  const header = (await mailsTo(email)).at(-1)?.headers['List-Unsubscribe'] ?? '';
  return z.string().parse(/^<(.+)>$/.exec(header)?.[1]);
}

const TextMessages = z.object({ sms_messages: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))) });

/** The texts that went to a phone, the oldest first. */
export async function textsSentTo(phone: string): Promise<string[]> {
  const { sms_messages } = TextMessages.parse(await (await fetch(`${address}/_ministack/sns/sms-messages`)).json());
  return (sms_messages[phone] ?? []).map((message) => JSON.stringify(message));
}

const SignedIn = z.object({
  token: z.string(),
  access_token: z.string(),
  refresh_token: z.string(),
  user_id: z.string(),
});

/** Signs in by email. */
export async function signIn(email: string, password = PASSWORD) {
  const reply = await request('POST', '/auth/login', { body: { email, password } });
  if (reply.status !== 200) throw new Error(`login answered ${reply.status} ${JSON.stringify(reply.body)}`);
  return SignedIn.parse(reply.body);
}

/** Somebody with a confirmed account, signed in. */
export async function newPerson(email = newEmail()) {
  await request('POST', '/auth/register', { body: { email, password: PASSWORD } });
  const [code] = await codesMailedTo(email, 1);
  await request('POST', '/auth/confirm', { body: { email, code } });
  return { email, ...(await signIn(email)) };
}

/** The same in a group of the pool, with a token that says so. */
export async function newMember(group: string, email = newEmail()) {
  const { poolId } = await poolIds();
  await newPerson(email);
  await cognito.send(new AdminAddUserToGroupCommand({ UserPoolId: poolId, Username: email, GroupName: group }));
  return { email, ...(await signIn(email)) };
}

/** Calls a trigger's function as the pool would; what it answers, or the error that it ends with. */
export async function invokeTrigger(name: string, event: unknown) {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: `${prefix}-${name}`, Payload: JSON.stringify(event) }),
  );
  const answer = Reply.parse(JSON.parse(Buffer.from(Payload ?? []).toString()));
  return { error: FunctionError === undefined ? undefined : z.string().parse(answer.errorMessage), answer };
}

/** Deploys a function with other settings, as an operator would who has changed `.env`; answers how to undo it. */
export async function configure(name: string, settings: Record<string, string>): Promise<() => Promise<void>> {
  const FunctionName = `${prefix}-${name}`;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const before = Environment?.Variables ?? {};
  const set = async (Variables: Record<string, string>) => {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  };
  await set({ ...before, ...settings });
  return () => set(before);
}
