import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { newPerson as newAccount, newMember as newAccountIn } from '../support/accounts.ts';
import { address } from '../support/where.ts';

const Body = z.record(z.string(), z.unknown());

export interface Ask {
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty when the answer has none; of an array, its `items`. */
  readonly body: z.infer<typeof Body>;
}

/** One request to the API, right or wrong, as a client on the internet would make it. */
export async function ask(method: string, path: string, { token, body, text, headers }: Ask = {}): Promise<Answer> {
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: token }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const received = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: bodyOf(received, answer.headers.get('content-type') ?? ''),
  };
}

/** A page is its text. */
function bodyOf(received: string, type: string): z.infer<typeof Body> {
  if (received === '') return {};
  if (type.startsWith('text/html')) return { page: received };
  const body: unknown = JSON.parse(received);
  return Array.isArray(body) ? { items: body } : Body.parse(body);
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
  ask(method: string, path: string, request?: Omit<Ask, 'token'>): Promise<Answer>;
}

export const newEmail = (name: string) => `${name}-${randomUUID().slice(0, 8)}@example.com`;

/** Somebody with a confirmed account, signed in, who can ask things. */
export async function newPerson(name: string, email = newEmail(name)): Promise<Person> {
  const account = await newAccount(email);
  return personWith(account.token, { id: account.user_id, email, refreshToken: account.refresh_token });
}

/** Somebody in a group of the pool. */
export async function newMember(name: string, group: string, email = newEmail(name)): Promise<Person> {
  const account = await newAccountIn(group, email);
  return personWith(account.token, { id: account.user_id, email, refreshToken: account.refresh_token });
}

/** The same person with another token. */
function personWith(token: string, who: Pick<Person, 'id' | 'email' | 'refreshToken'>): Person {
  const bearer = `Bearer ${token}`;
  return { ...who, token: bearer, ask: (method, path, request) => ask(method, path, { ...request, token: bearer }) };
}

/** The answer, if it has the status; otherwise the test fails and shows it. */
export function expectStatus(status: number, answer: Answer): Answer {
  if (answer.status !== status)
    throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
  return answer;
}
