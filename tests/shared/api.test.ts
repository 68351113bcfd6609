import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { problem } from '../../src/shared/errors.ts';
import { api } from '../../src/shared/http/api.ts';
import { nothing, openRoute, route } from '../../src/shared/http/route.ts';
import { call } from '../support/call.ts';

class Gone extends problem('gone', 404, 'It is gone') {}

const createThing = route<{ things: string[] }>()(
  {
    method: 'POST',
    path: '/api/v1/things/{id}',
    tag: 'things',
    summary: 'Makes a thing',
    params: z.object({ id: z.string().max(5) }),
    query: z.object({ loud: z.coerce.number().optional() }),
    body: z.strictObject({ name: z.string().min(1), size: z.number().optional() }),
    replies: { 201: { description: 'made', schema: z.object({ id: z.string(), name: z.string() }) } },
    errors: [Gone],
  },
  async ({ params, body, caller, creation }, { things }) => {
    if (body.name === 'gone') throw new Gone();
    if (body.name === 'bug') throw new Error('a secret path /etc/x');
    things.push(`${caller.userId}:${params.id}:${creation.id}`);
    const internal = { id: creation.id, name: body.name, secret: 'kept in' };
    return { status: 201, body: internal, headers: { location: `/things/${creation.id}` } };
  },
);

const ping = openRoute<{ things: string[] }>()(
  {
    method: 'GET',
    path: '/api/v1/ping',
    tag: 'things',
    summary: 'Answers',
    params: nothing,
    query: nothing,
    body: nothing,
    replies: { 200: { description: 'here', schema: z.object({ ok: z.boolean() }) } },
    errors: [],
  },
  async () => ({ status: 200, body: { ok: true } }),
);

const flagged = route<{ things: string[] }>()(
  { ...createThing.contract, path: '/api/v1/flagged/{id}', clientsLookAt: 'success' },
  async () => {
    throw new Gone();
  },
);

const plain = route<{ things: string[] }>()(
  { ...createThing.contract, path: '/api/v1/plain/{id}', clientsLookAt: 'message' },
  async () => {
    throw new Gone();
  },
);

const ask = openRoute<{ things: string[] }>()(
  {
    ...ping.contract,
    method: 'POST',
    path: '/api/v1/ask',
    body: z.strictObject({ answer: z.string() }),
    takesForms: true,
    replies: { 200: { description: 'a page', schema: z.string(), type: 'text/html' } },
  },
  async ({ body }) => ({ status: 200, body: `<p>${body.answer}</p>`, headers: { 'cache-control': 'no-store' } }),
);

const change = route<{ things: string[] }>()(
  {
    ...createThing.contract,
    method: 'PUT',
    body: z.strictObject({ name: z.string().optional(), sizes: z.array(z.number()).optional() }),
    replies: { 200: { description: 'changed', schema: z.object({}) } },
  },
  async ({ body }, { things }) => {
    things.push(`${body.name}`);
    return { status: 200, body: {} };
  },
);

const scribble = route<{ things: string[] }>()(
  {
    ...change.contract,
    path: '/api/v1/scribbles/{id}',
    body: z.string('is missing'),
    takes: ['text/plain', 'text/x-scribble'],
    mostBytes: 200 * 1024,
  },
  async ({ body }, { things }) => {
    things.push(body);
    return { status: 200, body: {} };
  },
);

const touch = route<{ things: string[] }>()({ ...change.contract, method: 'PATCH', body: nothing }, async () => ({
  status: 200,
  body: {},
}));

function make() {
  const things: string[] = [];
  return { things, handler: api([createThing, flagged, plain, ping, ask, change, scribble, touch], { things }) };
}

const post = { routeKey: 'POST /api/v1/things/{id}', params: { id: 'a' } };
const put = { routeKey: 'PUT /api/v1/scribbles/{id}', params: { id: 'a' }, userId: 'u1' };

