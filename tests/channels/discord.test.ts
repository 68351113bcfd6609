import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { discordWebhook } from '../../src/channels/discord.ts';
import { cutOff, deadOrigin, hang, json, Provider, patienceFor } from './support/provider.ts';

const message = { subject: 'Raid', text: '**Raid**\n@everyone at nine', deliveryId: 'd-1' };
let discord: Provider;
beforeAll(async () => {
  discord = await new Provider().start();
});
afterAll(() => discord.stop());

const path = '/api/webhooks/123/to-ken_1';
const post = (text = message.text, address = `${discord.origin}${path}`, timeoutMs = patienceFor()) =>
  discordWebhook({ origins: [discord.origin], timeoutMs }).send(address, { ...message, text });

describe('a post to Discord', () => {
  test('is accepted with the id of the message, and pings nobody', async () => {
    discord.answers(json(200, { id: '998877' }));
    expect(await post()).toEqual({ kind: 'accepted', messageId: '998877' });
    expect(discord.received[0]).toMatchObject({ method: 'POST', path: `${path}?wait=true` });
    expect(JSON.parse(discord.received[0]?.body ?? '')).toEqual({
      content: message.text,
      allowed_mentions: { parse: [] },
    });
  });

  test('is accepted without an id when Discord gives none', async () => {
    discord.answers((response) => response.writeHead(204).end());
    expect(await post()).toEqual({ kind: 'accepted', messageId: null });
  });

  test('is accepted when the answer breaks off after its status', async () => {
    discord.answers((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":', () => response.socket?.destroy());
    });
    expect(await post()).toEqual({ kind: 'accepted', messageId: null });
  });

  test('stays in its thread', async () => {
    discord.answers(json(200, { id: '1' }));
    await post('hi', `${discord.origin}${path}?thread_id=42`);
    expect(discord.received[0]?.path).toBe(`${path}?thread_id=42&wait=true`);
  });

  test('is cut to the 2,000 characters that Discord takes, not through the middle of one', async () => {
    discord.answers(json(200, { id: '1' }));
    await post('🎲'.repeat(1_500));
    const { content } = JSON.parse(discord.received[0]?.body ?? '');
    expect(content.length).toBeLessThanOrEqual(2_000);
    expect(content).toMatch(/^(🎲)+…$/u);
  });

  test('waits out a short rate limit and goes through', async () => {
    discord.answers(json(429, { retry_after: 0.05 }, { 'retry-after': '1' }), json(200, { id: '2' }));
    expect(await post()).toEqual({ kind: 'accepted', messageId: '2' });
    expect(discord.received).toHaveLength(2);
  });

  test('leaves a long rate limit to the caller, with the seconds', async () => {
    discord.answers(json(429, { message: 'slow' }, { 'retry-after': '17' }));
    expect(await post()).toEqual({ kind: 'transient', reason: 'RATE_LIMITED', retryAfterSeconds: 17 });
    expect(discord.received).toHaveLength(1);
  });

  test('gives up waiting when the limits add up', async () => {
    discord.answers(json(429, { retry_after: 0 }));
    expect(await post()).toEqual({ kind: 'transient', reason: 'RATE_LIMITED', retryAfterSeconds: 0 });
    expect(discord.received.length).toBeLessThan(20);
  });

  test.each([
    [400, 'permanent', 'PROVIDER_REJECTED'],
    [401, 'permanent', 'WEBHOOK_GONE'],
    [404, 'permanent', 'WEBHOOK_GONE'],
    [500, 'transient', 'PROVIDER_UNAVAILABLE'],
    [502, 'transient', 'PROVIDER_UNAVAILABLE'],
    [504, 'unknown', 'OUTCOME_UNKNOWN'],
  ])('answered with %i is %s: %s', async (status, kind, reason) => {
    discord.answers(json(status, {}));
    expect(await post()).toEqual({ kind, reason });
    expect(discord.received).toHaveLength(1);
  });

  test.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (status) => {
    discord.answers(json(status, {}, { location: `${discord.origin}/elsewhere` }));
    expect(await post()).toEqual({ kind: 'permanent', reason: 'WEBHOOK_NOT_ALLOWED' });
    expect(discord.received).toHaveLength(1);
  });

  test.each([
    ['silence', hang],
    ['a connection that breaks', cutOff],
  ])('answered with %s may be there, and is not repeated', async (_, answer) => {
    discord.answers(answer);
    const result = await post(message.text, undefined, patienceFor(answer));
    expect(result).toEqual({ kind: 'unknown', reason: 'OUTCOME_UNKNOWN' });
    expect(discord.received).toHaveLength(1);
  });

  test('that reaches no server is tried again later', async () => {
    const origin = await deadOrigin();
    const channel = discordWebhook({ origins: [origin], timeoutMs: patienceFor() });
    const result = await channel.send(`${origin}${path}`, message);
    expect(result).toEqual({ kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' });
  });

  test('has a connection of its own, so that a kept one cannot die unnoticed', async () => {
    discord.answers(json(200, { id: '1' }));
    await post();
    await post();
    expect(discord.connections).toBe(2);
  });

  test('goes nowhere that is not a webhook of an allowed origin', async () => {
    discord.answers(json(200, { id: '1' }));
    for (const address of [`${discord.origin}/latest/meta-data`, 'http://169.254.169.254/api/webhooks/1/t']) {
      expect(await post('hi', address)).toEqual({ kind: 'permanent', reason: 'WEBHOOK_NOT_ALLOWED' });
    }
    expect(discord.received).toHaveLength(0);
  });
});
