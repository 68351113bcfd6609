import { expect, it } from '@jest/globals';
import { itemSize } from '../../bench/item-size.ts';
import { CHANNELS } from '../../src/channels/channel.ts';
import { Category } from '../../src/users/category.ts';
import { Preferences } from '../../src/users/preferences.ts';
import { addDevice, choose, confirmUser, type Person, setContactPoint, withExternalId } from '../../src/users/user.ts';

const READ_UNIT = 4096;
const now = new Date('2026-12-01T08:00:00.000Z');
const uuid = '00000000-0000-4000-8000-000000000000';

it('a person who has set all there is to set fits into what one read unit holds', () => {
  const off = Object.fromEntries(CHANNELS.map((channel) => [channel, false]));
  const preferences = Preferences.parse({
    enabled: false,
    channels: off,
    categories: Object.fromEntries(Category.options.map((category) => [category, { enabled: false, channels: off }])),
    quiet_hours: {
      from: '22:00',
      to: '07:00',
      days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'],
      time_zone: 'America/Argentina/ComodRivadavia',
      channels: CHANNELS,
    },
  });
  const email = `${'a'.repeat(64)}@${'b'.repeat(60)}.example.com`;
  const arn = `arn:aws:sns:eu-central-1:123456789012:endpoint/APNS_SANDBOX/carillon-production/${uuid}`;
  const webhook = `https://discord.com/api/webhooks/1234567890123456789/${'s'.repeat(68)}`;
  const changes: ((person: Person) => Person)[] = [
    (person) => setContactPoint(person, 'sms', '+123456789012345', now, now),
    (person) => setContactPoint(person, 'discord', webhook, now, now),
    (person) => withExternalId(person, 'a'.repeat(24), now),
    (person) =>
      choose(
        person,
        { preferences, preferred_channels: [['inbox'], ['email', 'sms'], ['push', 'discord']], locale: 'zh-Hant-TW' },
        now,
      ),
    ...Array.from(
      { length: 12 },
      (_, n) => (person: Person) =>
        addDevice(person, { id: `${uuid.slice(0, -2)}${n + 10}`, platform: 'apns', endpoint_arn: `${arn}${n}` }, now),
    ),
  ];
  const named = { first_name: 'ł'.repeat(100), last_name: 'ó'.repeat(100), phone: '+123456789012345' };
  const newcomer: Person = {
    ...confirmUser({ id: uuid, userName: uuid, email, emailVerified: true }, undefined, now),
    ...named,
    time_zone: 'America/Argentina/ComodRivadavia',
    last_sign_in_at: now.toISOString(),
  };
  const person = changes.reduce((current, change) => change(current), newcomer);
  expect(itemSize({ pk: `user#${uuid}`, sk: 'profile', ...person })).toBeLessThan(READ_UNIT);
});
