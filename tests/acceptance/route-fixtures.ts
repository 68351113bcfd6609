import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { suppressionId } from '../../src/suppressions/suppression.ts';
import {
  codesMailedTo,
  inbox,
  mailsTo,
  PASSWORD,
  suppressions,
  textsSentTo,
  unsubscribeUrlMailedTo,
} from '../support/accounts.ts';
import { gameAdmin, give, storedEvent, ticketOf } from '../support/game.ts';
import { addToGroup } from '../support/groups.ts';
import { invitationMails, invited, linkIn } from '../support/invitations.ts';
import { occurrencesOf, remind, settled, traceOf, until } from '../support/lifecycle.ts';
import { orderedAhead, readyAhead } from '../support/orders.ts';
import { linkIn as alertLinkIn, alertMails, look, setAlert } from '../support/price-alerts.ts';
import { openedRun, runWith } from '../support/runs.ts';
import { begunAtStrava, runAtStrava } from '../support/strava.ts';
import { askedAhead } from '../support/top-ups.ts';
import { gpx, lap, uploaded } from '../support/tracks.ts';
import { type Ask, expectStatus, newEmail, newMember, newPerson, type Person } from './person.ts';

/** A request that its owner may make, with everything there that it names. */
export interface Prepared {
  /** Whose things it is about. */
  readonly owner: Person;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Where the body is no JSON. */
  readonly sent?: Pick<Ask, 'text' | 'headers'>;
}

type Prepare = (owner: Person) => Promise<Prepared>;

const id = (body: unknown) => z.object({ id: z.string() }).parse(body).id;

const eventBody = { title: 'Fair', place: 'Hall', starts_at: { at: '2031-12-01T09:00:00', timeZone: 'Europe/Warsaw' } };
const gameEventBody = {
  name: 'Night run',
  time_zone: 'Europe/Warsaw',
  starts_at: '2031-12-01T19:00:00',
  capacity: 100,
  price: 10,
  prize_pool: 50,
  prize_split: [50, 30, 20],
};
const reminderBody = {
  title: 'Fair',
  message: 'It begins',
  schedule: { at: '2031-12-01T09:00:00', timeZone: 'Europe/Warsaw' },
  channels: ['inbox'],
};

const event = async (owner: Person) =>
  id(expectStatus(201, await owner.ask('POST', '/api/v1/events', { body: eventBody })).body);
const reminder = async (owner: Person, body: Record<string, unknown> = reminderBody) =>
  id(expectStatus(201, await owner.ask('POST', '/api/v1/reminders', { body })).body);

const withEvent =
  (body?: Record<string, unknown>): Prepare =>
  async (owner) => ({ owner, params: { id: await event(owner) }, ...(body ? { body } : {}) });
const group = async (owner: Person) =>
  id(expectStatus(201, await owner.ask('POST', '/api/v1/groups', { body: { name: 'Choir' } })).body);
const withGroup =
  (body?: Record<string, unknown>): Prepare =>
  async (owner) => ({ owner, params: { id: await group(owner) }, ...(body ? { body } : {}) });
/** A group with somebody in it besides its owner. */
const withMate =
  (body?: (mate: Person) => Record<string, unknown>): Prepare =>
  async (owner) => {
    const [mate, groupId] = [await newPerson('mate'), await group(owner)];
    await addToGroup(groupId, mate.id);
    return { owner, params: { id: groupId, user_id: mate.id }, ...(body ? { body: body(mate) } : {}) };
  };
const withReminder =
  (body?: Record<string, unknown>): Prepare =>
  async (owner) => ({ owner, params: { id: await reminder(owner) }, ...(body ? { body } : {}) });
const withSelf =
  (body?: Record<string, unknown>): Prepare =>
  async (owner) => ({ owner, params: { id: owner.id }, ...(body ? { body } : {}) });
const plain =
  (body?: Record<string, unknown>): Prepare =>
  async (owner) => ({ owner, ...(body ? { body } : {}) });

