import { randomUUID } from 'node:crypto';
import { CreatePlatformApplicationCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DomainRoute, loadRoutes } from '../../local/routes.ts';
import { configure, sns } from '../support/accounts.ts';
import { forgedTokens, renewedToken } from './forged-tokens.ts';
import { badBodies, badParams, badQueries } from './malformed.ts';
import { type Answer, type Ask, ask, newMember, newPerson, type Person } from './person.ts';
import { type Prepared, prepare } from './route-fixtures.ts';

const routes = await loadRoutes();
const nameOf = ({ contract }: DomainRoute) => `${contract.method} ${contract.path}`;
const each = routes.map((route) => [nameOf(route), route] as const);

/** By the first word of the path: what somebody gets who asks for another person's things. */
const STRANGERS_GET: Readonly<Record<string, number>> = {
  users: 403,
  notifications: 403,
  admin: 403,
  // Whether they exist is not told.
  events: 404,
  groups: 404,
  invitations: 404,
  reminders: 404,
  occurrences: 404,
  alerts: 404,
  'pizza-orders': 404,
  game: 404,
};

/** What these paths and queries name is nobody's: everybody may. */
const FOR_EVERYBODY = [
  'GET /api/v1/alerts/fetch_all/{filter}',
  'GET /api/v1/game/events/{id}',
  'GET /api/v1/game/events/{id}/standings',
  'POST /api/v1/game/events/{id}/tickets',
  'GET /api/v1/game/territories',
  'GET /api/v1/game/users/{id}/territory',
];

/** What everybody asks of what is theirs alone: of these people only the owner has anything to mine with. */
const NEEDS_HOLDINGS = 'POST /api/v1/game/mining/claim';

/** Of the game what only its administrators may. */
const GAME_ADMINS_MAY = [
  'POST /api/v1/game/events',
  'PATCH /api/v1/game/events/{id}',
  'POST /api/v1/game/events/{id}/cancel',
  'POST /api/v1/game/grants',
  'GET /api/v1/game/wallets/{user_id}/audit',
];

/** What only members of a group of the pool may, whoever it is about. */
const GROUPS_MAY = [
  'POST /api/v1/notifications/create',
  'POST /api/v1/templates/preview',
  'POST /api/v1/admin/redrives',
  'GET /api/v1/admin/redrives',
  ...GAME_ADMINS_MAY,
];

/** Where administrators may what is otherwise the owner's alone. */
const ADMINS_MAY = [
  'GET /api/v1/notifications/{id}',
  'GET /api/v1/users/{id}',
  'GET /api/v1/users/{id}/contact-points',
  'DELETE /api/v1/users/{id}',
  'GET /api/v1/users/{id}/preferences',
  'PUT /api/v1/users/{id}/external-id',
  'DELETE /api/v1/users/{id}/external-id',
  'POST /api/v1/templates/preview',
  'POST /api/v1/admin/redrives',
  'GET /api/v1/admin/redrives',
  'GET /api/v1/admin/redrives/{id}',
  'GET /api/v1/admin/suppressions',
  'DELETE /api/v1/admin/suppressions/{id}',
  ...GAME_ADMINS_MAY,
];

let olga: Person;
let stranger: Person;
let admin: Person;
let forged: Record<string, string | undefined>;
let undo: () => Promise<void>;

beforeAll(async () => {
  olga = await newPerson('olga');
  stranger = await newPerson('stranger');
  admin = await newMember('admin', 'admins');
  forged = await forgedTokens(olga.token);
  const application = { Name: `access-${randomUUID()}`, Platform: 'GCM', Attributes: { PlatformCredential: 'key' } };
  const { PlatformApplicationArn = '' } = await sns.send(new CreatePlatformApplicationCommand(application));
  undo = await configure('users-api', {
    PUSH_APNS_APPLICATION_ARN: '',
    PUSH_FCM_APPLICATION_ARN: PlatformApplicationArn,
  });
});

afterAll(() => undo());

const prepared = (route: DomainRoute, owner: Person): Promise<Prepared> => {
  const how = prepare[nameOf(route)];
  if (!how) throw new Error(`add what ${nameOf(route)} needs to route-fixtures.ts`);
  return how(owner);
};

const pathOf = ({ contract }: DomainRoute, { params = {} }: Prepared) =>
  contract.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');

const send = (route: DomainRoute, request: Prepared, token: string | undefined, more: Partial<Ask> = {}) => {
  const path = `${pathOf(route, request)}${request.query ? `?${request.query}` : ''}`;
  return ask(route.contract.method, path, {
    token,
    body: request.body,
    ...request.sent,
    ...more,
    headers: { ...request.sent?.headers, ...more.headers },
  });
};

const successOf = ({ contract }: DomainRoute) => Number(Object.keys(contract.replies).find((status) => status < '300'));

/** What the owner sees of what the request is about: the same before and after whatever was refused. */
async function seen(route: DomainRoute, request: Prepared): Promise<unknown> {
  const [, , , domain = '', id] = pathOf(route, request).split('/');
  if (domain === 'notifications' || domain === 'auth') return undefined;
  // Its routes are named after what they do.
  if (domain === 'alerts') return (await request.owner.ask('GET', '/api/v1/alerts/fetch_all')).body;
  if (domain === 'invitations') return (await request.owner.ask('GET', '/api/v1/invitations')).body;
  if (domain === 'game') return seenInGame(request.owner);
  return (await request.owner.ask('GET', `/api/v1/${domain}${id === undefined ? '' : `/${id}`}`)).body;
}

/** What is theirs in the game. */
async function seenInGame(owner: Person): Promise<unknown> {
  const lists = ['wallet', 'ledger', 'tickets', 'tickets?status=consumed', 'coins/top-ups'];
  return Promise.all(lists.map(async (list) => (await owner.ask('GET', `/api/v1/game/${list}`)).body));
}

