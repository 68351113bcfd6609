import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { type Draft, placeOf } from '../../src/comments/comment.ts';
import { commentStore } from '../../src/comments/comment-store.ts';
import { routes } from '../../src/comments/routes/index.ts';
import { windowStore } from '../../src/comments/window-store.ts';
import { createGroup, joinGroup } from '../../src/groups/group.ts';
import { groupStore } from '../../src/groups/group-store.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { notifier } from '../../src/notifications/notifier.ts';
import { api } from '../../src/shared/http/api.ts';
import { creationFor } from '../../src/shared/http/creation.ts';
import { cursors } from '../../src/shared/http/cursor.ts';
import { userStore } from '../../src/users/user-store.ts';
import { configure } from '../support/accounts.ts';
import { call } from '../support/call.ts';
import { commentsOn, removeComment, said, say, toldAll, toldOf } from '../support/comments.ts';
import { until } from '../support/lifecycle.ts';
import { executionsOf, stopExecution } from '../support/machines.ts';
import { addPeople } from '../support/people.ts';
import { aws, membersIn, tableName, tables } from '../support/tables.ts';
import { prefix } from '../support/where.ts';
import { expectStatus, newPerson, type Person } from './person.ts';

const comments = commentStore(tables(), tableName('comments'));
const windows = windowStore(tables(), tableName('comments'));
const groups = groupStore(tables(), tableName('groups'));
const lambda = new LambdaClient(aws);
const executions = executionsOf('comment-digest');

let olga: Person;
let paul: Person;
let rita: Person;
let undo: () => Promise<void>;

beforeAll(async () => {
  [olga, paul, rita] = [await newPerson('olga'), await newPerson('paul'), await newPerson('rita')];
  for (const [person, first_name, last_name] of [
    [olga, 'Olga', 'Tokarczuk'],
    [paul, 'Paul', 'Auster'],
    [rita, 'Rita', 'Levi'],
  ] as const) {
    const body = { first_name, last_name, phone: `+48${randomInt(100_000_000, 999_999_999)}` };
    expectStatus(200, await person.ask('PATCH', `/api/v1/users/${person.id}`, { body }));
  }
  undo = await configure('comments-api', { COMMENT_WINDOW: 'PT6S' });
});

afterAll(() => undo());

const starts_at = { at: '2031-12-01T09:00:00', timeZone: 'Europe/Warsaw' };
const id = (body: unknown) => z.object({ id: z.string() }).parse(body).id;

async function newEvent(owner: Person, members: readonly string[], more: object = {}) {
  const body = { title: 'Dinner', starts_at, members: members.map((user_id) => ({ user_id })), ...more };
  return id(expectStatus(201, await owner.ask('POST', '/api/v1/events', { body })).body);
}

const windowOf = (eventId: string, commentId: string) => {
  const place = placeOf(eventId, commentId);
  if (!place) throw new Error('no comment of the event');
  return place.window;
};

/** Once a window's members are told. */
const settled = (eventId: string, number: number) =>
  until('the window being told', async () => {
    const open: string[] = [];
    for (let shard = 0; shard < 8; shard++) {
      for await (const window of windows.open(shard, new Date(Date.now() + 3_600_000))) open.push(window.id);
    }
    return open.includes(`${eventId}_${number}`) ? undefined : true;
  });

