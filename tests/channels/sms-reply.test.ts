import { describe, expect, test } from '@jest/globals';
import { smsReply } from '../../src/channels/sms-reply.ts';

const answer = (messageBody: string) =>
  smsReply(JSON.stringify({ originationNumber: '+14255550182', destinationNumber: '+12125550101', messageBody }));

describe('an SMS that comes in', () => {
  test.each([
    ...['STOP', 'stop', ' Stop. ', '"STOP"', 'Unsubscribe!', 'QUIT', 'end', 'CANCEL', 'stopall', 'opt-out'],
    ...['Arret', 'Arrêt', 'REMOVE', 'TD'],
  ])('of %p asks for no more', (text) => expect(answer(text)).toEqual({ phone: '+14255550182', wish: 'stop' }));

  test.each(['START', 'yes', 'Unstop.'])('of %p asks for messages again', (text) => {
    expect(answer(text).wish).toBe('start');
  });

  test.each(['', 'Please do not stop', 'stop it', 'yes please', 'STOPP'])('of %p asks for nothing', (text) => {
    expect(answer(text).wish).toBeUndefined();
  });

  test.each(['STOP', '{}', '{"originationNumber":"+14255550182"}'])('%p is none', (text) => {
    expect(() => smsReply(text)).toThrow();
  });
});
