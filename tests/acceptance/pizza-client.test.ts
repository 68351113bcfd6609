import { randomUUID } from 'node:crypto';
import {
  AdminConfirmSignUpCommand,
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  DeleteUserCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { codesMailedTo, poolIds } from '../support/accounts.ts';
import { aws } from '../support/tables.ts';
import { until } from '../support/until.ts';
import { address } from '../support/where.ts';

/**
 * A client as the existing service has it: it signs up, confirms and signs in through Cognito's own API, finds its user id in the id token,
 * and sends that token as it is. It knows this service by the address and the ids of the pool alone.
 */
const cognito = new CognitoIdentityProviderClient(aws);
const base = `${address}/api/v1`;
const PASSWORD = 'Qwerty12';

let UserPoolId = '';
let ClientId = '';
beforeAll(async () => {
  ({ poolId: UserPoolId, clientId: ClientId } = await poolIds());
});

const Order = z.strictObject({
  id: z.uuid(),
  user_id: z.string(),
  created_at: z.iso.datetime(),
  address: z.string(),
  additional_phone: z.string().nullable(),
  note: z.string().nullable(),
  status: z.string(),
});
const Done = z.strictObject({ message: z.string(), order: Order });
const Orders = z.array(Order);
const Claims = z.object({ sub: z.string(), 'custom:dynamo_user_id': z.string(), email: z.string() });

const signUp = (Username: string, email: string) =>
  cognito.send(
    new SignUpCommand({ ClientId, Username, Password: PASSWORD, UserAttributes: [{ Name: 'email', Value: email }] }),
  );

async function signIn(USERNAME: string) {
  const { AuthenticationResult } = await cognito.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    }),
  );
  const { IdToken = '', AccessToken = '' } = AuthenticationResult ?? {};
  const claims = Claims.parse(JSON.parse(Buffer.from(IdToken.split('.')[1] ?? '', 'base64url').toString()));
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(path.startsWith('http') ? path : `${base}${path}`, {
      method,
      headers: { authorization: IdToken, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    return { status: response.status, body: answer, headers: response.headers };
  };
  return { userId: claims['custom:dynamo_user_id'], claims, AccessToken, call };
}
type Client = Awaited<ReturnType<typeof signIn>>;

/** As the existing service's own tests make one: any user name, an email that many have, confirmed by an administrator. */
async function newClient(): Promise<Client> {
  const name = randomUUID().replaceAll('-', '');
  await signUp(name, 'example@example.com');
  await cognito.send(new AdminConfirmSignUpCommand({ UserPoolId, Username: name }));
  return signIn(name);
}

const order = async (client: Client, body: object = { address: 'Mokotowska 1' }) => {
  const answer = await client.call('POST', '/pizza-orders', body);
  expect(answer).toMatchObject({ status: 201 });
  return Done.parse(answer.body).order;
};

const receive = (client: Client, id: string) => client.call('POST', `/pizza-orders/${id}/receive`);

async function list(client: Client, query = ''): Promise<z.output<typeof Order>[]> {
  const answer = await client.call('GET', `/pizza-orders${query}`);
  expect(answer.status).toBe(200);
  return Orders.parse(answer.body);
}

/** Tries until it is there, as one would who waits at the door. */
const received = (client: Client, id: string) =>
  until('the receipt', async () => {
    const answer = await receive(client, id);
    if (answer.status === 404) return undefined;
    return answer;
  });

const listed = (client: Client, id: string, status: string) =>
  until(`the order to be ${status}`, async () =>
    (await list(client, `?status=${status}`)).find((each) => each.id === id),
  );

describe('an account', () => {
  it('is made through Cognito alone: sign-up, the code from the mail, sign-in', async () => {
    const name = randomUUID();
    const email = `${name}@example.com`;
    const { UserSub } = await signUp(name, email);
    const [ConfirmationCode] = await codesMailedTo(email, 1);
    await cognito.send(new ConfirmSignUpCommand({ ClientId, Username: name, ConfirmationCode }));
    const { userId, claims } = await signIn(name);
    expect(claims).toMatchObject({ sub: UserSub, 'custom:dynamo_user_id': userId, email });
    const { UserAttributes } = await cognito.send(new AdminGetUserCommand({ UserPoolId, Username: name }));
    expect(UserAttributes).toContainEqual({ Name: 'custom:dynamo_user_id', Value: userId });
  });

  it('gets its name and phone, all three of them', async () => {
    const ada = await newClient();
    const given = { first_name: 'Ada', last_name: 'Lovelace', phone: '+7123129124' };
    const changed = await ada.call('PATCH', `/users/${ada.userId}`, given);
    expect(changed).toMatchObject({ status: 200, body: { id: ada.userId, ...given } });
    for (const missing of ['first_name', 'last_name', 'phone']) {
      const two = Object.fromEntries(Object.entries(given).filter(([field]) => field !== missing));
      const refused = await ada.call('PATCH', `/users/${ada.userId}`, two);
      expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining('is missing') } });
    }
  });

  it('ends through Cognito, too', async () => {
    const ada = await newClient();
    await cognito.send(new DeleteUserCommand({ AccessToken: ada.AccessToken }));
  });
});

