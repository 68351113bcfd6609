import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { AdminGetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CreatePlatformApplicationCommand, GetEndpointAttributesCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import {
  codes,
  cognito,
  configure,
  inbox,
  newMember,
  newPerson,
  PASSWORD,
  poolIds,
  request,
  sns,
  textsSentTo,
  users,
} from '../support/accounts.ts';
import { inSeconds, until } from '../support/lifecycle.ts';

const newAdmin = () => newMember('admins');
const anExternalId = () => randomBytes(12).toString('hex');
const phone = () => `+48${Math.floor(100_000_000 + Math.random() * 899_999_999)}`;
const withPhone = (number: string) => ({ first_name: 'Ada', last_name: 'Lovelace', phone: number });

describe('a profile', () => {
  it('is read and changed by its owner', async () => {
    const { token, user_id } = await newPerson();
    const before = await request('GET', '/users/me', { token });
    expect(before.body).toMatchObject({ id: user_id, time_zone: 'UTC', locale: 'en', revision: 1 });
    expect(before.body).not.toHaveProperty('pk');

    const body = { ...withPhone('+99999999999999'), time_zone: 'Europe/Warsaw', locale: 'pl' };
    const changed = await request('PATCH', `/users/${user_id}`, { token, body });
    expect(changed).toMatchObject({ status: 200, body: { ...body, revision: 2 } });
    expect(changed.headers.get('etag')).toBe('"2"');
    expect((await request('GET', `/users/${user_id}`, { token })).body).toEqual(changed.body);
  });

  it.each([
    [{ first_name: 'Ada' }, ['last_name', 'phone']],
    [{ ...withPhone('0123') }, ['phone']],
    [{ time_zone: 'Nowhere' }, ['time_zone']],
    [{ locale: '!' }, ['locale']],
    [{ nickname: 'x', locale: 'pl' }, ['nickname']],
    [{}, ['body']],
  ])('is not changed by %j', async (body, fields) => {
    const { token } = await newPerson();
    const reply = await request('PATCH', '/users/me', { token, body });
    expect(reply).toMatchObject({ status: 400, body: { errors: fields.map((field) => ({ field })) } });
    expect((await request('GET', '/users/me', { token })).body.revision).toBe(1);
  });

  it('is nobody else’s, whether it exists or not; administrators read any', async () => {
    const [ada, bob, admin] = [await newPerson(), await newPerson(), await newAdmin()];
    for (const id of [bob.user_id, 'nobody']) {
      expect((await request('GET', `/users/${id}`, { token: ada.token })).status).toBe(403);
      const body = { locale: 'pl' };
      expect((await request('PATCH', `/users/${id}`, { token: ada.token, body })).status).toBe(403);
      expect((await request('DELETE', `/users/${id}`, { token: ada.token })).status).toBe(403);
    }
    expect((await request('GET', `/users/${bob.user_id}`, { token: admin.token })).body.email).toBe(bob.email);
    expect((await request('GET', '/users/nobody', { token: admin.token })).status).toBe(404);
    expect((await request('GET', '/users/me')).status).toBe(401);
  });
});

describe('an external id', () => {
  const set = (token: string, id: string, external_id: string) =>
    request('PUT', `/users/${id}/external-id`, { token, body: { external_id } });
  const remove = (token: string, id: string) => request('DELETE', `/users/${id}/external-id`, { token });

  it('is set by an administrator, shown to its user, found in either case, and replaced', async () => {
    const [admin, ada] = [await newAdmin(), await newPerson()];
    const [first, second] = [anExternalId(), anExternalId()];
    expect((await request('GET', '/users/me', { token: ada.token })).body).not.toHaveProperty('external_id');
    const answer = await set(admin.token, ada.user_id, first.toUpperCase());
    expect(answer).toMatchObject({ status: 200, body: { id: ada.user_id, external_id: first, revision: 2 } });
    expect((await set(admin.token, ada.user_id, first)).body).toEqual(answer.body);
    expect((await request('GET', '/users/me', { token: ada.token })).body).toEqual(answer.body);
    const asked = [first, first.toUpperCase(), second];
    expect(await users.findIdsByExternal(asked)).toEqual(
      new Map([
        [first, ada.user_id],
        [first.toUpperCase(), ada.user_id],
      ]),
    );
    expect((await set(admin.token, ada.user_id, second)).body).toMatchObject({ external_id: second, revision: 3 });
    expect(await users.findIdsByExternal(asked)).toEqual(new Map([[second, ada.user_id]]));
  });

  it('is one user’s, until it is taken away or the user leaves', async () => {
    const [admin, ada, bob] = [await newAdmin(), await newPerson(), await newPerson()];
    const id = anExternalId();
    const settings = await Promise.all([ada, bob].map(({ user_id }) => set(admin.token, user_id, id)));
    expect(settings.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [owner, other] = settings[0]?.status === 200 ? [ada, bob] : [bob, ada];
    expect((await set(admin.token, other.user_id, id)).body.type).toBe('urn:carillon:problem:external-id-taken');
    expect((await request('GET', '/users/me', { token: other.token })).body).not.toHaveProperty('external_id');
    for (let again = 0; again < 2; again++) expect((await remove(admin.token, owner.user_id)).status).toBe(204);
    expect((await request('GET', '/users/me', { token: owner.token })).body).not.toHaveProperty('external_id');
    expect((await set(admin.token, other.user_id, id)).status).toBe(200);
    expect((await request('DELETE', '/users/me', { token: other.token })).status).toBe(204);
    expect(await users.findIdsByExternal([id])).toEqual(new Map());
    expect((await set(admin.token, owner.user_id, id)).status).toBe(200);
  });

  it('is nothing that people set for themselves, nor for nobody, nor in another form', async () => {
    const [admin, ada] = [await newAdmin(), await newPerson()];
    expect((await set(ada.token, 'me', anExternalId())).status).toBe(403);
    expect((await remove(ada.token, ada.user_id)).status).toBe(403);
    expect((await set(admin.token, 'nobody', anExternalId())).status).toBe(404);
    expect((await remove(admin.token, 'nobody')).status).toBe(404);
    for (const wrong of ['', 'abc', 'g'.repeat(24), 'a'.repeat(25), ` ${'a'.repeat(23)}`]) {
      const answer = await set(admin.token, ada.user_id, wrong);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'external_id' }] } });
    }
  });
});

