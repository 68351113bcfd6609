import { describe, expect, it } from '@jest/globals';
import { api } from '../../src/shared/http/api.ts';
import type { RawRequest, Route } from '../../src/shared/http/route.ts';
import { ownId, ownOrAdminId } from '../../src/users/access.ts';
import { contactPointsOf, profileChange } from '../../src/users/routes/schemas.ts';
import { confirmUser, setContactPoint } from '../../src/users/user.ts';
import { CodesLimited } from '../../src/users/verification.ts';
import { call } from '../support/call.ts';

const issues = (body: unknown) =>
  profileChange.safeParse(body).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a profile change', () => {
  it.each([
    [{ first_name: 'Ada', last_name: 'Lovelace', phone: '+48123456789' }],
    [{ first_name: 'Ada', last_name: 'Lovelace', phone: '+999999999999999' }],
    [{ time_zone: 'Europe/Warsaw' }],
    [{ locale: 'pt-BR' }],
    [{ preferred_channels: ['sms', 'inbox'] }],
  ])('may be %j', (body) => {
    expect(issues(body)).toBeUndefined();
  });

  it('names what is missing of name and phone', () => {
    expect(issues({ first_name: 'Ada' })).toEqual([
      'last_name: is missing: it comes together with first_name',
      'phone: is missing: it comes together with first_name',
    ]);
    expect(issues({ last_name: 'L', phone: '+48123456789', locale: 'pl' })).toEqual([
      'first_name: is missing: it comes together with last_name and phone',
    ]);
  });

  it.each([
    [{}, /at least one/],
    [{ nickname: 'x' }, /nickname|Unrecognized/],
    [{ time_zone: 'Mars/Base' }, /time_zone/],
    [{ time_zone: '+02:00' }, /time_zone/],
    [{ locale: 'not a tag' }, /locale/],
    [{ locale: 5 }, /locale/],
    [{ preferred_channels: [] }, /preferred_channels/],
    [{ preferred_channels: ['sms', 'sms'] }, /once/],
    [{ preferred_channels: ['fax'] }, /preferred_channels/],
    [{ first_name: '  ', last_name: 'L', phone: '+48123456789' }, /first_name/],
    [{ first_name: 'A\u0000', last_name: 'L', phone: '+48123456789' }, /control/],
    [{ first_name: 'A', last_name: 'L', phone: '48123456789' }, /E\.164/],
    [{ first_name: 'A', last_name: 'L', phone: '+48 123 456 789' }, /E\.164/],
    [{ first_name: 'A', last_name: 'L', phone: '+0123' }, /E\.164/],
    [{ first_name: null, last_name: 'L', phone: '+48123456789' }, /first_name/],
  ])('is refused when it is %j', (body, reason) => {
    expect(issues(body)?.join('\n')).toMatch(reason);
  });
});

describe('access', () => {
  const me = { userId: 'u1', groups: [] };
  const admin = { userId: 'u0', groups: ['admins'] };

  it('is to oneself, by id or as `me`', () => {
    expect([ownId(me, 'me'), ownId(me, 'u1'), ownOrAdminId(me, 'me'), ownOrAdminId(admin, 'me')]).toEqual([
      'u1',
      'u1',
      'u1',
      'u0',
    ]);
  });

  it('is to others for administrators only, and never to change them', () => {
    expect(ownOrAdminId(admin, 'u1')).toBe('u1');
    expect(() => ownOrAdminId(me, 'u2')).toThrow('This is not yours');
    expect(() => ownOrAdminId({ userId: 'u1', groups: ['staff'] }, 'u2')).toThrow('This is not yours');
    expect(() => ownId(admin, 'u1')).toThrow('This is not yours');
  });
});

it('a list of contact points keeps the secret of a webhook', () => {
  const now = new Date('2026-12-01T08:00:00.000Z');
  const identity = { id: 'u1', userName: 'ada', email: 'ada@example.com', emailVerified: true };
  const webhook = 'https://discord.com/api/webhooks/123/secret';
  const person = setContactPoint(confirmUser(identity, undefined, now), 'discord', webhook, undefined, now);
  expect(contactPointsOf(person).contact_points).toEqual([
    { channel: 'email', address: 'ada@example.com', verified: true, verified_at: now.toISOString() },
    { channel: 'discord', address: 'https://discord.com/api/webhooks/123/…', verified: false },
  ]);
});

it('tells in the header when the next code may be asked for', async () => {
  const limited: Route<undefined> = {
    contract: {
      method: 'POST',
      path: '/x',
      tag: '',
      summary: '',
      params: profileChange,
      query: profileChange,
      body: profileChange,
      replies: {},
      errors: [],
    },
    authenticated: false,
    run: async (_: RawRequest) => {
      throw new CodesLimited(undefined, 42);
    },
  };
  const reply = await call(api([limited], undefined), { routeKey: 'POST /x' });
  expect(reply.status).toBe(429);
  expect(reply.headers).toMatchObject({ 'retry-after': '42', 'content-type': 'application/problem+json' });
  expect(reply.body).toMatchObject({ type: 'urn:carillon:problem:codes-limited', status: 429 });
});
