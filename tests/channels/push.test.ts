import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { snsPush } from '../../src/channels/push.ts';
import { Provider } from './support/provider.ts';
import { published, refused, snsClient } from './support/sns.ts';

const device = 'arn:aws:sns:eu-central-1:000000000000:endpoint/GCM/carillon/0b1c';
const message = { subject: 'Dentist', text: 'At "nine"', deliveryId: 'd-1' };
let sns: Provider;
beforeAll(async () => {
  sns = await new Provider().start();
});
afterAll(() => sns.stop());

async function payloads(text = message.text, subject = message.subject, data: Record<string, string> = {}) {
  sns.answers(published);
  await snsPush(snsClient(sns.origin)).send(device, { ...message, text, subject, data });
  const sent = new URLSearchParams(sns.received[0]?.body);
  return { sent, payload: JSON.parse(sent.get('Message') ?? '') };
}

describe('a push message', () => {
  test('carries a payload for each platform and goes to the device', async () => {
    const { sent, payload } = await payloads();
    expect(sent.get('TargetArn')).toBe(device);
    expect(sent.get('MessageStructure')).toBe('json');
    expect(payload.default).toBe('At "nine"');
    expect(JSON.parse(payload.APNS)).toMatchObject({ aps: { alert: { title: 'Dentist', body: 'At "nine"' } } });
    expect(JSON.parse(payload.APNS_SANDBOX)).toEqual(JSON.parse(payload.APNS));
    expect(JSON.parse(payload.GCM).fcmV1Message.message).toEqual({
      notification: { title: 'Dentist', body: 'At "nine"' },
      data: { deliveryId: 'd-1' },
    });
  });

  test('brings the data along, beside what the platforms show', async () => {
    const data = { user_id: 'u-1', timestamp: '1796112000', comment: 'See "you"' };
    const { payload } = await payloads(message.text, message.subject, data);
    const { aps, ...rest } = JSON.parse(payload.APNS);
    expect(rest).toEqual({ ...data, deliveryId: 'd-1' });
    expect(aps).toEqual({ alert: { title: 'Dentist', body: 'At "nine"' }, sound: 'default' });
    expect(JSON.parse(payload.GCM).fcmV1Message.message.data).toEqual({ ...data, deliveryId: 'd-1' });
  });

  test.each(['aps', 'from', 'message_type', 'google.sent_time', 'gcm'])(
    'leaves %s, a name of the platforms, to them',
    async (name) => {
      const { payload } = await payloads(message.text, message.subject, { [name]: 'x', post: 'p-1' });
      expect(JSON.parse(payload.APNS)).toEqual({
        aps: { alert: { title: 'Dentist', body: 'At "nine"' }, sound: 'default' },
        deliveryId: 'd-1',
        post: 'p-1',
      });
      expect(JSON.parse(payload.GCM).fcmV1Message.message.data).toEqual({ deliveryId: 'd-1', post: 'p-1' });
    },
  );

  test('leaves out what has no room, and brings what comes before and after it', async () => {
    const data = { user_id: 'u-1', long: 'ł'.repeat(700), post: 'p-1' };
    const { payload } = await payloads(message.text, message.subject, data);
    expect(JSON.parse(payload.GCM).fcmV1Message.message.data).toEqual({
      user_id: 'u-1',
      deliveryId: 'd-1',
      post: 'p-1',
    });
  });

  test('fits into what the platforms allow, however long the text and whatever the data is', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 6_000, size: 'max' });
    const names = fc.string({ unit: 'binary', maxLength: 40 });
    const anyData = fc.dictionary(names, fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), { maxKeys: 20 });
    await fc.assert(
      fc.asyncProperty(texts, anyData, async (text, data) => {
        const { payload } = await payloads(text, text, data);
        expect(Buffer.byteLength(payload.APNS)).toBeLessThanOrEqual(4_096);
        expect(Buffer.byteLength(payload.GCM)).toBeLessThanOrEqual(4_096);
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    [400, 'EndpointDisabled', 'Endpoint is disabled', 'permanent', 'ENDPOINT_DISABLED'],
    [404, 'NotFound', 'Endpoint does not exist', 'permanent', 'ENDPOINT_DISABLED'],
    [400, 'InvalidParameter', 'TargetArn Reason: No endpoint found', 'permanent', 'ENDPOINT_DISABLED'],
    [400, 'InvalidParameter', 'Message too long', 'permanent', 'PROVIDER_REJECTED'],
    [400, 'PlatformApplicationDisabled', 'disabled', 'permanent', 'CREDENTIALS_REJECTED'],
    [500, 'InternalError', 'oops', 'transient', 'PROVIDER_UNAVAILABLE'],
  ])('answered with %i %s (%s) is %s: %s', async (status, code, text, kind, reason) => {
    sns.answers(refused(status, code, text));
    expect(await snsPush(snsClient(sns.origin)).send(device, message)).toEqual({ kind, reason });
  });

  test('is not sent to what is no endpoint, such as a topic', async () => {
    sns.answers(published);
    const topic = 'arn:aws:sns:eu-central-1:000000000000:everybody';
    expect(await snsPush(snsClient(sns.origin)).send(topic, message)).toEqual({
      kind: 'permanent',
      reason: 'INVALID_ADDRESS',
    });
    expect(sns.received).toHaveLength(0);
  });
});