describe('a phone', () => {
  it('is verified by the code that it gets, and another one has to be verified again', async () => {
    const { token } = await newPerson();
    const number = phone();
    const verify = '/users/me/contact-points/sms/verify';
    expect((await request('POST', verify, { token })).body.type).toBe('urn:carillon:problem:no-phone');
    await request('PATCH', '/users/me', { token, body: withPhone(number) });
    expect((await request('POST', verify, { token })).status).toBe(202);

    const again = await request('POST', verify, { token });
    expect([again.status, again.body.type]).toEqual([429, 'urn:carillon:problem:codes-limited']);
    const wait = Number(again.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);

    const code = /code is (\d{6})/.exec((await textsSentTo(number))[0] ?? '')?.[1];
    const confirm = '/users/me/contact-points/sms/confirm';
    const wrong = code === '000000' ? '111111' : '000000';
    expect((await request('POST', confirm, { token, body: { code: wrong } })).status).toBe(400);
    const confirmed = await request('POST', confirm, { token, body: { code } });
    expect(confirmed.body.contact_points).toContainEqual(
      expect.objectContaining({ channel: 'sms', address: number, verified: true }),
    );
    const used = await request('POST', confirm, { token, body: { code } });
    expect([used.status, used.body.type]).toEqual([409, 'urn:carillon:problem:no-code-pending']);
    expect((await request('POST', verify, { token })).body.type).toBe('urn:carillon:problem:already-verified');

    await request('PATCH', '/users/me', { token, body: withPhone(phone()) });
    expect((await request('GET', '/users/me/contact-points', { token })).body.contact_points).toContainEqual(
      expect.objectContaining({ channel: 'sms', verified: false }),
    );
  });

  it('is not verified by guessing, not even in parallel', async () => {
    const { token } = await newPerson();
    const number = phone();
    await request('PATCH', '/users/me', { token, body: withPhone(number) });
    await request('POST', '/users/me/contact-points/sms/verify', { token });
    const code = /code is (\d{6})/.exec((await textsSentTo(number))[0] ?? '')?.[1] ?? '';
    const confirm = (guess: string) =>
      request('POST', '/users/me/contact-points/sms/confirm', { token, body: { code: guess } });
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    await Promise.all(Array.from({ length: 5 }, () => confirm(wrong)));
    const worn = await confirm(code);
    expect([worn.status, worn.body.type]).toEqual([400, 'urn:carillon:problem:code-worn-out']);
  });
});

it('an email is verified by signing up, and a webhook has to be Discord’s', async () => {
  const { token } = await newPerson();
  const email = await request('POST', '/users/me/contact-points/email/verify', { token });
  expect([email.status, email.body.type]).toEqual([409, 'urn:carillon:problem:email-verified-by-sign-up']);
  for (const body of [{}, { address: 'http://169.254.169.254/latest' }, { address: 'https://example.com/hook' }]) {
    const reply = await request('POST', '/users/me/contact-points/discord/verify', { token, body });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: 'address' }] } });
  }
});

