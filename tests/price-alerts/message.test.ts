import { describe, expect, it } from '@jest/globals';
import { EMAIL } from '../../src/notifications/templates/compiled/email.ts';
import { SMS } from '../../src/notifications/templates/compiled/sms.ts';
import { checkData } from '../../src/notifications/templates/key.ts';
import { notificationKey } from '../../src/notifications/templates/keys.ts';
import { fillingFor, renderEmail, renderSms } from '../../src/notifications/templates/rendering.ts';
import { Alert } from '../../src/price-alerts/alert.ts';
import { alertMessage } from '../../src/price-alerts/message.ts';

const alert = (more: object) =>
  Alert.parse({
    id: 'a',
    user_id: 'ada',
    coin: 'bitcoin',
    currency: 'usd',
    repeat: 'once',
    channels: ['email'],
    created_at: '2026-11-30T08:00:00.000Z',
    fired: 1,
    revision: 2,
    status: 'TRIGGERED',
    triggered_at: '2026-12-01T08:30:05.000Z',
    ...more,
  });

const firing = {
  n: 1,
  price: '65012.37',
  previous_price: '64890.1',
  observed_at: '2026-12-01T08:30:00.000Z',
  source: 'api.coingecko.com',
  fired_at: '2026-12-01T08:30:05.000Z',
};

const rising = { kind: 'crosses_up', price: '65000' };
const change = { kind: 'changes', percent: '5', direction: 'up', within: '15m', against: 'window_low' };

function filled(more: object, locale = 'en', about: Parameters<typeof alertMessage>[1] = firing) {
  const variables = alertMessage(alert(more), about, 'https://example.com/api/v1/alert-links/abc');
  const key = notificationKey('price_alert');
  if (!key) throw new Error('there is no key');
  expect(checkData(key, variables)).toEqual([]);
  return fillingFor(
    { key: 'price_alert', variables },
    { first_name: undefined, last_name: undefined, locale, time_zone: 'Europe/Warsaw' },
  );
}

describe('what a person is told of their alert', () => {
  it('by mail: coin, price, condition, the time in their zone, the price before, their note, and the link', async () => {
    const { subject, text, html } = await renderEmail(EMAIL, filled({ condition: rising, note: 'Sell <some>' }));
    expect(subject).toBe('bitcoin is at 65012.37 USD');
    for (const said of [
      'Your alert: bitcoin rises to 65000 USD.',
      'Seen on December 1, 2026 at 9:30 AM (Europe/Warsaw). The price before was 64890.1 USD.',
    ])
      for (const part of [text, html]) expect(part).toContain(said);
    expect(text).toContain('Sell <some>\n');
    expect(text).toContain('Delete it, or watch again: https://example.com/api/v1/alert-links/abc');
    expect(html).toContain('Sell &lt;some&gt;');
    expect(html).toContain('href="https://example.com/api/v1/alert-links/abc"');
  });

  it('in their language', async () => {
    const { subject, text } = await renderEmail(EMAIL, filled({ condition: rising }, 'pl-PL'));
    expect(subject).toBe('bitcoin: 65012.37 USD');
    expect(text).toContain('Twój alert: bitcoin, wzrost do 65000 USD.');
    expect(text).toContain('1 grudnia 2026 09:30 (Europe/Warsaw)');
  });

  it('without a price before where there is none', async () => {
    const { previous_price: _, ...first } = firing;
    const { text } = await renderEmail(EMAIL, filled({ condition: rising }, 'en', first));
    expect(text).not.toContain('before');
  });

  it.each([
    [rising, 'rises to 65000 USD', 'wzrost do 65000 USD'],
    [{ ...rising, kind: 'crosses_down' }, 'falls to 65000 USD', 'spadek do 65000 USD'],
    [{ ...rising, kind: 'above' }, 'at 65000 USD or above', 'co najmniej 65000 USD'],
    [{ ...rising, kind: 'below' }, 'at 65000 USD or below', 'najwyżej 65000 USD'],
    [
      change,
      'rises by 5 % within 15 min, measured from the lowest price in that time',
      'wzrost o 5 % w ciągu 15 min, licząc od najniższej ceny w tym czasie',
    ],
    [
      { ...change, direction: 'down', within: '24h', against: 'window_high' },
      'falls by 5 % within 24 h, measured from the highest price in that time',
      'spadek o 5 % w ciągu 24 h, licząc od najwyższej ceny w tym czasie',
    ],
    [
      { ...change, direction: 'either', against: 'window_open', within: '1h' },
      'changes by 5 % within 1 h',
      'zmiana o 5 % w ciągu 1 h',
    ],
  ])('in words for the condition %j', (condition, english, polish) => {
    expect(renderSms(SMS, filled({ condition })).text).toBe(`bitcoin is at 65012.37 USD. Your alert: ${english}.`);
    expect(renderSms(SMS, filled({ condition }, 'pl')).text).toBe(`bitcoin: 65012.37 USD. Twój alert: ${polish}.`);
  });
});