const commentBody = { comment: 'I bring the cake' };
/** An event with a comment on it. */
const withComment: Prepare = async (owner) => {
  const { params } = await withEvent()(owner);
  const written = await owner.ask('POST', `/api/v1/events/${params?.id}/comments`, { body: commentBody });
  return { owner, params: { ...params, commentId: id(expectStatus(201, written).body) } };
};

/** One that has ended, so that it is the same whenever it is read. */
async function occurrence(owner: Person): Promise<string> {
  const due = await remind(owner, 3);
  return (await settled(owner, due.id)).id;
}

async function withPhone(owner: Person): Promise<string> {
  const phone = `+48${randomInt(100_000_000, 999_999_999)}`;
  const body = { first_name: 'Ada', last_name: 'Lovelace', phone };
  expectStatus(200, await owner.ask('PATCH', `/api/v1/users/${owner.id}`, { body }));
  return phone;
}

async function registered(owner: Person): Promise<string> {
  const email = newEmail('fixture');
  expectStatus(201, await owner.ask('POST', '/api/v1/auth/register', { body: { email, password: PASSWORD } }));
  return email;
}

const sms = (owner: Person) => `/api/v1/users/${owner.id}/contact-points/sms`;
const aDevice = () => ({ platform: 'fcm', token: randomUUID() });

/** An administrator's, about somebody who has one. */
async function withExternalId(body?: Record<string, unknown>): Promise<Prepared> {
  const owner = await newMember('boss', 'admins');
  const about = await newPerson('known');
  const first = { external_id: randomBytes(12).toString('hex') };
  expectStatus(200, await owner.ask('PUT', `/api/v1/users/${about.id}/external-id`, { body: first }));
  return { owner, params: { id: about.id }, ...(body ? { body } : {}) };
}

const sender = () => newMember('sender', 'senders');
const aNotification = (owner: Person) => ({
  user_id: owner.id,
  key: 'new_post',
  target_id: 'post',
  data: { by: 'Ada' },
});

/** Something in the owner's inbox. */
const withItem: Prepare = async (owner) => {
  const item = { user_id: owner.id, source_id: randomUUID(), key: 'new_post', data: {} };
  const notification_id = await inbox.add({ ...item, created_at: new Date().toISOString() });
  return { owner, query: `user_id=${owner.id}&notification_id=${notification_id}` };
};
const withInbox: Prepare = async (owner) => ({ owner, query: `user_id=${owner.id}` });

/** An administrator's, about an address that is suppressed. */
async function withSuppression(): Promise<Prepared> {
  const owner = await newMember('warden', 'admins');
  const about = { channel: 'email', address: newEmail('bounced') } as const;
  await suppressions.suppress({ ...about, reason: 'BOUNCE', source: 'ses', since: new Date().toISOString() });
  return { owner, params: { id: suppressionId(about) } };
}

const Redrives = z.object({ items: z.array(z.object({ status: z.string() })) });
/** So that the list of them stays as it is. */
const redrivesEnd = (admin: Person) =>
  until('the end of every redrive', async () => {
    const { items } = Redrives.parse(expectStatus(200, await admin.ask('GET', '/api/v1/admin/redrives')).body);
    return items.some(({ status }) => status === 'RUNNING') ? undefined : items;
  });
async function redriver(): Promise<Person> {
  const owner = await newMember('redriver', 'admins');
  await redrivesEnd(owner);
  return owner;
}

/** Of what never happens here. */
const redriveBody = () => ({
  reason: 'ACCOUNT_NOT_ALLOWED',
  from: new Date(Date.now() - 60_000).toISOString(),
  to: new Date().toISOString(),
  channel: 'discord',
});

/** The token of the link in a mail that has come. */
const withLink =
  (body?: Record<string, unknown>): Prepare =>
  async () => {
    const owner = await newPerson('tired');
    await settled(owner, (await remind(owner, 3, { channels: ['email'] })).id);
    const token = (await unsubscribeUrlMailedTo(owner.email)).split('/').at(-1) ?? '';
    return { owner, params: { token }, ...(body ? { body } : {}) };
  };