describe('comments on an event', () => {
  it('are there for its members, the newest first, and for nobody else', async () => {
    const event = await newEvent(olga, [paul.id]);
    const texts = ['one', 'two', 'three', 'four', 'five'];
    for (const [n, text] of texts.entries()) await said(n % 2 ? paul : olga, event, text);
    expect((await commentsOn(paul, event, 2)).map(({ comment }) => comment)).toEqual(texts.toReversed());
    const [newest] = await commentsOn(olga, event);
    const path = `/api/v1/events/${event}/comments`;
    const one = await paul.ask('GET', `${path}/${newest?.id}`);
    expect(one.body).toEqual(newest && { ...newest, event_id: event, created_at: expect.any(String) });

    for (const answer of [
      await rita.ask('GET', path),
      await rita.ask('GET', `${path}/${newest?.id}`),
      await say(rita, event, 'me too'),
      await removeComment(rita, event, newest?.id ?? ''),
    ])
      expect([answer.status, answer.body.type]).toEqual([404, 'urn:carillon:problem:event-not-found']);
    expect((await paul.ask('GET', `${path}/junk`)).status).toBe(404);
    for (const comment of ['', '  \n ', 'x'.repeat(2001), 5, null]) {
      expect((await paul.ask('POST', path, { body: { comment } })).status).toBe(400);
    }
    expect(await commentsOn(olga, event)).toHaveLength(5);
  });

  it('are created once for a repeated request, and told once', async () => {
    const event = await newEvent(olga, [paul.id]);
    const key = randomUUID();
    const [first, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => said(olga, event, 'I bring the cake, @paul', key)),
    );
    const again = await said(olga, event, 'I bring the cake, @paul', key);
    for (const other of [...others, again]) expect(other).toEqual(first);
    expect((await say(olga, event, 'another', key)).status).toBe(422);
    expect(await commentsOn(paul, event)).toEqual([first]);
    await settled(event, windowOf(event, first?.id ?? ''));
    expect(await toldAll(paul.id, event, 1)).toEqual([
      {
        key: 'event_mention',
        at: expect.any(String),
        events_comments_id: first?.id,
        comment: first?.comment,
        count: 1,
        others: 0,
        author: 'Olga Tokarczuk',
      },
    ]);
    expect(await toldOf(olga.id, event)).toEqual([]);

    expect((await removeComment(olga, event, first?.id ?? '')).status).toBe(204);
    expect((await say(olga, event, 'I bring the cake, @paul', key)).body.type).toBe(
      'urn:carillon:problem:comment-not-found',
    );
    expect(await commentsOn(paul, event)).toEqual([]);
  });

  it('are told as they are when there is one in a window, and as one when there are several', async () => {
    const { ids } = await addPeople(2);
    const event = await newEvent(olga, [paul.id, ...ids]);
    const alone = await said(olga, event, 'Who comes?');
    const [told] = await toldAll(paul.id, event, 1);
    expect(told).toMatchObject({
      key: 'event_comment',
      events_comments_id: alone.id,
      comment: 'Who comes?',
      author: 'Olga Tokarczuk',
    });
    await settled(event, windowOf(event, alone.id));

    await said(olga, event, 'Hm');
    await said(paul, event, 'I do');
    const last = await said(olga, event, 'Nice');
    for (const reader of ids) {
      expect((await toldAll(reader, event, 4)).at(-1)).toMatchObject({
        key: 'event_comments',
        count: 3,
        others: 1,
        events_comments_id: last.id,
        comment: 'Nice',
      });
    }
    // Each author of them without their own.
    expect((await toldAll(paul.id, event, 3)).at(-1)).toMatchObject({ key: 'event_comments', count: 2, others: 0 });
    expect(await toldAll(olga.id, event, 1)).toMatchObject([
      { key: 'event_comment', comment: 'I do', author: 'Paul Auster' },
    ]);
  });

  it('reach whom they mention at once, and not again with the others', async () => {
    const { ids } = await addPeople(1, { first_name: 'Ada', last_name: 'Lovelace' });
    const event = await newEvent(olga, [paul.id, rita.id, ...ids]);
    const calls = await said(olga, event, 'Do you come, @Rita.Levi and @ada? @olga does, and ada@paul.org.');
    expect(calls.mentions.sort()).toEqual([rita.id, ...ids].sort());
    const [mention] = await toldAll(rita.id, event, 1);
    expect(mention).toMatchObject({ key: 'event_mention', events_comments_id: calls.id });
    await said(paul, event, 'I do');
    await settled(event, windowOf(event, calls.id));
    expect(await toldAll(rita.id, event, 2)).toMatchObject([
      { key: 'event_mention' },
      { key: 'event_comment', comment: 'I do' },
    ]);
    const [digest] = await toldAll(paul.id, event, 1);
    expect(digest).toMatchObject({ key: 'event_comment', events_comments_id: calls.id });
    // Not with the window's end, as the others.
    expect([mention?.at, digest?.at]).toEqual([mention?.at, digest?.at].sort());
    expect(mention?.at).not.toBe(digest?.at);
    expect(await toldAll(olga.id, event, 1)).toMatchObject([{ key: 'event_comment', comment: 'I do' }]);
  });

  it('are removed by their author and the owner of the event, and then not told', async () => {
    const event = await newEvent(olga, [paul.id, rita.id]);
    const [mine, stays, owners] = [
      await said(paul, event, 'a'),
      await said(paul, event, 'b'),
      await said(olga, event, 'c'),
    ];
    expect((await removeComment(paul, event, mine.id)).status).toBe(204);
    const late = await said(paul, event, 'd');
    expect((await removeComment(olga, event, late.id)).status).toBe(204);
    expect((await commentsOn(rita, event)).map((each) => each.id)).toEqual([owners.id, stays.id]);
    expect(await toldAll(rita.id, event, 2)).toMatchObject([{ key: 'event_comments', count: 2, comment: 'c' }]);
    await settled(event, windowOf(event, mine.id));
    expect(await toldOf(olga.id, event)).toMatchObject([{ key: 'event_comment', comment: 'b' }]);

    expect((await removeComment(rita, event, stays.id)).status).toBe(403);
    expect((await removeComment(paul, event, owners.id)).status).toBe(403);
    expect((await removeComment(paul, event, mine.id)).status).toBe(404);
    expect((await removeComment(paul, event, stays.id)).status).toBe(204);
  });

  it('are told to nobody who is no member any more', async () => {
    const event = await newEvent(olga, [paul.id, rita.id]);
    const comment = await said(olga, event, 'Between us');
    const body = { remove_members: [{ user_id: rita.id }] };
    expectStatus(200, await olga.ask('PATCH', `/api/v1/events/${event}`, { body }));
    await toldAll(paul.id, event, 1);
    await settled(event, windowOf(event, comment.id));
    expect(await toldOf(rita.id, event)).toEqual([]);
  });

  it('of a group are for its members, and those who manage it remove them', async () => {
    const now = new Date();
    const creation = creationFor(undefined, '', {});
    const founded = await groups.create(createGroup(creation, olga.id, { name: 'Family' }, now));
    for (const { id: userId } of [paul, rita]) {
      await groups.change(founded.id, [userId], (circle) => joinGroup(circle, userId, now));
    }
    const event = await newEvent(paul, [], { group_id: founded.id });
    const comment = await said(rita, event, 'Who comes, @paul?');
    expect(comment.mentions).toEqual([paul.id]);
    expect(await toldAll(olga.id, event, 1)).toMatchObject([{ key: 'event_comment', author: 'Rita Levi' }]);
    expect((await removeComment(olga, event, comment.id)).status).toBe(204);

    const last = await said(paul, event, 'Nobody?');
    expect((await olga.ask('DELETE', `/api/v1/groups/${founded.id}`)).status).toBe(204);
    expect(await comments.find(event, last.id)).toBeUndefined();
  });
});

