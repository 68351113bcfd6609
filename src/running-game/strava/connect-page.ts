import { escapeHtml } from '../../channels/text.ts';
import { page } from '../../shared/http/page.ts';
import type { ConnectEnd } from './connect.ts';

const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;

/**
 * Asks whoever comes back from Strava, where it was not said, whose account here theirs is to be connected with: an address to connect that
 * somebody else has handed them would give that person their runs.
 */
export const askPage = (email: string, state: string, code: string) =>
  page(
    'Connect Strava?',
    `<p>Your runs from Strava will be seen by whoever has the account <b>${escapeHtml(email)}</b>. Is it yours?</p>` +
      `<form method="post">${hidden('state', state)}${hidden('code', code)}` +
      '<button name="connect" value="yes">Yes, connect it</button> <button name="connect" value="no">No</button></form>',
  );

const TELLING: Record<ConnectEnd, readonly [status: 200 | 403 | 409 | 503, title: string, text: string]> = {
  CONNECTED: [
    200,
    'Strava is connected',
    'The app shows your runs from now on. You can disconnect it there, or at Strava.',
  ],
  EXPIRED: [403, 'This did not work', 'It took too long, or was done before. Begin once more in the app.'],
  UNAVAILABLE: [503, 'Strava does not answer', 'Begin once more in the app in a while.'],
  TAKEN: [409, 'Nothing was connected', 'This account at Strava is connected with another account here.'],
  OTHER_ATHLETE: [409, 'Nothing was connected', 'Another account at Strava is connected. Disconnect that one first.'],
};

/** How connecting has ended, as a page and its status. */
export function endPage(end: ConnectEnd) {
  const [status, title, text] = TELLING[end];
  return { status, body: page(title, `<p>${text}</p>`) };
}

export const deniedPage = page('Nothing was connected', '<p>You can connect Strava in the app at any time.</p>');

export const notEnoughPage = page(
  'Nothing was connected',
  '<p>Without access to your activities there is nothing to show. Begin once more in the app, and leave that allowed.</p>',
);