/** Somebody's who is invited by another person. */
async function withInvitation(owner: Person): Promise<Prepared> {
  const host = await newPerson('host');
  return { owner, params: { id: (await invited(host, await group(host), { user_id: owner.id })).id } };
}

/** An invitation to a group of theirs. */
async function withGroupInvitation(owner: Person): Promise<Prepared> {
  const groupId = await group(owner);
  const { id: invitation_id } = await invited(owner, groupId, { email: newEmail('guest') });
  return { owner, params: { id: groupId, invitation_id } };
}

/** The link in the mail of an invitation. */
async function withAnswerLink(body?: Record<string, unknown>): Promise<Prepared> {
  const owner = await newPerson('guest');
  await withInvitation(owner);
  const [mail] = await invitationMails(owner.email, 1);
  const token =
    linkIn(mail?.BodyText ?? '')
      .split('/')
      .at(-1) ?? '';
  return { owner, params: { token }, ...(body ? { body } : {}) };
}

const alert = async (owner: Person, price = '1000000') => (await setAlert(owner, { coin: 'bitcoin', price })).id;
const withAlert: Prepare = async (owner) => ({ owner, params: { id: await alert(owner) } });
const withAlertId: Prepare = async (owner) => ({ owner, body: { id: await alert(owner) } });

/** The token of the link in the mail of an alert. */
const withAlertLink =
  (body?: Record<string, unknown>): Prepare =>
  async () => {
    const owner = await newPerson('trader');
    await setAlert(owner, { coin: 'ethereum', condition: { kind: 'above', price: '1' } });
    // Newer than the price that it was set by.
    await look();
    const [mail] = await alertMails(owner.email, 1);
    const token =
      alertLinkIn(mail?.BodyText ?? '')
        .split('/')
        .at(-1) ?? '';
    return { owner, params: { token }, ...(body ? { body } : {}) };
  };

/** Just begun: a lap at a runner's speed. */
const aTrack = () => lap({ at: Date.now() - 20 * 60_000, seconds: 600 });
const withOpenRun =
  (more: () => Partial<Prepared> = () => ({})): Prepare =>
  async (owner) => ({ owner, params: { id: (await openedRun(owner.id)).id }, ...more() });
const withRun: Prepare = async (owner) => ({ owner, params: { id: await runWith(owner, aTrack()) } });

const asking = { acknowledgement: { within: 'PT1H' } };

/** One that was sent and that somebody is asked to acknowledge. */
async function askedOccurrence(owner: Person): Promise<string> {
  const { id } = await remind(owner, 3, asking);
  const sent = await until('the wait', async () => {
    const [latest] = await occurrencesOf(owner, id);
    const trace = latest && (await traceOf(owner, latest.id));
    return trace?.deliveries.some(({ outcome }) => outcome === 'DELIVERED') ? trace : undefined;
  });
  return sent.id;
}

/** The token of the link in a mail that asks to be acknowledged. */
const withAcknowledgeLink =
  (body?: Record<string, unknown>): Prepare =>
  async () => {
    const owner = await newPerson('asked');
    await remind(owner, 3, { ...asking, channels: ['email'] });
    const link = /\/api\/v1\/acknowledge\/([\w.-]+)/;
    const token = await until(
      'the mail',
      async () => link.exec((await mailsTo(owner.email)).at(-1)?.BodyText ?? '')?.[1],
    );
    return { owner, params: { token }, ...(body ? { body } : {}) };
  };