const personal = (route: DomainRoute, request: Prepared) =>
  !FOR_EVERYBODY.includes(nameOf(route)) &&
  (/\{/.test(route.contract.path) || request.query !== undefined || request.body?.id !== undefined);

function strangersGet(route: DomainRoute, request: Prepared): number {
  if (GROUPS_MAY.includes(nameOf(route))) return 403;
  if (nameOf(route) === NEEDS_HOLDINGS) return 409;
  if (!personal(route, request)) return successOf(route);
  const status = STRANGERS_GET[route.contract.path.split('/')[3] ?? ''];
  if (status === undefined) throw new Error(`say in STRANGERS_GET what others get of ${route.contract.path}`);
  return status;
}

function expectProblem(answer: Answer, what: string): void {
  const told = { what, status: answer.status, type: answer.headers.get('content-type'), body: answer.body };
  expect(told).toMatchObject({
    status: expect.any(Number),
    type: 'application/problem+json',
    body: {
      type: expect.stringMatching(/^urn:carillon:problem:[a-z-]+$/),
      status: answer.status,
      title: expect.any(String),
    },
  });
}

describe('who may do what', () => {
  it('is said for every route, and for no other', () => {
    expect(Object.keys(prepare).sort()).toEqual(routes.map(nameOf).sort());
    expect(routes.map(nameOf)).toEqual(expect.arrayContaining(ADMINS_MAY));
  });

  it('is decided by the token: one that the pool has signed and that holds is let in', async () => {
    const path = `/api/v1/users/${olga.id}`;
    expect((await ask('GET', path, { token: await renewedToken(olga.token) })).status).toBe(200);
    expect((await ask('GET', path, { token: olga.token.replace('Bearer ', '') })).status).toBe(200);
  });

  it.each(each)('%s', async (name, route) => {
    const request = await prepared(route, olga);
    if (!route.authenticated) {
      const answer = await send(route, request, undefined);
      expect([answer.status, answer.body]).toEqual([successOf(route), expect.anything()]);
      return;
    }
    const before = await seen(route, request);
    for (const [kind, token] of Object.entries(forged)) {
      expect([kind, (await send(route, request, token)).status]).toEqual([kind, 401]);
    }
    const others = strangersGet(route, request);
    const answer = await send(route, request, stranger.token);
    expect(['another user', answer.status]).toEqual(['another user', others]);
    if (others >= 400) expectProblem(answer, 'another user');
    const adminMay = ADMINS_MAY.includes(name);
    if (!adminMay) expect(['an admin', (await send(route, request, admin.token)).status]).toEqual(['an admin', others]);
    expect(await seen(route, request)).toEqual(before);
    expect(['the owner', (await send(route, request, request.owner.token)).status]).toEqual([
      'the owner',
      successOf(route),
    ]);
    if (adminMay) {
      const another = await prepared(route, olga);
      expect(['an admin', (await send(route, another, admin.token)).status]).toEqual(['an admin', successOf(route)]);
    }
  });
});

describe('what makes no sense is refused with a reason', () => {
  const authorizedAs = (route: DomainRoute, request: Prepared) =>
    route.authenticated ? request.owner.token : undefined;

  /** One request per route for all of these tests: what is refused leaves it as it was. */
  const asBefore = new Map<DomainRoute, Promise<Prepared>>();
  const refusable = (route: DomainRoute) => {
    const request = asBefore.get(route) ?? prepared(route, olga);
    asBefore.set(route, request);
    return request;
  };

  it.each(each.filter(([, { contract }]) => contract.method !== 'GET'))('in the body of %s', async (_, route) => {
    const request = await refusable(route);
    const before = await seen(route, request);
    for (const { what, more, status } of badBodies(route, request.body)) {
      const answer = await send(route, request, authorizedAs(route, request), more);
      expect([what, answer.status]).toEqual([what, status]);
      expectProblem(answer, what);
    }
    expect(await seen(route, request)).toEqual(before);
  });

  it.each(each.filter(([, { contract }]) => contract.path.includes('{')))('in the path of %s', async (_, route) => {
    const request = await refusable(route);
    for (const { what, params } of badParams(request.params ?? {})) {
      const answer = await send(route, { ...request, params }, request.owner.token);
      expect([what, Math.floor(answer.status / 100)]).toEqual([what, 4]);
    }
  });

  it.each(each.filter(([, { contract }]) => badQueries(contract).length > 0))(
    'in the query of %s',
    async (_, route) => {
      const request = await refusable(route);
      for (const { what, query } of badQueries(route.contract)) {
        const others = request.query?.split('&').filter((pair) => !query.startsWith(`${pair.split('=')[0]}=`)) ?? [];
        const answer = await send(route, { ...request, query: [...others, query].join('&') }, request.owner.token);
        expect([what, answer.status]).toEqual([what, 400]);
        expectProblem(answer, what);
      }
    },
  );

  it.each(each)('in the headers of %s', async (_, route) => {
    const request = await refusable(route);
    const withRevision = { headers: { 'if-match': 'abc' } };
    const answer = await send(route, request, authorizedAs(route, request), withRevision);
    expect(answer.body).toMatchObject({ status: 400, errors: [{ field: 'If-Match' }] });
    if (!(route.contract.method === 'POST' && route.contract.replies[201])) return;
    const withKey = { headers: { 'idempotency-key': 'k'.repeat(300) } };
    const second = await send(route, request, authorizedAs(route, request), withKey);
    expect(second.body).toMatchObject({ status: 400, errors: [{ field: 'Idempotency-Key' }] });
  });
});
