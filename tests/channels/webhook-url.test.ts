import { describe, expect, test } from '@jest/globals';
import { parseWebhookUrl, WebhookOrigins } from '../../src/channels/webhook-url.ts';

const origins = WebhookOrigins.parse(undefined);

describe("a webhook's address", () => {
  test.each([
    'https://discord.com/api/webhooks/123/abc-DEF_9',
    'https://discordapp.com/api/webhooks/123/abc',
    'https://discord.com/api/v10/webhooks/123/abc',
    'https://discord.com:443/api/webhooks/123/abc',
    'https://DISCORD.com/api/webhooks/123/abc?thread_id=77',
  ])('%s is allowed', (address) => {
    expect(parseWebhookUrl(address, origins)).not.toBeNull();
  });

  test.each([
    '',
    'discord',
    'http://discord.com/api/webhooks/123/abc',
    'https://discord.com:8443/api/webhooks/123/abc',
    'https://user:pass@discord.com/api/webhooks/123/abc',
    'https://discord.com@127.0.0.1/api/webhooks/123/abc',
    'https://discord.com.evil.example/api/webhooks/123/abc',
    'https://evil.example/?https://discord.com/api/webhooks/123/abc',
    'https://127.0.0.1/api/webhooks/123/abc',
    'http://169.254.169.254/api/webhooks/1/t',
    'http://[::1]/api/webhooks/1/t',
    'file:///api/webhooks/1/t',
    'https://discord.com/api/webhooks/123/abc/../../../users/@me',
    'https://discord.com/api/webhooks/123/abc%2F..%2Fx',
    'https://discord.com/api/webhooks/123/abc/messages/1',
    'https://discord.com/api/users/123/abc',
    'https://discord.com/api/webhooks/123/abc#x',
    'https://discord.com/api/webhooks/123/abc?with_components=true',
    'https://discord.com/api/webhooks/123/abc?thread_id=1&thread_id=2',
    'https://discord.com/api/webhooks/123/abc?thread_id=a',
  ])('%p is not', (address) => {
    expect(parseWebhookUrl(address, origins)).toBeNull();
  });

  test('may be on another origin only where the installation says so', () => {
    const local = WebhookOrigins.parse('https://discord.com, http://127.0.0.1:4567');
    expect(parseWebhookUrl('http://127.0.0.1:4567/api/webhooks/1/t', local)).not.toBeNull();
    expect(parseWebhookUrl('http://127.0.0.1:4568/api/webhooks/1/t', local)).toBeNull();
  });

  test.each(['', 'discord.com', 'http://discord.com', 'https://discord.com/api', 'https://*', 'http://10.0.0.1'])(
    'cannot be allowed by %p',
    (list) => {
      expect(WebhookOrigins.safeParse(list).success).toBe(false);
    },
  );
});
