import { escapeHtml } from '../channels/text.ts';
import { page } from '../shared/http/page.ts';
import type { Alert } from './alert.ts';
import { CHANGES, LENGTHS } from './message.ts';

/** What an alert waits for: `rises to 65000 USD`. */
function waitsFor({ condition, currency }: Alert): string {
  if (condition.kind === 'changes') {
    const { direction, percent, within, against } = condition;
    const from = { window_open: '', window_low: ' from its lowest price', window_high: ' from its highest price' };
    return `${CHANGES[direction]} by ${percent} % within ${LENGTHS[within]}${from[against]}`;
  }
  const price = `${condition.price} ${currency.toUpperCase()}`;
  const how = {
    above: `is at ${price} or above`,
    below: `is at ${price} or below`,
    crosses_up: `rises to ${price}`,
    crosses_down: `falls to ${price}`,
  };
  return how[condition.kind];
}

const STANDS: Record<Alert['status'], string> = {
  CREATED: 'It is set: you are told as soon as that is so.',
  TRIGGERED: 'It has fired, and does not fire again unless you set it again.',
  EXPIRED: 'Its time is over. If you set it again, it has no end.',
  DELETED: 'It is deleted: you are not told of it any more.',
};

const DELETE = '<button name="action" value="delete">Delete it</button>';
const AGAIN = '<button name="action" value="rearm">Set it again</button>';

const BUTTONS: Record<Alert['status'], string> = {
  CREATED: DELETE,
  TRIGGERED: `${AGAIN} ${DELETE}`,
  EXPIRED: `${AGAIN} ${DELETE}`,
  DELETED: '',
};

/** How an alert stands, and what its owner may do with it; posts to where it came from. */
export function alertPage(alert: Alert): string {
  const about = `<b>${escapeHtml(`${alert.coin} ${waitsFor(alert)}`)}</b>`;
  const form = BUTTONS[alert.status] && `<form method="post">${BUTTONS[alert.status]}</form>`;
  return page('Your price alert', `<p>${about}</p><p>${STANDS[alert.status]}</p>${form}`);
}

/** Why nothing was done. */
export const unchangedPage = (reason: string) => page('Your alert is as it was', `<p>${escapeHtml(reason)}.</p>`);

export const refusedPage = page(
  'This link does not work',
  '<p>It is not complete, or the alert is gone. Open it from the email once more, or look into the app.</p>',
);
