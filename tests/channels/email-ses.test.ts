import './support/one-realm.ts';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { singleAttempt } from '../../src/channels/aws.ts';
import { sesEmail } from '../../src/channels/email-ses.ts';
import { type Answer, cutOff, deadOrigin, hang, json, Provider, patienceFor } from './support/provider.ts';

const message = {
  subject: 'Dentist',
  text: 'At nine',
  html: '<p>At nine</p>',
  deliveryId: 'occurrence#1/user#2/email',
};
let ses: Provider;
beforeAll(async () => {
  ses = await new Provider().start();
});
afterAll(() => ses.stop());

const email = (endpoint = ses.origin, name = 'Carillon', requestTimeout = patienceFor()) =>
  sesEmail(
    new SESv2Client({
      ...singleAttempt,
      requestHandler: { ...singleAttempt.requestHandler, requestTimeout },
      endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
    { email: 'reminders@carillon.example', name, configurationSet: 'our-set' },
  );

const refused = (status: number, type: string, text = 'no'): Answer =>
  json(status, { message: text }, { 'x-amzn-errortype': type });

describe('an email through SES', () => {
  test('has subject, both parts, the sender, and the delivery id as a tag that can be read back', async () => {
    ses.answers(json(200, { MessageId: 'ses-1' }));
    expect(await email().send('ada@example.com', message)).toEqual({ kind: 'accepted', messageId: 'ses-1' });
    const sent = JSON.parse(ses.received[0]?.body ?? '');
    expect(ses.received[0]?.path).toBe('/v2/email/outbound-emails');
    expect(sent.FromEmailAddress).toBe('"Carillon" <reminders@carillon.example>');
    expect(sent.Destination).toEqual({ ToAddresses: ['ada@example.com'] });
    expect(sent.ConfigurationSetName).toBe('our-set');
    expect(sent.Content.Simple).toMatchObject({
      Subject: { Data: 'Dentist' },
      Body: { Text: { Data: 'At nine' }, Html: { Data: '<p>At nine</p>' } },
    });
    const [tag] = sent.EmailTags;
    expect(tag.Name).toBe('delivery');
    expect(tag.Value).toMatch(/^[\w-]+$/);
    expect(Buffer.from(tag.Value, 'base64url').toString()).toBe(message.deliveryId);
  });

  test('never has a line break in its subject', async () => {
    ses.answers(json(200, { MessageId: 'ses-1' }));
    await email().send('ada@example.com', { ...message, subject: 'Hi\r\nBcc: eve@example.com' });
    expect(JSON.parse(ses.received[0]?.body ?? '').Content.Simple.Subject.Data).toBe('Hi Bcc: eve@example.com');
  });

  test('can be ended with one click where it says so, and only there', async () => {
    ses.answers(json(200, { MessageId: 'ses-1' }));
    await email().send('ada@example.com', { ...message, unsubscribe: { url: 'https://carillon.example/u/1' } });
    await email().send('ada@example.com', message);
    const headers = ses.received.map(({ body }) => JSON.parse(body).Content.Simple.Headers);
    expect(headers).toEqual([
      [
        { Name: 'Auto-Submitted', Value: 'auto-generated' },
        { Name: 'List-Unsubscribe', Value: '<https://carillon.example/u/1>' },
        { Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' },
      ],
      [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
    ]);
  });

  test('writes the domain of an international address in ASCII', async () => {
    ses.answers(json(200, { MessageId: 'ses-1' }));
    await email().send('ada@bücher.example', message);
    expect(JSON.parse(ses.received[0]?.body ?? '').Destination.ToAddresses).toEqual(['ada@xn--bcher-kva.example']);
  });

  test.each([
    'ada',
    'ada@example.com,eve@example.com',
    'Ada <ada@example.com>',
    'ada@example.com\r\nBcc: x@y.z',
    '"a b"@c.de',
  ])('to %p is not tried at all', async (address) => {
    ses.answers(json(200, { MessageId: 'ses-1' }));
    expect(await email().send(address, message)).toEqual({ kind: 'permanent', reason: 'INVALID_ADDRESS' });
    expect(ses.received).toHaveLength(0);
  });

  const sandbox = 'Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ';
  test.each([
    [400, 'MessageRejected', `${sandbox}ada@example.com`, 'permanent', 'ACCOUNT_NOT_ALLOWED'],
    [400, 'MessageRejected', `${sandbox}reminders@carillon.example`, 'permanent', 'SENDER_NOT_VERIFIED'],
    [400, 'MessageRejected', 'Virus found', 'permanent', 'PROVIDER_REJECTED'],
    [400, 'SendingPausedException', '', 'permanent', 'ACCOUNT_NOT_ALLOWED'],
    [400, 'AccountSuspendedException', '', 'permanent', 'ACCOUNT_NOT_ALLOWED'],
    [400, 'MailFromDomainNotVerifiedException', '', 'permanent', 'SENDER_NOT_VERIFIED'],
    [400, 'BadRequestException', 'Illegal address', 'permanent', 'INVALID_ADDRESS'],
    [400, 'BadRequestException', 'Message length is more than 10485760 bytes', 'permanent', 'MESSAGE_TOO_LARGE'],
    [400, 'LimitExceededException', 'Daily quota', 'transient', 'RATE_LIMITED'],
    [429, 'TooManyRequestsException', 'Rate', 'transient', 'RATE_LIMITED'],
    [403, 'AccessDeniedException', '', 'permanent', 'CREDENTIALS_REJECTED'],
    [500, 'InternalServiceErrorException', '', 'transient', 'PROVIDER_UNAVAILABLE'],
  ])('answered with %i %s (%s) is %s: %s, after one request', async (status, type, text, kind, reason) => {
    ses.answers(refused(status, type, text));
    expect(await email().send('ada@example.com', message)).toEqual({ kind, reason });
    expect(ses.received).toHaveLength(1);
  });

  test.each([
    ['silence', hang],
    ['a connection that breaks', cutOff],
  ])('answered with %s may have been taken, and is not repeated', async (_, answer) => {
    ses.answers(answer);
    const channel = email(ses.origin, 'Carillon', patienceFor(answer));
    expect(await channel.send('ada@example.com', message)).toEqual({ kind: 'unknown', reason: 'OUTCOME_UNKNOWN' });
    expect(ses.received).toHaveLength(1);
  });

  test('that reaches no server is tried again later', async () => {
    const origin = await deadOrigin();
    const result = await email(origin).send('ada@example.com', message);
    expect(result).toEqual({ kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' });
  });
});
