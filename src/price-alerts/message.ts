import type { Alert, Firing } from './alert.ts';
import type { Condition, Within } from './condition.ts';

/** As people write it. */
export const LENGTHS: Record<Within, string> = { '5m': '5 min', '15m': '15 min', '1h': '1 h', '24h': '24 h' };

export const CHANGES = { up: 'rises', down: 'falls', either: 'changes' } as const;

/** The condition as the texts of the key `price_alert` take it. */
function termsOf(condition: Condition) {
  if (condition.kind !== 'changes') return { kind: condition.kind, bound: condition.price };
  const { direction, percent, within, against } = condition;
  return { kind: CHANGES[direction], percent, within: LENGTHS[within], against };
}

/** What a person is told when their alert has fired: the data of the key `price_alert`. `link` leads to the page of the alert. */
export function alertMessage({ id, coin, currency, condition, note }: Alert, firing: Firing, link: string) {
  const { price, previous_price, observed_at } = firing;
  return {
    alert_id: id,
    coin,
    currency,
    price,
    ...(previous_price === undefined ? {} : { previous_price }),
    observed_at,
    ...termsOf(condition),
    ...(note === undefined ? {} : { note }),
    link,
  };
}
