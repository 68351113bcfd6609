import { describe, expect, it } from '@jest/globals';
import { alternativesIn, ChannelList } from '../../src/channels/channel.ts';

describe('a list of channels', () => {
  it('holds channels and lists of alternatives', () => {
    expect(alternativesIn(ChannelList.parse(['inbox', ['email', 'sms'], 'push']))).toEqual([['email', 'sms']]);
    expect(alternativesIn(ChannelList.parse(['email', 'sms']))).toEqual([]);
  });

  it.each([[[]], [['email', ['sms', 'email']]], [[['sms', 'sms']]], [[[]]], [['fax']], [[['email', ['sms']]]]])(
    'is not %j',
    (list) => {
      expect(ChannelList.safeParse(list).success).toBe(false);
    },
  );
});