/** The routes' own code in this process: no queue in front of it keeps the hundred apart. */
const handler = api(routes, {
  comments,
  members: membersIn(tables()).events,
  users: userStore(tables(), tableName('users')),
  notifier: notifier(notificationStore(tables(), tableName('notifications')), executionsOf('notification-delivery')),
  executions,
  cursors: cursors('c'.repeat(32)),
  windowLength: 2000,
});

const post = async (userId: string, eventId: string, comment: string) => {
  const routeKey = 'POST /api/v1/events/{id}/comments';
  const answer = await call(handler, { routeKey, params: { id: eventId }, userId, body: { comment } });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return { status: answer.status, comment: z.object({ id: z.string(), author_id: z.string() }).parse(answer.body) };
};

describe('a hundred comments at once', () => {
  it('from several writers: everybody hears of each of the others’ once, in one digest a window, and no request fails', async () => {
    const { ids: readers } = await addPeople(6);
    const { ids: writers } = await addPeople(4);
    const event = await newEvent(olga, [...writers, ...readers]);
    const write = (n: number) => post(writers[n % 4] ?? '', event, `comment ${n}`);
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    // Half of them before the first window can have closed, and half of them around that moment.
    const first = await Promise.all(numbers.slice(0, 50).map(write));
    await sleep(1500);
    const rest = numbers.slice(50).map((n) => sleep((n - 50) * 30).then(() => write(n)));
    const answers = [...first, ...(await Promise.all(rest))];
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));

    const written = answers.map(({ comment }) => comment);
    const windows = await toldEverybodyOnce(event, written, [olga.id, ...readers, ...writers]);
    expect(windows).toBeGreaterThan(1);
  }, 180_000);

  it('over HTTP: none is refused, and everybody hears of each once', async () => {
    const writers = [olga, paul, rita];
    const event = await newEvent(olga, [paul.id, rita.id]);
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    const written = await Promise.all(numbers.map((n) => said(writers[n % 3] ?? olga, event, `comment ${n}`)));
    await toldEverybodyOnce(
      event,
      written,
      writers.map((writer) => writer.id),
    );
  }, 180_000);

  /** Answers in how many windows they were. */
  async function toldEverybodyOnce(event: string, written: { id: string; author_id: string }[], members: string[]) {
    const all = written.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(new Set(all.map((comment) => comment.id)).size).toBe(100);
    const listed = await commentsOn(olga, event);
    expect(listed.map((comment) => comment.id)).toEqual(all.map((comment) => comment.id).reverse());
    const windows = [...new Set(all.map((comment) => windowOf(event, comment.id)))];
    for (const number of windows) await settled(event, number);

    for (const member of members) {
      const foreign = all.filter(({ author_id }) => author_id !== member);
      const expected = windows
        .map((number) => foreign.filter((comment) => windowOf(event, comment.id) === number))
        .filter((some) => some.length > 0);
      const told = await toldAll(member, event, foreign.length, 60);
      const summary = told.map(({ events_comments_id, count }) => ({ last: events_comments_id, count }));
      const byLast = (a: { last?: string | undefined }, b: { last?: string | undefined }) =>
        (a.last ?? '') < (b.last ?? '') ? -1 : 1;
      expect(summary.sort(byLast)).toEqual(expected.map((some) => ({ last: some.at(-1)?.id, count: some.length })));
    }
    return windows.length;
  }
});

