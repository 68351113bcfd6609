import { escapeHtml } from '../channels/text.ts';
import { page } from '../shared/http/page.ts';
import type { Invitation } from './invitation.ts';

const bold = (text: string) => `<b>${escapeHtml(text)}</b>`;

/** Asks; posts to where it came from. */
export const askPage = (group: string) =>
  page(
    'You are invited',
    `<p>Do you want to join ${bold(group)}?</p><form method="post"><button name="answer" value="accept">Join</button> <button name="answer" value="decline">Decline</button></form>`,
  );

const EXPIRED = { title: 'The invitation has expired', text: 'Ask whoever sent it for another one.' };

const ENDS: Record<Invitation['status'], { title: string; text: string }> = {
  ACCEPTED: { title: 'You have joined', text: 'You are a member of the group.' },
  DECLINED: { title: 'You have declined', text: 'You are not in the group, and are not asked again for a while.' },
  WITHDRAWN: { title: 'The invitation was withdrawn', text: 'Whoever sent it has taken it back.' },
  EXPIRED,
  // Its execution has not written it down yet.
  OPEN: EXPIRED,
  WAITING_FOR_SIGN_UP: EXPIRED,
};

/** How the invitation has ended. */
export function endPage(status: Invitation['status']): string {
  const { title, text } = ENDS[status];
  return page(title, `<p>${text}</p>`);
}

export const refusedPage = page(
  'This link does not work',
  '<p>It is not complete, or the invitation is kept no longer. Open it from the email once more, or look into the app.</p>',
);