/** Per route, how to come to a request that succeeds. A route that is not here fails the test of access. */
export const prepare: Readonly<Record<string, Prepare>> = {
  'POST /api/v1/auth/register': async (owner) => ({ owner, body: { email: newEmail('fixture'), password: PASSWORD } }),
  'POST /api/v1/auth/confirm': async (owner) => {
    const email = await registered(owner);
    const [code] = await codesMailedTo(email, 1);
    return { owner, body: { email, code } };
  },
  'POST /api/v1/auth/resend-code': async (owner) => ({ owner, body: { email: await registered(owner) } }),
  'POST /api/v1/auth/login': async (owner) => ({ owner, body: { email: owner.email, password: PASSWORD } }),
  'POST /api/v1/auth/refresh': async (owner) => ({ owner, body: { refresh_token: owner.refreshToken } }),
  'POST /api/v1/auth/forgot-password': async (owner) => ({ owner, body: { email: owner.email } }),
  'POST /api/v1/auth/reset-password': async () => {
    const owner = await newPerson('forgetful');
    expectStatus(202, await owner.ask('POST', '/api/v1/auth/forgot-password', { body: { email: owner.email } }));
    const code = (await codesMailedTo(owner.email, 2)).at(-1);
    return { owner, body: { email: owner.email, code, password: PASSWORD } };
  },

  'GET /api/v1/users/{id}': withSelf(),
  'PATCH /api/v1/users/{id}': withSelf({ time_zone: 'Europe/Warsaw', locale: 'pl', preferred_channels: ['inbox'] }),
  'DELETE /api/v1/users/{id}': async () => withSelf()(await newPerson('leaving')),
  'GET /api/v1/users/{id}/preferences': withSelf(),
  'PUT /api/v1/users/{id}/preferences': withSelf({
    enabled: true,
    channels: { push: false },
    categories: { posts: { enabled: true, channels: { email: false } } },
    quiet_hours: { from: '22:00', to: '07:00', days: ['MO'], time_zone: 'Europe/Warsaw', channels: ['sms'] },
    preferred_channels: ['inbox', 'email'],
    locale: 'pl',
  }),
  'PUT /api/v1/users/{id}/external-id': () => withExternalId({ external_id: randomBytes(12).toString('hex') }),
  'DELETE /api/v1/users/{id}/external-id': () => withExternalId(),
  'GET /api/v1/users/{id}/contact-points': withSelf(),
  'POST /api/v1/users/{id}/contact-points/{channel}/verify': async () => {
    const owner = await newPerson('caller');
    await withPhone(owner);
    return { owner, params: { id: owner.id, channel: 'sms' }, body: {} };
  },
  'POST /api/v1/users/{id}/contact-points/{channel}/confirm': async () => {
    const owner = await newPerson('called');
    const phone = await withPhone(owner);
    expectStatus(202, await owner.ask('POST', `${sms(owner)}/verify`, { body: {} }));
    const [code] = /\b\d{6}\b/.exec((await textsSentTo(phone)).at(-1) ?? '') ?? [];
    return { owner, params: { id: owner.id, channel: 'sms' }, body: { code } };
  },
  'POST /api/v1/users/{id}/devices': (owner) => withSelf(aDevice())(owner),
  'DELETE /api/v1/users/{id}/devices/{deviceId}': async (owner) => {
    const added = await owner.ask('POST', `/api/v1/users/${owner.id}/devices`, { body: aDevice() });
    return { owner, params: { id: owner.id, deviceId: id(expectStatus(201, added).body) } };
  },

  // One that they have already: so it is the same request, whoever has made it before.
  'POST /api/v1/groups/{id}/invitations': async (owner) => {
    const [groupId, body] = [await group(owner), { email: newEmail('guest') }];
    await invited(owner, groupId, body);
    return { owner, params: { id: groupId }, body };
  },
  'GET /api/v1/groups/{id}/invitations': withGroup(),
  'GET /api/v1/groups/{id}/invitations/{invitation_id}': withGroupInvitation,
  'DELETE /api/v1/groups/{id}/invitations/{invitation_id}': withGroupInvitation,
  'GET /api/v1/invitations': plain(),
  'POST /api/v1/invitations/{id}/accept': withInvitation,
  'POST /api/v1/invitations/{id}/decline': withInvitation,
  'GET /api/v1/invitation-links/{token}': () => withAnswerLink(),
  'POST /api/v1/invitation-links/{token}': () => withAnswerLink({ answer: 'accept' }),

  'GET /api/v1/unsubscribe/{token}': (owner) => withLink()(owner),
  'POST /api/v1/unsubscribe/{token}': (owner) => withLink({ 'List-Unsubscribe': 'One-Click' })(owner),

  'POST /api/v1/groups': plain({ name: 'Choir', description: 'We sing' }),
  'GET /api/v1/groups': plain(),
  'GET /api/v1/groups/{id}': withGroup(),
  'PATCH /api/v1/groups/{id}': withGroup({ name: 'Band', description: 'We play' }),
  'DELETE /api/v1/groups/{id}': withGroup(),
  'GET /api/v1/groups/{id}/members': withGroup(),
  'PATCH /api/v1/groups/{id}/members/{user_id}': withMate(() => ({ role: 'admin' })),
  'DELETE /api/v1/groups/{id}/members/{user_id}': withMate(),
  'POST /api/v1/groups/{id}/leave': async (user) => {
    const owner = await newPerson('guest');
    const groupId = await group(user);
    await addToGroup(groupId, owner.id);
    return { owner, params: { id: groupId } };
  },
  'POST /api/v1/groups/{id}/hand-over': async (user) => {
    const { params, ...rest } = await withMate((mate) => ({ user_id: mate.id }))(user);
    return { ...rest, params: { id: params?.id ?? '' } };
  },

  'POST /api/v1/events': plain({ ...eventBody, members: [{ email: 'guest@example.com' }] }),
  'GET /api/v1/events': plain(),
  'GET /api/v1/events/{id}': withEvent(),
  'PATCH /api/v1/events/{id}': withEvent({
    ...eventBody,
    title: 'Ball',
    add_members: [{ email: 'guest@example.com' }],
  }),
  'DELETE /api/v1/events/{id}': withEvent(),
  'GET /api/v1/events/{id}/members': withEvent(),
  'PUT /api/v1/events/{id}/answer': withEvent({ answer: 'maybe' }),
  'DELETE /api/v1/events/{id}/answer': withEvent(),
  'GET /api/v1/events/{id}/answers': withEvent(),

  'POST /api/v1/events/{id}/comments': withEvent(commentBody),
  'GET /api/v1/events/{id}/comments': withEvent(),
  'GET /api/v1/events/{id}/comments/{commentId}': withComment,
  'DELETE /api/v1/events/{id}/comments/{commentId}': withComment,

  'POST /api/v1/notifications/create': async (user) => ({ owner: await sender(), body: aNotification(user) }),
  'GET /api/v1/notifications/list': withInbox,
  'POST /api/v1/notifications/read': withItem,
  'POST /api/v1/notifications/read-all': withInbox,
  'POST /api/v1/notifications/archive': withItem,
  'POST /api/v1/notifications/unarchive': withItem,
  'GET /api/v1/notifications/unread-count': withInbox,
  'GET /api/v1/notifications/{id}': async (user) => {
    const owner = await sender();
    const created = await owner.ask('POST', '/api/v1/notifications/create', { body: aNotification(user) });
    return { owner, params: { id: expectStatus(201, created).headers.get('location')?.split('/').at(-1) ?? '' } };
  },

  'POST /api/v1/templates/preview': async () => ({
    owner: await sender(),
    body: { key: 'new_login', channel: 'email' },
  }),

  'POST /api/v1/reminders': plain(reminderBody),
  'GET /api/v1/reminders': plain(),
  'GET /api/v1/reminders/{id}': withReminder(),
  'PATCH /api/v1/reminders/{id}': withReminder({ ...reminderBody, title: 'Ball' }),
  'DELETE /api/v1/reminders/{id}': withReminder(),
  'POST /api/v1/reminders/{id}/cancel': withReminder(),
  'POST /api/v1/reminders/{id}/pause': withReminder(),
  'POST /api/v1/reminders/{id}/resume': async (owner) => {
    const prepared = await withReminder()(owner);
    expectStatus(200, await owner.ask('POST', `/api/v1/reminders/${prepared.params?.id}/pause`));
    return prepared;
  },
  'POST /api/v1/reminders/{id}/snooze': withReminder({ for: 'PT10M' }),
  'GET /api/v1/reminders/{id}/next': withReminder(),
  'GET /api/v1/reminders/{id}/occurrences': withReminder(),
  'GET /api/v1/occurrences/{id}': async (owner) => ({ owner, params: { id: await occurrence(owner) } }),

  'POST /api/v1/alerts/create': plain({
    coin: 'bitcoin',
    currency: 'eur',
    condition: { kind: 'changes', percent: '5', direction: 'up', within: '15m', against: 'window_low' },
    repeat: { cooldown: 'PT1H', hysteresis: '1' },
    note: 'Sell',
    channels: ['inbox', ['push', 'email']],
    expires_at: '2031-12-01T09:00:00Z',
  }),
  'POST /api/v1/alerts/delete': withAlertId,
  'POST /api/v1/alerts/rearm': withAlertId,
  'GET /api/v1/alerts/fetch_all': plain(),
  'GET /api/v1/alerts/fetch_all/{filter}': async (owner) => ({ owner, params: { filter: 'CREATED' } }),
  'GET /api/v1/alerts/{id}': withAlert,
  'GET /api/v1/alert-links/{token}': (owner) => withAlertLink()(owner),
  'POST /api/v1/alert-links/{token}': (owner) => withAlertLink({ action: 'delete' })(owner),

  'POST /api/v1/admin/redrives': async () => ({ owner: await redriver(), body: redriveBody() }),
  'GET /api/v1/admin/redrives': async () => ({ owner: await redriver() }),
  'GET /api/v1/admin/redrives/{id}': async () => {
    const owner = await redriver();
    const asked = await owner.ask('POST', '/api/v1/admin/redrives', { body: redriveBody() });
    await redrivesEnd(owner);
    return { owner, params: { id: id(expectStatus(202, asked).body) } };
  },
  'POST /api/v1/occurrences/{id}/acknowledge': async (owner) => ({
    owner,
    params: { id: await askedOccurrence(owner) },
    body: {},
  }),
  'GET /api/v1/acknowledge/{token}': (owner) => withAcknowledgeLink()(owner),
  'POST /api/v1/acknowledge/{token}': (owner) => withAcknowledgeLink({ acknowledge: 'yes' })(owner),

  'POST /api/v1/pizza-orders': plain({ address: 'Mokotowska 1', additional_phone: '22 555 01 01', note: 'Ring twice' }),
  'GET /api/v1/pizza-orders': plain(),
  'GET /api/v1/pizza-orders/{id}': async (owner) => ({ owner, params: { id: await orderedAhead(owner.id) } }),
  'POST /api/v1/pizza-orders/{id}/receive': async (owner) => ({ owner, params: { id: await readyAhead(owner.id) } }),
  'POST /api/v1/pizza-orders/{id}/cancel': async (owner) => ({ owner, params: { id: await orderedAhead(owner.id) } }),

  'GET /api/v1/game/territories': async (owner) => ({ owner, query: 'bbox=20.98,52.2,21.02,52.22' }),
  'GET /api/v1/game/users/{id}/territory': withSelf(),

  'GET /api/v1/game/wallet': plain(),
  'GET /api/v1/game/ledger': plain(),
  'POST /api/v1/game/grants': async (owner) => ({
    owner: await gameAdmin(),
    body: { user_id: owner.id, currency: 'coins', amount: 5, note: 'For good luck' },
  }),
  'GET /api/v1/game/wallets/{user_id}/audit': async (owner) => ({
    owner: await gameAdmin(),
    params: { user_id: owner.id },
  }),
  'POST /api/v1/game/events': async () => ({ owner: await gameAdmin(), body: gameEventBody }),
  'GET /api/v1/game/events': plain(),
  'GET /api/v1/game/events/{id}': async (owner) => ({ owner, params: { id: (await storedEvent()).id } }),
  'PATCH /api/v1/game/events/{id}': async () => ({
    owner: await gameAdmin(),
    params: { id: (await storedEvent()).id },
    body: { ...gameEventBody, capacity: 5 },
  }),
  'POST /api/v1/game/events/{id}/cancel': async () => ({
    owner: await gameAdmin(),
    params: { id: (await storedEvent()).id },
  }),
  'GET /api/v1/game/events/{id}/standings': async (owner) => ({
    owner,
    params: {
      id: (await storedEvent({ status: 'ARCHIVED', participants: 0, settled_at: new Date().toISOString() })).id,
    },
  }),
  'POST /api/v1/game/events/{id}/tickets': async (owner) => ({ owner, params: { id: (await storedEvent()).id } }),
  'GET /api/v1/game/mining': plain(),
  // One who holds something.
  'POST /api/v1/game/mining/claim': async (owner) => {
    await give(owner.id, 100);
    return { owner };
  },
  'POST /api/v1/game/coins/top-ups': plain({ coins: 5, asset: 'native' }),
  'GET /api/v1/game/coins/top-ups': plain(),
  'GET /api/v1/game/coins/top-ups/{id}': async (owner) => ({ owner, params: { id: await askedAhead(owner.id) } }),
  'POST /api/v1/game/coins/top-ups/{id}/transaction': async (owner) => ({
    owner,
    params: { id: await askedAhead(owner.id) },
    body: { hash: `0x${randomBytes(32).toString('hex')}` },
  }),
  'GET /api/v1/game/tickets': plain(),
  'POST /api/v1/game/tickets/{id}/consume': async (owner) => ({
    owner,
    params: { id: await ticketOf(owner.id, await storedEvent()) },
  }),
  'POST /api/v1/game/strava/connect': plain(),
  'GET /api/v1/game/strava/callback': async (owner) => {
    const { state } = await begunAtStrava(owner);
    return { owner, query: `state=${state}&code=any&scope=read,activity:read` };
  },
  'POST /api/v1/game/strava/callback': async (owner) => {
    const { state } = await begunAtStrava(owner);
    return { owner, body: { state, code: 'any', connect: 'no' } };
  },
  'GET /api/v1/game/strava/connection': plain(),
  'DELETE /api/v1/game/strava/connection': plain(),
  'GET /api/v1/game/strava/activities': plain(),
  'POST /api/v1/game/strava/activities/{id}/enter': async (owner) => {
    const { activityId, runId } = await runAtStrava(owner.id);
    return { owner, params: { id: String(activityId) }, body: { run_id: runId } };
  },
  'GET /api/v1/game/strava/webhook': async (owner) => ({
    owner,
    query: 'hub.mode=subscribe&hub.challenge=abc&hub.verify_token=webhook-token-of-the-tests',
  }),
  'POST /api/v1/game/strava/webhook': plain({
    object_type: 'activity',
    object_id: 154504250376823,
    aspect_type: 'create',
    owner_id: 134815,
    subscription_id: 120475,
    event_time: 1795255200,
  }),
  'GET /api/v1/game/runs': plain(),
  'GET /api/v1/game/runs/{id}': withRun,
  'POST /api/v1/game/runs/{id}/points': withOpenRun(() => ({
    body: { seq: 0, points: uploaded(aTrack()).slice(0, 3) },
  })),
  'POST /api/v1/game/runs/{id}/gpx': withOpenRun(() => ({
    sent: { text: gpx(aTrack()), headers: { 'content-type': 'application/gpx+xml' } },
  })),
  'GET /api/v1/game/runs/{id}/points': withRun,
  'POST /api/v1/game/runs/{id}/finish': withRun,

  'GET /api/v1/admin/suppressions': async () => ({ ...(await withSuppression()), params: {}, query: 'channel=email' }),
  'DELETE /api/v1/admin/suppressions/{id}': () => withSuppression(),
};
