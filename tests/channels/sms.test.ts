import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SmsEnv, snsSms } from '../../src/channels/sms.ts';
import { cutOff, deadOrigin, hang, Provider, patienceFor, xml } from './support/provider.ts';
import { published, refused, snsClient } from './support/sns.ts';

const message = { subject: 'Dentist', text: 'Dentist: at nine', deliveryId: 'd-1' };
let sns: Provider;
beforeAll(async () => {
  sns = await new Provider().start();
});
afterAll(() => sns.stop());

const sms = (senderId = 'Carillon', patience?: number) =>
  snsSms(snsClient(sns.origin, patience), { senderId, maxParts: 3 });

describe('an SMS', () => {
  test('goes to the number as a transactional message from the configured sender', async () => {
    sns.answers(published);
    expect(await sms().send('+48600100200', message)).toEqual({ kind: 'accepted', messageId: 'sns-1' });
    const sent = new URLSearchParams(sns.received[0]?.body);
    expect(sent.get('PhoneNumber')).toBe('+48600100200');
    expect(sent.get('Message')).toBe('Dentist: at nine');
    expect([...sent.values()]).toEqual(expect.arrayContaining(['AWS.SNS.SMS.SMSType', 'Transactional', 'Carillon']));
  });

  test('names no sender when none is configured', async () => {
    sns.answers(published);
    await sms('').send('+48600100200', message);
    expect(sns.received[0]?.body).not.toContain('SenderID');
  });

  test.each(['600100200', '+0123456789', '+48 600 100 200', '', '+4860010020012345'])(
    'to %p is not tried at all',
    async (number) => {
      sns.answers(published);
      expect(await sms().send(number, message)).toEqual({ kind: 'permanent', reason: 'INVALID_ADDRESS' });
      expect(sns.received).toHaveLength(0);
    },
  );

  test.each([
    [400, 'InvalidParameter', 'permanent', 'INVALID_ADDRESS'],
    [400, 'ParameterValueInvalid', 'permanent', 'INVALID_ADDRESS'],
    [400, 'OptedOut', 'permanent', 'ADDRESS_SUPPRESSED'],
    [400, 'UserError', 'permanent', 'ACCOUNT_NOT_ALLOWED'],
    [403, 'AuthorizationError', 'permanent', 'CREDENTIALS_REJECTED'],
    [403, 'InvalidClientTokenId', 'permanent', 'CREDENTIALS_REJECTED'],
    [400, 'Throttling', 'transient', 'RATE_LIMITED'],
    [429, 'Throttled', 'transient', 'RATE_LIMITED'],
    [500, 'InternalError', 'transient', 'PROVIDER_UNAVAILABLE'],
    [503, 'ServiceUnavailable', 'transient', 'PROVIDER_UNAVAILABLE'],
    [504, 'GatewayTimeout', 'unknown', 'OUTCOME_UNKNOWN'],
    [400, 'SomethingNew', 'permanent', 'PROVIDER_REJECTED'],
  ])('answered with %i %s is %s: %s, after one request', async (status, code, kind, reason) => {
    sns.answers(refused(status, code));
    expect(await sms().send('+48600100200', message)).toEqual({ kind, reason });
    expect(sns.received).toHaveLength(1);
  });

  test.each([
    ['silence', hang],
    ['a connection that breaks', cutOff],
    ['a yes that cannot be read', xml(200, '<Publish')],
  ])('answered with %s may have been taken, and is not repeated', async (_, answer) => {
    sns.answers(answer);
    const channel = sms('Carillon', patienceFor(answer));
    expect(await channel.send('+48600100200', message)).toEqual({ kind: 'unknown', reason: 'OUTCOME_UNKNOWN' });
    expect(sns.received).toHaveLength(1);
  });

  test('that reaches no server is tried again later', async () => {
    const origin = await deadOrigin();
    const channel = snsSms(snsClient(origin), { senderId: '', maxParts: 3 });
    expect(await channel.send('+48600100200', message)).toEqual({ kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' });
  });

  test('has a connection of its own, so that a kept one cannot die unnoticed', async () => {
    sns.answers(published);
    const channel = sms();
    await channel.send('+48600100200', message);
    await channel.send('+48600100200', message);
    expect(sns.connections).toBe(2);
  });
});

test('a sender id that no phone could show is refused when the function starts', () => {
  expect(SmsEnv.safeParse({ SMS_SENDER_ID: 'Much too long' }).success).toBe(false);
  expect(SmsEnv.safeParse({ SMS_SENDER_ID: '12345' }).success).toBe(false);
  expect(SmsEnv.parse({})).toEqual({ SMS_SENDER_ID: '', SMS_MAX_PARTS: 3 });
});
