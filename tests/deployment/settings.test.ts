import { globSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { checkSettings } from '../../deployment/settings.ts';

const example = parseEnv(readFileSync('.env_example', 'utf8'));
const filledIn = { ...example, TOKEN_SECRET: 'a'.repeat(64) };

const wrong = (values: Record<string, string | undefined>) => {
  const checked = checkSettings(values);
  return 'wrong' in checked ? checked.wrong : [];
};
const settings = (values: Record<string, string | undefined>) => {
  const checked = checkSettings(values);
  return 'settings' in checked ? checked.settings : {};
};

describe('settings', () => {
  it('are right as the example has them, but for the secret', () => {
    expect(wrong(example)).toEqual(['TOKEN_SECRET: is missing']);
    expect(wrong(filledIn)).toEqual([]);
  });

  it('are all in the example, and the example names no others', () => {
    expect(Object.keys(settings(filledIn)).sort()).toEqual(Object.keys(example).sort());
  });

  it('are in the example wherever a template uses one', () => {
    const files = globSync('src/*/{,*/}{functions,machines}.yml');
    const templates = [
      ...files,
      'src/auth/pool.yml',
      'deployment/pool-mail.cjs',
      'deployment/own-url.cjs',
      'deployment/public-url.cjs',
      'deployment/cors.cjs',
      'serverless-auth.yml',
      'serverless-common.yml',
      'serverless-workflows.yml',
    ]
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const used = [...templates.matchAll(/\benv:(\w+)/g)].map(([, name]) => name ?? '');
    expect(used.filter((name) => !(name in example))).toEqual([]);
  });

  it('know where people reach the API, without a slash at the end', () => {
    expect(settings({ ...filledIn, PUBLIC_URL: 'https://carillon.example.com/base/' }).PUBLIC_URL).toBe(
      'https://carillon.example.com/base',
    );
    expect(settings({ ...filledIn, PUBLIC_URL: '' }).PUBLIC_URL).toBe('');
    for (const PUBLIC_URL of [
      'carillon.example.com',
      'http://carillon.example.com',
      'ftp://carillon.example.com',
      'https://carillon.example.com/?from=mail',
      'javascript:x',
    ])
      expect(wrong({ ...filledIn, PUBLIC_URL })).toEqual(['PUBLIC_URL: an https address without a query, or nothing']);
  });

  it('name the origins of web pages one by one, or allow all', () => {
    const origins = (CORS_ORIGINS: string) => settings({ ...filledIn, CORS_ORIGINS }).CORS_ORIGINS;
    expect(origins('')).toBe('');
    expect(origins('*')).toBe('*');
    expect(origins(' https://app.example.com , http://localhost:3000,')).toBe(
      'https://app.example.com,http://localhost:3000',
    );
    for (const CORS_ORIGINS of [
      'app.example.com',
      'http://app.example.com',
      'https://app.example.com/',
      'https://*.example.com',
      '*,https://app.example.com',
    ])
      expect(wrong({ ...filledIn, CORS_ORIGINS })).toEqual([
        'CORS_ORIGINS: origins such as https://app.example.com, separated by commas, or *',
      ]);
  });

  it('of the pizza shop are checked as its functions read them', () => {
    const shop = {
      PIZZA_OPENING_HOURS: 'Mon-Thu 11:00-22:00; Fri 11:00-02:00',
      PIZZA_CAPACITY: '20',
      PIZZA_BAD_ONE_IN: '0',
    };
    expect(wrong({ ...filledIn, ...shop })).toEqual([]);
    const names = ['PIZZA_OPENING_HOURS', 'PIZZA_TIME_ZONE', 'PIZZA_CAPACITY', 'PIZZA_BAKING_TIME', 'PIZZA_BAD_ONE_IN'];
    const values = ['11-22', 'Warsaw', '0', 'PT0S', '-1'];
    const broken = Object.fromEntries(names.map((name, n) => [name, values[n]]));
    const told = wrong({ ...filledIn, ...broken }).map((line) => line.split(':')[0]);
    expect(told.sort()).toEqual(names.toSorted());
  });

  it('are all reported at once when they are wrong, and never with their values', () => {
    const reported = wrong({
      ...filledIn,
      AWS_REGION: 'here-or-there',
      EMAIL_FROM: 'no address',
      TOKEN_SECRET: 'short-secret',
      SMS_MAX_PARTS: '99',
    });
    expect(reported.map((line) => line.split(':')[0])).toEqual([
      'AWS_REGION',
      'TOKEN_SECRET',
      'EMAIL_FROM',
      'SMS_MAX_PARTS',
    ]);
    expect(reported.join()).not.toMatch(/here-or-there|no address|short-secret/);
  });

  it('are refused for another partition, and for push applications of another region', () => {
    for (const AWS_REGION of ['cn-north-1', 'us-gov-west-1', 'us-iso-east-1']) {
      expect(wrong({ ...filledIn, AWS_REGION })).toEqual([expect.stringMatching(/^AWS_REGION: /)]);
    }
    const PUSH_FCM_APPLICATION_ARN = 'arn:aws:sns:eu-west-1:123456789012:app/GCM/carillon';
    expect(wrong({ ...filledIn, PUSH_FCM_APPLICATION_ARN })).toEqual([
      expect.stringMatching(/^PUSH_FCM_APPLICATION_ARN: /),
    ]);
    expect(wrong({ ...filledIn, AWS_REGION: 'eu-west-1', PUSH_FCM_APPLICATION_ARN })).toEqual([]);
  });

  it('for Strava are there all together or not at all', () => {
    const id = { STRAVA_CLIENT_ID: '4711' };
    expect(wrong({ ...filledIn, ...id }).map((line) => line.split(':')[0])).toEqual([
      'STRAVA_CLIENT_SECRET',
      'STRAVA_WEBHOOK_TOKEN',
    ]);
    const all = { ...filledIn, ...id, STRAVA_CLIENT_SECRET: 'a', STRAVA_WEBHOOK_TOKEN: 'b' };
    expect(wrong(all)).toEqual([]);
    for (const [name, value] of [
      ['STRAVA_CLIENT_ID', 'mine'],
      ['STRAVA_URL', 'http://strava.example.com'],
      ['STRAVA_SHARING', 'yes'],
      ['STRAVA_KEEP', 'PT1H'],
    ] as const)
      expect(wrong({ ...all, [name]: value })).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  it('name a price feed that is encrypted, or on this machine, and bounds for what it says', () => {
    const feed = (PRICE_FEED_URL: string) => settings({ ...filledIn, PRICE_FEED_URL }).PRICE_FEED_URL;
    expect(feed('')).toBe('https://api.coingecko.com/api/v3');
    expect(feed('https://prices.example.com/')).toBe('https://prices.example.com');
    expect(feed('http://127.0.0.1:4566/_carillon/prices')).toBe('http://127.0.0.1:4566/_carillon/prices');
    for (const [name, value] of [
      ['PRICE_FEED_URL', 'http://prices.example.com'],
      ['PRICE_FEED_URL', 'https://me:secret@prices.example.com'],
      ['PRICE_FEED_URL', 'https://prices.example.com/?key=secret'],
      ['PRICE_FEED_KEY', 'two words'],
      ['PRICE_REQUESTS_PER_MINUTE', '0'],
      ['PRICE_MAX_AGE', 'PT30S'],
      ['PRICE_MAX_AGE', 'PT2H'],
      ['PRICE_MAX_JUMP', '0'],
      ['PRICE_MAX_JUMP', 'some'],
      ['PRICE_WATCH_INTERVAL', 'rate(1 day)'],
    ] as const)
      expect(wrong({ ...filledIn, [name]: value })).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  it('take the sender for the verified identity of SES unless another one is named', () => {
    expect(settings(filledIn).EMAIL_IDENTITY).toBe('carillon@example.com');
    expect(settings({ ...filledIn, EMAIL_IDENTITY: 'example.com' }).EMAIL_IDENTITY).toBe('example.com');
  });

  it('need the mail server where mail goes through one, and leave it out otherwise', () => {
    expect(wrong({ ...filledIn, EMAIL_PROVIDER: 'smtp' }).map((line) => line.split(':')[0])).toEqual([
      'SMTP_HOST',
      'SMTP_EMAIL',
    ]);
    const smtp = settings({
      ...filledIn,
      EMAIL_PROVIDER: 'smtp',
      SMTP_HOST: 'mail.example.com',
      SMTP_EMAIL: 'a@example.com',
    });
    expect(smtp).toMatchObject({ SMTP_HOST: 'mail.example.com', SMTP_PORT: '587', EMAIL_FROM: '' });
    expect(settings({ ...filledIn, SMTP_PASSWORD: 'left over' }).SMTP_PASSWORD).toBe('');
  });
});