describe('a Discord webhook', () => {
  const posts: string[] = [];
  const discord = createServer((incoming, answer) => {
    let body = '';
    incoming.on('data', (chunk) => {
      body += chunk;
    });
    incoming.on('end', () => {
      posts.push(body);
      const gone = incoming.url?.includes('/404/');
      answer.writeHead(gone ? 404 : 200, { 'content-type': 'application/json' }).end(gone ? '{}' : '{"id":"1"}');
    });
  });
  let origin = '';
  let undo = async (): Promise<void> => undefined;

  beforeAll(async () => {
    await new Promise<void>((resolve) => discord.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${z.object({ port: z.number() }).parse(discord.address()).port}`;
    undo = await configure('users-api', { DISCORD_ORIGINS: origin });
  });
  afterAll(async () => {
    await undo();
    discord.close();
  });

  it('is verified by the code that is posted there, and its secret is not told again', async () => {
    const { token, user_id } = await newPerson();
    const address = `${origin}/api/webhooks/1/secret-part`;
    const path = '/users/me/contact-points/discord';
    expect((await request('POST', `${path}/verify`, { token, body: { address } })).status).toBe(202);
    expect((await users.find(user_id))?.contact_points.discord).toEqual({ address });
    const code = /code is (\d{6})/.exec(posts.at(-1) ?? '')?.[1];
    const confirmed = await request('POST', `${path}/confirm`, { token, body: { code } });
    expect(confirmed.body.contact_points).toContainEqual(
      expect.objectContaining({ channel: 'discord', verified: true }),
    );
    expect(JSON.stringify(confirmed.body)).not.toContain('secret-part');
    expect((await users.find(user_id))?.contact_points.discord).toMatchObject({
      address,
      verified_at: expect.any(String),
    });
  });

  it('that Discord does not know is refused', async () => {
    const { token } = await newPerson();
    const body = { address: `${origin}/api/webhooks/404/gone` };
    const reply = await request('POST', '/users/me/contact-points/discord/verify', { token, body });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: 'address' }] } });
  });
});

describe('a device', () => {
  let undo = async (): Promise<void> => undefined;

  /** What an operator does who wants push to Android: a platform application, and its ARN in the settings. */
  beforeAll(async () => {
    const Attributes = { PlatformCredential: 'key' };
    const { PlatformApplicationArn = '' } = await sns.send(
      new CreatePlatformApplicationCommand({ Name: `devices-${randomUUID()}`, Platform: 'GCM', Attributes }),
    );
    undo = await configure('users-api', {
      PUSH_APNS_APPLICATION_ARN: '',
      PUSH_FCM_APPLICATION_ARN: PlatformApplicationArn,
    });
  });
  afterAll(() => undo());

  const add = (token: string, body: unknown, key?: string) =>
    request('POST', '/users/me/devices', { token, body, ...(key === undefined ? {} : { key }) });

  it('is added once however often it comes, and removed once', async () => {
    const { token, user_id } = await newPerson();
    const phoneToken = randomUUID();
    const body = { platform: 'fcm', token: phoneToken };
    const added = await add(token, body, 'the same');
    expect(added).toMatchObject({ status: 201, body: { platform: 'fcm' } });
    expect(added.headers.get('location')).toBe(`/api/v1/users/${user_id}/devices/${added.body.id}`);
    expect((await add(token, body, 'the same')).body).toEqual(added.body);
    expect((await add(token, body)).body).toEqual(added.body);
    expect((await add(token, { ...body, token: randomUUID() }, 'the same')).status).toBe(422);

    const device = (await users.find(user_id))?.devices[0];
    const attributes = new GetEndpointAttributesCommand({ EndpointArn: device?.endpoint_arn });
    expect((await sns.send(attributes)).Attributes).toMatchObject({ Token: phoneToken, Enabled: 'true' });
    expect((await request('GET', '/users/me', { token })).body.devices).toEqual([added.body]);

    const path = `/users/me/devices/${added.body.id}`;
    expect((await request('DELETE', path, { token })).status).toBe(204);
    expect((await request('DELETE', path, { token })).status).toBe(404);
  });

  it('comes back when the app hands in its token again', async () => {
    const { token, user_id } = await newPerson();
    const body = { platform: 'fcm', token: randomUUID() };
    const { id } = (await add(token, body)).body;
    await users.disableDevice(user_id, String(id), new Date());
    await users.disableDevice(user_id, 'another', new Date());
    expect((await users.find(user_id))?.devices).toMatchObject([{ id, disabled_at: expect.any(String) }]);
    const again = await add(token, body);
    expect(again.body.id).toBe(id);
    expect(again.body).not.toHaveProperty('disabled_at');
  });

  it('needs a platform that the operator has set up', async () => {
    const { token } = await newPerson();
    for (const platform of ['apns', 'pager']) {
      const reply = await add(token, { platform, token: 'abc' });
      expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: 'platform' }] } });
    }
  });
});

describe('a removed account', () => {
  it('leaves nothing in the pool and the tables, frees the email, and may be removed again', async () => {
    const { token, user_id, email } = await newPerson();
    const { poolId } = await poolIds();
    const guest = await newPerson();
    const starts_at = { at: '2030-01-01T09:00:00', timeZone: 'Europe/Warsaw' };
    const tea = { title: 'Tea', starts_at, members: [{ user_id: guest.user_id }] };
    const event = await request('POST', '/events', { token, body: tea });
    const shared = await request('POST', '/events', { token: guest.token, body: { ...tea, members: [{ user_id }] } });
    const reminders = await Promise.all(
      [token, guest.token].map(async (whose) => {
        const schedule = { eventId: event.body.id, before: 'PT30M' };
        const body = { title: 'Soon', message: 'Tea is on', schedule, channels: ['inbox'] };
        return request('POST', '/reminders', { token: whose, body });
      }),
    );
    expect([event, shared, ...reminders].map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const created_at = new Date().toISOString();
    await inbox.add({ user_id, key: 'REMINDER', data: {}, created_at, source_id: randomUUID() });
    await request('PATCH', '/users/me', { token, body: withPhone(phone()) });
    await request('POST', '/users/me/contact-points/sms/verify', { token });

    for (let run = 0; run < 2; run++) expect((await request('DELETE', '/users/me', { token })).status).toBe(204);
    expect((await request('GET', '/users/me', { token })).status).toBe(404);
    expect(await users.findUser(user_id)).toBeUndefined();
    expect(await codes.findCode(user_id, 'sms')).toBeUndefined();
    expect(await users.findIdByEmail(email)).toBeUndefined();
    expect(await inbox.count(user_id)).toEqual({ elements: 0, unread: 0 });
    const [own, ofGuest] = reminders.map(({ body }) => `/reminders/${body.id}`);
    expect((await request('GET', own ?? '', { token })).status).toBe(404);
    const left = await request('GET', ofGuest ?? '', { token: guest.token });
    expect(left.body).toMatchObject({ status: 'CANCELLED' });
    expect((await request('GET', `/events/${event.body.id}`, { token: guest.token })).status).toBe(404);
    const members = (await request('GET', `/events/${shared.body.id}`, { token: guest.token })).body.members;
    expect(JSON.stringify(members)).not.toContain(user_id);
    const inPool = cognito.send(new AdminGetUserCommand({ UserPoolId: poolId, Username: user_id }));
    await expect(inPool).rejects.toMatchObject({ name: 'UserNotFoundException' });
    expect((await request('POST', '/auth/login', { body: { email, password: PASSWORD } })).status).toBe(401);
    expect((await request('POST', '/auth/register', { body: { email, password: PASSWORD } })).status).toBe(201);
  });

  it('takes along a reminder that has gone off, with the trace of it', async () => {
    const { token, user_id } = await newPerson();
    const at = inSeconds(3);
    const body = { title: 'Now', message: 'It is time', schedule: { at, timeZone: 'UTC' }, channels: ['inbox'] };
    const path = `/reminders/${(await request('POST', '/reminders', { token, body })).body.id}`;
    await until('the delivery', async () => {
      const { body } = await request('GET', `${path}/occurrences`, { token });
      return /DELIVERED/.test(JSON.stringify(body)) ? body : undefined;
    });
    expect((await inbox.count(user_id)).elements).toBe(1);
    expect((await request('DELETE', '/users/me', { token })).status).toBe(204);
    expect((await inbox.count(user_id)).elements).toBe(0);
    expect((await request('GET', path, { token })).status).toBe(404);
    expect((await request('GET', `${path}/occurrences`, { token })).status).toBe(404);
  });

  it('is finished by asking again when it stopped halfway; nothing reaches the person meanwhile', async () => {
    const { token, user_id, email } = await newPerson();
    await users.markLeaving(user_id, new Date());
    expect((await users.findMany([user_id])).size).toBe(0);
    const login = await request('POST', '/auth/login', { body: { email, password: PASSWORD } });
    expect([login.status, login.body.type]).toEqual([409, 'urn:carillon:problem:account-leaving']);
    expect((await request('DELETE', '/users/me', { token })).status).toBe(204);
    expect(await users.findUser(user_id)).toBeUndefined();
  });

  it('is removed by an administrator too', async () => {
    const [admin, person] = [await newAdmin(), await newPerson()];
    expect((await request('DELETE', `/users/${person.user_id}`, { token: admin.token })).status).toBe(204);
    expect(await users.findUser(person.user_id)).toBeUndefined();
  });
});