describe('a route', () => {
  it('answers with the declared fields only, and with its headers', async () => {
    const { handler } = make();
    const reply = await call(handler, { ...post, userId: 'u1', body: { name: 'x' } });
    expect(reply.status).toBe(201);
    expect(Object.keys(reply.body)).toEqual(['id', 'name']);
    expect(reply.headers.location).toMatch(/^\/things\//);
  });

  it('names every wrong field in a 400 and does nothing', async () => {
    const { handler, things } = make();
    const reply = await call(handler, {
      ...post,
      params: { id: 'too-long' },
      userId: 'u1',
      body: { name: '', more: 1 },
    });
    expect(reply.status).toBe(400);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.body.errors).toEqual([
      expect.objectContaining({ field: 'id' }),
      expect.objectContaining({ field: 'name' }),
      { field: 'more', reason: 'is not a field of this request' },
    ]);
    expect(things).toEqual([]);
  });

  it.each([{}, { inBase64: true } as const])('takes a text where its contract says so, %j', async (how) => {
    const { handler, things } = make();
    const rawBody = `{"naïve": ${'x'.repeat(150_000)}`;
    const reply = await call(handler, { ...put, ...how, rawBody, contentType: 'Text/X-Scribble; charset=utf-8' });
    expect([reply.status, things]).toEqual([200, [rawBody]]);
  });

  it.each([
    ['another type', { rawBody: '{}' }, 415, 'unsupported-media-type'],
    ['nothing', { rawBody: '', contentType: 'text/plain' }, 400, 'invalid-request'],
    ['more than it takes', { rawBody: 'x'.repeat(204_801), contentType: 'text/plain' }, 413, 'body-too-large'],
  ])('refuses %s there', async (_, request, status, slug) => {
    const { handler, things } = make();
    const reply = await call(handler, { ...put, ...request });
    expect([reply.status, reply.body.type, things]).toEqual([status, `urn:carillon:problem:${slug}`, []]);
  });

  it.each([
    ['malformed JSON', { rawBody: '{"name":' }, 400, 'malformed-json'],
    ['a body that is not an object', { rawBody: '[1]' }, 400, 'invalid-request'],
    ['null', { rawBody: 'null' }, 400, 'invalid-request'],
    ['another content type', { rawBody: 'name=x', contentType: 'text/plain' }, 415, 'unsupported-media-type'],
    ['a body over the limit', { rawBody: JSON.stringify({ name: 'x'.repeat(200_000) }) }, 413, 'body-too-large'],
    [
      'an If-Match that is no revision',
      { rawBody: '{"name":"x"}', headers: { 'if-match': 'abc' } },
      400,
      'invalid-request',
    ],
    ['a named error', { rawBody: '{"name":"gone"}' }, 404, 'gone'],
  ])('answers %s with its status and type', async (_, request, status, slug) => {
    const reply = await call(make().handler, { ...post, userId: 'u1', ...request });
    expect(reply.status).toBe(status);
    expect(reply.body).toMatchObject({ type: `urn:carillon:problem:${slug}`, status, instance: expect.any(String) });
  });

  it.each([
    ['malformed JSON', { rawBody: '{"name":' }, 400],
    ['a wrong field', { rawBody: '{"name":1}' }, 400],
    ['another content type', { rawBody: 'name=x', contentType: 'text/plain' }, 415],
    ['a body over the limit', { rawBody: JSON.stringify({ name: 'x'.repeat(200_000) }) }, 413],
    ['a named error', { rawBody: '{"name":"x"}' }, 404],
  ])(
    'begins with success: false for %s where its contract says that clients look at it, and nowhere else',
    async (_, request, status) => {
      const wanted = await call(make().handler, {
        ...post,
        routeKey: 'POST /api/v1/flagged/{id}',
        userId: 'u1',
        ...request,
      });
      expect([wanted.status, wanted.headers['content-type']]).toEqual([status, 'application/problem+json']);
      expect(Object.entries(wanted.body)[0]).toEqual(['success', false]);
      expect(wanted.body).toMatchObject({ status, type: expect.any(String), title: expect.any(String) });
      expect((await call(make().handler, { ...post, userId: 'u1', ...request })).body).not.toHaveProperty('success');
    },
  );

  it.each([
    ['malformed JSON', { rawBody: '{"name":' }, 'The body is not valid JSON'],
    ['fields', { rawBody: '{"name":"","more_of":1}' }, /^Name Too small.*; More of is not a field of this request$/],
    ['a named error', { rawBody: '{"name":"x"}' }, 'It is gone'],
  ])(
    'says what is wrong with %s in message where its contract says that clients look at it',
    async (_, request, said) => {
      const asked = { ...post, routeKey: 'POST /api/v1/plain/{id}', userId: 'u1', ...request };
      const { body } = await call(make().handler, asked);
      expect(body).toMatchObject({ message: expect.stringMatching(said), title: expect.any(String) });
      expect((await call(make().handler, { ...post, userId: 'u1', ...request })).body).not.toHaveProperty('message');
    },
  );

  it.each([
    ['nested without end', `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'nested too deeply'],
    ['with a field that programs stumble over', '{"name":"x","deep":{"__proto__":1}}', 'not a name'],
    ['with a field that tells the client of DynamoDB something', '{"constructor":{"name":"String"}}', 'not a name'],
  ])('refuses a body %s', async (_, rawBody, reason) => {
    const reply = await call(make().handler, { ...post, userId: 'u1', rawBody });
    expect(reply.status).toBe(400);
    expect(reply.body.detail).toContain(reason);
  });

  it('takes a body that is missing for none, not for an empty one', async () => {
    const { handler, things } = make();
    const put = { ...post, routeKey: 'PUT /api/v1/things/{id}', userId: 'u1' };
    for (const none of [{}, { rawBody: '' }]) {
      const reply = await call(handler, { ...put, ...none });
      expect([reply.status, reply.body.errors]).toEqual([400, [expect.objectContaining({ field: 'body' })]]);
      expect((await call(handler, { ...put, routeKey: 'PATCH /api/v1/things/{id}', ...none })).status).toBe(200);
    }
    expect(things).toEqual([]);
    expect((await call(handler, { ...put, body: {} })).status).toBe(200);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/json ;charset=utf-8',
  ])('reads a body of type %s', async (contentType) => {
    const rawBody = '{"name":"x"}';
    expect((await call(make().handler, { ...post, userId: 'u1', rawBody, contentType })).status).toBe(201);
  });

  it('names a hundred wrong fields at most', async () => {
    const body = { sizes: Array.from({ length: 30_000 }, () => '') };
    const reply = await call(make().handler, { ...post, routeKey: 'PUT /api/v1/things/{id}', userId: 'u1', body });
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toHaveLength(100);
  });

  it('tells nothing of an unexpected error', async () => {
    const reply = await call(make().handler, { ...post, userId: 'u1', body: { name: 'bug' } });
    expect(reply.status).toBe(500);
    expect(JSON.stringify(reply.body)).not.toMatch(/secret|etc/);
  });

  it('makes the same id for the same caller, route and Idempotency-Key, and another for anything else', async () => {
    const { handler } = make();
    const ids = [];
    for (const [userId, key] of [
      ['u1', 'k'],
      ['u1', 'k'],
      ['u2', 'k'],
      ['u1', 'l'],
      ['u1', undefined],
      ['u1', undefined],
    ]) {
      const headers = key ? { 'idempotency-key': key } : {};
      ids.push((await call(handler, { ...post, userId, headers, body: { name: 'x' } })).body.id);
    }
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(5);
  });

  it('answers a path that is not there with 404, and an open route without a token', async () => {
    const { handler } = make();
    expect((await call(handler, { routeKey: '$default' })).status).toBe(404);
    expect((await call(handler, { routeKey: 'GET /api/v1/ping' })).body).toEqual({ ok: true });
  });
});

describe('a route that takes forms', () => {
  const request = { routeKey: 'POST /api/v1/ask' };
  const urlencoded = { contentType: 'application/x-www-form-urlencoded', rawBody: 'answer=yes+%C5%82' };
  const parts = {
    contentType: 'multipart/form-data; boundary=b',
    rawBody: '--b\r\nContent-Disposition: form-data; name="answer"\r\n\r\nyes ł\r\n--b--\r\n',
  };

  it.each([
    ['urlencoded', urlencoded],
    ['urlencoded, in base64', { ...urlencoded, inBase64: true as const }],
    ['in parts', parts],
    ['in parts, in base64', { ...parts, inBase64: true as const }],
    ['as JSON', { body: { answer: 'yes ł' } }],
  ])('reads one %s, and answers with a page', async (_, form) => {
    const reply = await call(make().handler, { ...request, ...form });
    expect([reply.status, reply.text]).toEqual([200, '<p>yes ł</p>']);
    expect(reply.headers).toEqual({ 'content-type': 'text/html', 'cache-control': 'no-store' });
  });

  it.each([
    ['another field', { ...urlencoded, rawBody: 'answer=yes&more=1' }, 400],
    ['a name that is a trap', { ...urlencoded, rawBody: '__proto__=1&answer=yes' }, 400],
    ['parts that are none', { ...parts, rawBody: 'answer=yes' }, 400],
    ['parts without a boundary', { ...parts, contentType: 'multipart/form-data' }, 400],
    ['another type', { ...urlencoded, contentType: 'text/plain' }, 415],
  ])('refuses %s with a problem', async (_, form, status) => {
    const reply = await call(make().handler, { ...request, ...form });
    expect([reply.status, reply.headers['content-type']]).toEqual([status, 'application/problem+json']);
  });

  it('is the only one that does', async () => {
    const reply = await call(make().handler, { ...post, userId: 'u1', ...urlencoded });
    expect(reply.status).toBe(415);
  });
});