describe('an order', () => {
  it('is created with all fields, which are stored as given', async () => {
    const ada = await newClient();
    const given = { address: 'Dom 33, apt. 7', additional_phone: '8 (912) 112-12-12', note: 'Хочу есть' };
    const before = Date.now();
    const { status, body, headers } = await ada.call('POST', '/pizza-orders', given);
    expect([status, headers.get('content-type')]).toEqual([201, 'application/json']);
    const { message, order } = Done.parse(body);
    expect(message).toBe('Order is created');
    expect(order).toMatchObject({ ...given, user_id: ada.userId, status: 'PREPARING' });
    expect(Date.parse(order.created_at)).toBeGreaterThan(before - 5000);
  });

  it('is created with an address only', async () => {
    const ada = await newClient();
    expect(await order(ada)).toMatchObject({ address: 'Mokotowska 1', additional_phone: null, note: null });
    expect(await order(ada, { address: 'A', additional_phone: null, note: null })).toMatchObject({ note: null });
  });

  it('needs an address', async () => {
    const ada = await newClient();
    const bodies = [
      undefined,
      {},
      { note: 'no olives' },
      ...[null, '', '  ', 7, ['A'], {}].map((address) => ({ address })),
    ];
    for (const body of bodies) {
      const answer = await ada.call('POST', '/pizza-orders', body);
      expect(answer).toMatchObject({ status: 400, body: { message: 'Address is empty' } });
    }
    expect(await list(ada, '?status=in_process')).toEqual([]);
  });

  it('is received when it is there: not before, and once', async () => {
    const ada = await newClient();
    const { id, created_at } = await order(ada);
    const early = await receive(ada, id);
    expect(early).toMatchObject({ status: 404, body: { message: expect.any(String) } });
    const inTime = await received(ada, id);
    expect(inTime.status).toBe(200);
    expect(Done.parse(inTime.body).order).toMatchObject({ id, created_at, user_id: ada.userId, status: 'RECEIVED' });
    for (let again = 0; again < 2; again++) {
      const twice = await receive(ada, id);
      expect(twice).toMatchObject({ status: 409, body: { message: 'The order was received before' } });
      expect(JSON.stringify(twice.body)).not.toMatch(/token|task/i);
    }
    expect(await list(ada)).toMatchObject([{ id, status: 'RECEIVED' }]);
  });

  it('is received once by all who try at the same moment', async () => {
    const ada = await newClient();
    const { id } = await order(ada);
    await listed(ada, id, 'WAITING_FOR_RECEIPT');
    const answers = await Promise.all(Array.from({ length: 8 }, () => receive(ada, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
  });

  it('that nobody receives in time is over', async () => {
    const ada = await newClient();
    const { id } = await order(ada);
    await listed(ada, id, 'NOT_RECEIVED');
    const late = await receive(ada, id);
    expect(late).toMatchObject({ status: 409, body: { message: 'The order was not received in time' } });
  });

  it('that does not exist, or is somebody else’s, is not received', async () => {
    const [ada, ben] = [await newClient(), await newClient()];
    expect((await receive(ada, randomUUID())).status).toBe(404);
    const { id } = await order(ada);
    await listed(ada, id, 'WAITING_FOR_RECEIPT');
    expect((await receive(ben, id)).status).toBe(404);
    expect((await receive(ada, id)).status).toBe(200);
  });

  it('asks for a token that holds', async () => {
    const nobody = await fetch(`${base}/pizza-orders`, { headers: { authorization: 'nonsense' } });
    expect(nobody.status).toBe(401);
  });
});

describe('the list', () => {
  it('shows one’s own orders by status, in large or small letters', async () => {
    const [ada, ben] = [await newClient(), await newClient()];
    const first = await order(ada);
    const second = await order(ada, { address: 'Mokotowska 2' });
    await order(ben);
    expect((await list(ada, '?status=in_process')).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((await received(ada, first.id)).status).toBe(200);
    expect((await list(ada)).map(({ id }) => id)).toEqual([first.id]);
    expect((await list(ada, '?status=received&limit=10')).map(({ id }) => id)).toEqual([first.id]);
    expect((await list(ada, '?status=IN_PROCESS')).map(({ id }) => id)).toEqual([second.id]);
    expect(await list(ben)).toEqual([]);
  });

  it('goes on where Link leads', async () => {
    const ada = await newClient();
    const placed: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { id } = await order(ada, { address: `Mokotowska ${n}` });
      expect((await ada.call('POST', `/pizza-orders/${id}/cancel`)).status).toBe(200);
      placed.push(id);
    }
    const pages: string[][] = [];
    let url: string | undefined = `${base}/pizza-orders?status=CANCELLED&limit=2`;
    while (url !== undefined) {
      const { body, headers } = await ada.call('GET', url);
      pages.push(Orders.parse(body).map(({ id }) => id));
      const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      url = next && new URL(next, url).href;
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(placed.toReversed());
  });

  it('refuses what is no status, no limit and no cursor of its own, and says what is', async () => {
    const ada = await newClient();
    const refusal = async (query: string) => {
      const { status, body } = await ada.call('GET', `/pizza-orders?${query}`);
      expect(status).toBe(400);
      return z.object({ message: z.string() }).parse(body).message;
    };
    expect(await refusal('status=EATEN')).toMatch(/^Status must be one of PREPARING, .*RECEIVED/);
    for (const limit of ['0', '101', 'many', '1.5', ''])
      expect(await refusal(`limit=${limit}`)).toBe('Limit must be a whole number from 1 to 100');
    for (const cursor of ['abc', 'a'.repeat(2001)])
      expect(await refusal(`cursor=${cursor}`)).toBe('Cursor is not one that this list has handed out');
  });
});
