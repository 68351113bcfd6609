import type { AnswerLink } from './answer-link.ts';
import { endPage, refusedPage } from './answer-page.ts';
import { type AnswerDeps, answer } from './end-invitation.ts';
import {
  type Answer,
  InvitationAnswered,
  InvitationExpired,
  InvitationNotFound,
  InvitationWithdrawn,
} from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';

interface Deps extends AnswerDeps {
  readonly invitations: AnswerDeps['invitations'] & Pick<InvitationStore, 'find'>;
}

/** An invitation that has ended otherwise meanwhile. */
const OVER = [InvitationAnswered, InvitationExpired, InvitationWithdrawn];

const REFUSED = { status: 403, body: refusedPage } as const;

/** What a link shows after a button was pressed. Throws ChangedMeanwhile. */
export async function answeredPage(link: AnswerLink | undefined, how: Answer, deps: Deps, now: Date) {
  if (!link) return REFUSED;
  try {
    const { status } = await answer(link.invitation, link.user, how, deps, now);
    return { status: 200, body: endPage(status) } as const;
  } catch (error) {
    if (error instanceof InvitationNotFound) return REFUSED;
    if (!OVER.some((over) => error instanceof over)) throw error;
    const ended = await deps.invitations.find(link.invitation);
    return { status: 409, body: endPage(ended?.status ?? 'WITHDRAWN') } as const;
  }
}
