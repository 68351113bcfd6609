import { describe, expect, it } from '@jest/globals';
import { Interval, minutesOf } from '../../src/operations/interval.ts';
import { WebhookEnv } from '../../src/operations/webhook.ts';

describe("the operators' webhook", () => {
  const check = (OPERATIONS_WEBHOOK_URL: string, more: object = {}) =>
    WebhookEnv.safeParse({ OPERATIONS_WEBHOOK_URL, ...more });

  it.each(['', 'https://discord.com/api/webhooks/1/token', 'https://discord.com/api/webhooks/1/token?thread_id=2'])(
    'may be %j',
    (url) => expect(check(url).success).toBe(true),
  );

  it.each([
    'https://example.com/api/webhooks/1/token',
    'https://discord.com.example.com/api/webhooks/1/token',
    'https://discord.com@example.com/api/webhooks/1/token',
    'https://discord.com:8443/api/webhooks/1/token',
    'http://discord.com/api/webhooks/1/token',
    'http://169.254.169.254/api/webhooks/1/token',
    'http://127.0.0.1:80/api/webhooks/1/token',
    'https://discord.com/api/webhooks/1/token/../../users',
    'https://discord.com/api/webhooks/1/token?wait=false',
    'file:///etc/passwd',
    'nonsense',
  ])('may not be %s, and the answer does not repeat it', (url) => {
    const { success, error } = check(url);
    expect(success).toBe(false);
    expect(error?.issues[0]?.path).toEqual(['OPERATIONS_WEBHOOK_URL']);
    expect(JSON.stringify(error?.issues)).not.toContain(url);
  });
});

describe('the interval of looking', () => {
  it.each([
    ['rate(1 minute)', 1],
    ['rate(2 minutes)', 2],
    ['rate(59 minutes)', 59],
    ['rate(1 hour)', 60],
  ])('%s is %i minutes', (text, minutes) => expect(minutesOf(Interval.parse(text))).toBe(minutes));

  it.each(['rate(0 minutes)', 'rate(1 minutes)', 'rate(60 minutes)', 'rate(2 hours)', '5 minutes', ''])(
    'is not %j',
    (text) => expect(Interval.safeParse(text).success).toBe(false),
  );
});
