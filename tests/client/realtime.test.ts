import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import * as z from 'zod';
import { openInbox } from '../../client/realtime.ts';
import { until } from '../../local/client.ts';

/** A gateway of which nothing is heard unless the test says something: each socket opens at once. */
class QuietSocket extends EventTarget {
  static readonly all: QuietSocket[] = [];
  readonly OPEN = 1;
  readyState = 0;
  readonly said: string[] = [];
  constructor() {
    super();
    QuietSocket.all.push(this);
    setImmediate(() => {
      this.readyState = 1;
      this.dispatchEvent(new Event('open'));
    });
  }
  send(text: string) {
    this.said.push(text);
  }
  hear(message: unknown) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}
const Socket = z.custom<new (url: string) => WebSocket>(() => true).parse(QuietSocket);

const item = (id: string) => ({
  id,
  timestamp: 1,
  is_new: true,
  user_id: 'ada',
  key: 'news',
  target_id: null,
  data: {},
});

/** The unread ones, newest first; the API shows two on a page. */
let unread: ReturnType<typeof item>[] = [];
let failing = 0;
let asked: (string | null)[] = [];
let server: Server;
let apiUrl = '';

beforeAll(async () => {
  server = createServer((request, answer) => {
    const query = new URL(request.url ?? '', 'http://api').searchParams;
    asked.push(request.headers.authorization ?? null);
    if (failing-- > 0) return answer.writeHead(503).end('{}');
    const from = Number(query.get('cursor') || '0');
    const cursor = from + 2 < unread.length ? String(from + 2) : undefined;
    const list = unread.slice(from, from + 2);
    answer.end(JSON.stringify({ success: true, data: { elements: 9, new: unread.length, list, cursor } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}/api/v1`;
});
afterAll(() => {
  server.close();
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
  QuietSocket.all.splice(0);
  unread = [];
  failing = 0;
  asked = [];
});

function follow(more: Partial<Parameters<typeof openInbox>[0]> = {}) {
  const told: string[] = [];
  const counts: number[] = [];
  const errors: unknown[] = [];
  let tokens = 0;
  const { close } = openInbox({
    socketUrl: 'ws://gateway',
    apiUrl,
    userId: 'ada',
    token: () => `token-${++tokens}`,
    onNotification: ({ id }) => told.push(id),
    onUnread: (count) => counts.push(count),
    onError: (error) => errors.push(error),
    WebSocket: Socket,
    ...more,
  });
  closers.push(close);
  return { told, counts, errors };
}

const socket = (n: number) =>
  until(`socket ${n}`, 10, async () => {
    const found = QuietSocket.all[n - 1];
    return found?.readyState === 1 ? found : undefined;
  });
const lasting = <T>(what: string, look: () => T | undefined) => until(what, 10, async () => look());

it('tells every notification once, however often it is pushed and listed', async () => {
  unread = [item('a')];
  const client = follow();
  const first = await socket(1);
  await lasting('the count', () => client.counts[0]);
  for (const id of ['b', 'b', 'c']) first.hear({ type: 'notification', notification: item(id), unread: 3 });
  first.hear({ type: 'pong' });
  unread = ['f', 'e', 'd', 'c', 'b', 'a'].map(item);
  first.close();
  const second = await socket(2);
  await lasting('what was missed', () => client.told[4]);
  second.hear({ type: 'notification', notification: item('f'), unread: 6 });
  second.hear({ type: 'notification', notification: item('g'), unread: 7 });
  expect(client.told).toEqual(['b', 'c', 'd', 'e', 'f', 'g']);
  expect(client.counts.at(-1)).toBe(7);
});

it('tells what was there before only when it is pushed', async () => {
  unread = ['c', 'b', 'a'].map(item);
  const client = follow();
  const first = await socket(1);
  await lasting('the count', () => client.counts[0]);
  expect(client.told).toEqual([]);
  first.hear({ type: 'notification', notification: item('c'), unread: 3 });
  expect(client.told).toEqual(['c']);
});

it('connects anew when what was missed cannot be loaded, and forgets none of it', async () => {
  const client = follow();
  const first = await socket(1);
  await lasting('the count', () => client.counts[0] === 0 || undefined);
  unread = [item('a')];
  failing = 2;
  first.close();
  await lasting('what was missed', () => client.told[0]);
  expect(client.told).toEqual(['a']);
  expect(client.errors.map(String)).toEqual(Array(2).fill('Error: The list of notifications was answered with 503'));
});

it('connects anew when a ping is not answered, and stays when it is', async () => {
  follow({ pingEvery: 100, patience: 1_000 });
  const first = await socket(1);
  const answering = setInterval(() => first.hear({ type: 'pong' }), 20);
  closers.push(() => clearInterval(answering));
  await lasting('some pings', () => first.said.length > 5 || undefined);
  expect(first.readyState).toBe(1);
  expect(new Set(first.said)).toEqual(new Set(['{"action":"ping"}']));
  clearInterval(answering);
  await socket(2);
  expect(first.readyState).toBe(3);
});

it('asks for a token whenever it needs one, and for nothing more once it is closed', async () => {
  follow();
  const first = await socket(1);
  await lasting('both lists', () => asked.length === 2 || undefined);
  expect(new Set(asked).size).toBe(2);
  closers.splice(0).forEach((close) => {
    close();
  });
  expect(first.readyState).toBe(3);
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect([asked.length, QuietSocket.all.length]).toEqual([before, 1]);
});