const draft = (eventId: string, authorId: string): Draft => ({
  event_id: eventId,
  author_id: authorId,
  mentions: [],
  comment: 'Anybody there?',
  created_at: new Date().toISOString(),
  request_id: randomUUID(),
  fingerprint: '',
});

const invokeSweep = async () => {
  const command = new InvokeCommand({ FunctionName: `${prefix}-sweep-comment-windows`, Payload: '{}' });
  expect((await lambda.send(command)).FunctionError).toBeUndefined();
};

describe('a window', () => {
  it('whose execution was never started is closed by the sweep, once, and a place that nobody filled keeps nobody back', async () => {
    const event = await newEvent(olga, [paul.id]);
    const { comment, opened } = await comments.write(draft(event, olga.id), new Date(Date.now() - 60_000));
    expect(opened).toHaveLength(1);
    await tables().send(
      new UpdateCommand({
        TableName: tableName('comments'),
        Key: { pk: `event#${event}`, sk: 'window#00000001' },
        UpdateExpression: 'SET places = places + :one',
        ExpressionAttributeValues: { ':one': 1 },
      }),
    );
    await Promise.all([invokeSweep(), invokeSweep()]);
    expect(await toldAll(paul.id, event, 1)).toMatchObject([{ events_comments_id: comment.id }]);
    await settled(event, 1);
    // Whoever comes too late for their place gets one in the next window.
    const next = await said(olga, event, 'And now?');
    expect(windowOf(event, next.id)).toBe(2);
  });

  it('whose execution was stopped is taken up by the next one', async () => {
    const event = await newEvent(olga, [paul.id]);
    const closesAt = new Date(Date.now() - 60_000);
    const { comment } = await comments.write(draft(event, olga.id), closesAt);
    const name = `${event}_1_1`;
    const later = new Date(Date.now() + 600_000).toISOString();
    await executions.start(name, { eventId: event, window: 1, closesAt: later });
    await stopExecution('comment-digest', name);
    await until('the end', async () => ((await executions.status(name)) === 'ENDED' ? true : undefined));
    await invokeSweep();
    expect(await toldAll(paul.id, event, 1)).toMatchObject([{ events_comments_id: comment.id }]);
    expect(await executions.status(`${event}_1_2`)).toBeDefined();
  });
});

describe('what goes', () => {
  it('with its event: the comments, and what is written while it goes', async () => {
    const event = await newEvent(olga, [paul.id]);
    const comment = await said(paul, event, 'Still on?');
    expect((await olga.ask('DELETE', `/api/v1/events/${event}`)).status).toBe(204);
    expect(await comments.find(event, comment.id)).toBeUndefined();
    await expect(comments.write(draft(event, paul.id), new Date())).rejects.toThrow('No such comment');
    await settled(event, 1);
    expect(await toldOf(olga.id, event)).toEqual([]);
    expect(await comments.list(event, { limit: 10, after: undefined })).toEqual({ items: [], next: undefined });
  });

  it('with its author: what they have written, wherever, and with an owner the comments on their events', async () => {
    const leaver = await newPerson('leaver');
    const [mine, olgas] = [await newEvent(leaver, [olga.id]), await newEvent(olga, [leaver.id])];
    const onMine = await said(olga, mine, 'Hello');
    const [theirs, stays] = [await said(leaver, olgas, 'Bye'), await said(olga, olgas, 'Bye bye')];
    expect((await leaver.ask('DELETE', `/api/v1/users/${leaver.id}`)).status).toBe(204);
    expect(await comments.find(mine, onMine.id)).toBeUndefined();
    expect((await commentsOn(olga, olgas)).map((each) => each.id)).toEqual([stays.id]);
    expect(await comments.find(olgas, theirs.id)).toBeUndefined();
    // Their function had read that they are on the event.
    await expect(comments.write(draft(olgas, leaver.id), new Date())).rejects.toThrow('No such comment');
    expect((await commentsOn(olga, olgas)).map((each) => each.id)).toEqual([stays.id]);
  });
});
