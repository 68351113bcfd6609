import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CHANNELS, type ChannelList, type ChannelName } from '../../src/channels/channel.ts';
import { type ChannelChoice, selectChannels } from '../../src/notifications/delivery/delivery.ts';
import { addDevice, confirmUser, type Person, setContactPoint } from '../../src/users/user.ts';

const now = new Date('2026-12-01T08:00:00.000Z');
const identity = { id: 'ada', userName: 'ada', email: 'ada@example.com', emailVerified: true };
const device = { id: 'phone', platform: 'fcm', endpoint_arn: 'arn:aws:sns:eu-central-1:1:endpoint/GCM/a/b' } as const;
const OFF = 'CHANNEL_NOT_PREFERRED';

/** Somebody who is reached on these channels and, as everybody is, in the inbox. */
function reachedOn(channels: readonly ChannelName[], preferred_channels?: ChannelList): Person {
  const person = confirmUser({ ...identity, emailVerified: channels.includes('email') }, undefined, now);
  const withPhone = channels.includes('sms') ? setContactPoint(person, 'sms', '+48123456789', now, now) : person;
  const withDiscord = channels.includes('discord')
    ? setContactPoint(withPhone, 'discord', 'https://discord.com/api/webhooks/1/a', now, now)
    : withPhone;
  return { ...(channels.includes('push') ? addDevice(withDiscord, device, now) : withDiscord), preferred_channels };
}

function selected(person: Person | undefined, choice: ChannelChoice, suppressed: ChannelName[] = []) {
  const { send, skip } = selectChannels(person, choice, 'invitations', new Set(suppressed));
  return { send, skip: Object.fromEntries(skip.map(({ channel, reason }) => [channel, reason])) };
}

describe('alternatives that a cause names', () => {
  const choice: ChannelChoice = ['inbox', ['push', 'email']];

  it('are the first that reaches the person', () => {
    expect(selected(reachedOn(['push', 'email']), choice)).toEqual({ send: ['inbox', 'push'], skip: { email: OFF } });
  });

  it('go on to the next where the first does not reach the person', () => {
    expect(selected(reachedOn(['email']), choice)).toEqual({ send: ['inbox', 'email'], skip: { push: 'NO_DEVICE' } });
  });

  it('end with what keeps each back where none reaches the person', () => {
    const skip = { push: 'NO_DEVICE', email: 'ADDRESS_SUPPRESSED' };
    expect(selected(reachedOn(['email']), choice, ['email'])).toEqual({ send: ['inbox'], skip });
  });

  it('reach nobody who is unknown', () => {
    const skip = { inbox: 'USER_UNKNOWN', push: 'USER_UNKNOWN', email: 'USER_UNKNOWN' };
    expect(selected(undefined, choice)).toEqual({ send: [], skip });
  });

  it('give way to those of the person', () => {
    const person = reachedOn(['push', 'email'], ['inbox', ['email', 'push']]);
    expect(selected(person, choice)).toEqual({ send: ['inbox', 'email'], skip: { push: OFF } });
  });
});

const channels = fc.subarray([...CHANNELS]);
const list = fc
  .tuple(
    fc.shuffledSubarray([...CHANNELS], { minLength: 1 }),
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 5 }),
  )
  .map(([names, sizes]): ChannelList => {
    const rest = [...names];
    const grouped = sizes.map((size) => rest.splice(0, size)).filter((group) => group.length > 0);
    return [...grouped, ...rest];
  });

describe('whatever person and cause say', () => {
  it('every chosen channel is used or has a reason, and somebody whom one of them reaches is reached', () => {
    fc.assert(
      fc.property(channels, fc.option(list, { nil: undefined }), list, (reached, preferred, choice) => {
        const { send, skip } = selected(reachedOn(reached, preferred), choice);
        const chosen = choice.flat();
        expect([...send, ...Object.keys(skip)].sort()).toEqual([...chosen].sort());
        const reaching = chosen.filter((channel) => channel === 'inbox' || reached.includes(channel));
        expect(send.length > 0).toBe(reaching.length > 0);
        for (const each of choice)
          if (Array.isArray(each)) expect(send.filter((name) => each.includes(name)).length).toBeLessThan(2);
        expect(reaching).toEqual(expect.arrayContaining(send));
      }),
    );
  });
});
