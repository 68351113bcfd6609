import { describe, expect, it } from '@jest/globals';
import { expectStatus, newMember, newPerson, type Person } from './person.ts';

const path = (id: string) => `/api/v1/users/${id}/preferences`;
const get = async (person: Person) => expectStatus(200, await person.ask('GET', path('me')));
const put = (person: Person, body: unknown, revision?: string) =>
  person.ask('PUT', path('me'), { body, ...(revision === undefined ? {} : { headers: { 'if-match': revision } }) });

const DEFAULTS = { enabled: true, channels: {}, categories: {}, locale: 'en' };
const EVERYTHING = {
  enabled: false,
  channels: { email: false, inbox: true },
  categories: { posts: { enabled: true, channels: { push: false } }, security: { enabled: false, channels: {} } },
  quiet_hours: {
    from: '22:00',
    to: '06:30',
    days: ['FR', 'SA'],
    time_zone: 'America/New_York',
    channels: ['sms', 'push'],
  },
  preferred_channels: ['inbox', ['email', 'sms']],
  locale: 'pl-PL',
};

describe('preferences', () => {
  it('are everything, always, until their owner says otherwise; what is left out then returns to that', async () => {
    const person = await newPerson('picky');
    expect((await get(person)).body).toEqual(DEFAULTS);
    expect(expectStatus(200, await put(person, EVERYTHING)).body).toEqual(EVERYTHING);
    expect((await get(person)).body).toEqual(EVERYTHING);
    const quiet = { quiet_hours: { from: '22:00', to: '07:00' } };
    expect(expectStatus(200, await put(person, quiet)).body).toEqual({
      ...DEFAULTS,
      quiet_hours: { from: '22:00', to: '07:00', channels: ['email', 'sms', 'push', 'discord'] },
    });
    expect(expectStatus(200, await put(person, {})).body).toEqual(DEFAULTS);
  });

  it('can be sent back as they were read', async () => {
    const person = await newPerson('mirror');
    expectStatus(200, await put(person, EVERYTHING));
    const { body } = await get(person);
    expect(expectStatus(200, await put(person, body)).body).toEqual(body);
  });

  it('are not overwritten by somebody who has not seen the last change', async () => {
    const person = await newPerson('twice');
    const seen = (await get(person)).headers.get('etag') ?? '';
    const first = expectStatus(200, await put(person, { locale: 'pl' }, seen));
    expect(first.headers.get('etag')).not.toBe(seen);
    expectStatus(412, await put(person, { locale: 'de' }, seen));
    expect((await get(person)).body.locale).toBe('pl');
    expectStatus(200, await put(person, { locale: 'de' }, first.headers.get('etag') ?? ''));
  });

  it('are the same locale and channels as in the profile, and leave the rest of it alone', async () => {
    const person = await newPerson('both');
    const profile = { time_zone: 'Europe/Warsaw', locale: 'fr', preferred_channels: ['email', 'inbox'] };
    expectStatus(200, await person.ask('PATCH', '/api/v1/users/me', { body: profile }));
    expect((await get(person)).body).toEqual({ ...DEFAULTS, locale: 'fr', preferred_channels: ['email', 'inbox'] });
    const chosen = { locale: 'pl', preferred_channels: [['email', 'sms'], 'inbox'], channels: { push: false } };
    expectStatus(200, await put(person, chosen));
    expect((await person.ask('GET', '/api/v1/users/me')).body).toMatchObject({
      time_zone: 'Europe/Warsaw',
      locale: 'pl',
      preferred_channels: [['email', 'sms'], 'inbox'],
    });
    expectStatus(200, await person.ask('PATCH', '/api/v1/users/me', { body: { locale: 'it' } }));
    expect((await get(person)).body).toEqual({ ...DEFAULTS, ...chosen, locale: 'it' });
  });

  it('are read by administrators and changed by nobody else', async () => {
    const [person, admin] = [await newPerson('watched'), await newMember('boss', 'admins')];
    expectStatus(200, await put(person, EVERYTHING));
    expect(expectStatus(200, await admin.ask('GET', path(person.id))).body).toEqual(EVERYTHING);
    expectStatus(403, await admin.ask('PUT', path(person.id), { body: {} }));
    expectStatus(404, await admin.ask('GET', path('nobody')));
    expectStatus(403, await person.ask('GET', path(admin.id)));
  });

  it.each([
    [{ enabled: 'yes' }, 'enabled'],
    [{ channels: { fax: false } }, 'channels.fax'],
    [{ channels: { sms: null } }, 'channels.sms'],
    [{ categories: { gossip: {} } }, 'categories.gossip'],
    [{ categories: { posts: { channels: { email: 1 } } } }, 'categories.posts.channels.email'],
    [{ quiet_hours: { from: '22:00' } }, 'quiet_hours.to'],
    [{ quiet_hours: { from: '22:00', to: '22:00' } }, 'quiet_hours.to'],
    [{ quiet_hours: { from: '24:00', to: '07:00' } }, 'quiet_hours.from'],
    [{ quiet_hours: { from: '22:00', to: '07:00', days: [] } }, 'quiet_hours.days'],
    [{ quiet_hours: { from: '22:00', to: '07:00', days: ['MO', 'MO'] } }, 'quiet_hours.days'],
    [{ quiet_hours: { from: '22:00', to: '07:00', time_zone: 'Mars/Base' } }, 'quiet_hours.time_zone'],
    [{ quiet_hours: { from: '22:00', to: '07:00', time_zone: '+01:00' } }, 'quiet_hours.time_zone'],
    [{ quiet_hours: { from: '22:00', to: '07:00', channels: ['sms', 'sms'] } }, 'quiet_hours.channels'],
    [{ preferred_channels: [] }, 'preferred_channels'],
    [{ preferred_channels: ['email', ['sms', 'email']] }, 'preferred_channels'],
    [{ preferred_channels: ['inbox', ['fax']] }, 'preferred_channels.1'],
    [{ locale: 'not a tag' }, 'locale'],
    [{ time_zone: 'Europe/Warsaw' }, 'time_zone'],
  ])('are not %j', async (body, field) => {
    const person = await newPerson('wrong');
    const answer = expectStatus(400, await put(person, body));
    expect(answer.body.errors).toEqual([{ field, reason: expect.any(String) }]);
    expect((await get(person)).body).toEqual(DEFAULTS);
  });
});
