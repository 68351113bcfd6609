import * as z from 'zod';
import { type Seal, sealWith } from '../shared/seal.ts';

/** What the link in a mail stands for: this person's answer to this invitation. */
const AnswerLink = z.object({ invitation: z.string(), user: z.string() });
export type AnswerLink = z.output<typeof AnswerLink>;

const PURPOSE = 'invitation';

/** Links to answer from a mail. They hold no address; they end with the invitation. */
export function answerLinks(secret: string, publicUrl: string) {
  const { seal } = sealWith(secret);
  return (about: AnswerLink) => `${publicUrl}/api/v1/invitation-links/${seal(PURPOSE, about)}`;
}

/** Undefined for what was forged or altered. */
export const readAnswerLink = (token: string, { open }: Pick<Seal, 'open'>): AnswerLink | undefined =>
  AnswerLink.safeParse(open(PURPOSE, token)).data;
