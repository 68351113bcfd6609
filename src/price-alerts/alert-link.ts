import * as z from 'zod';
import { type Seal, sealWith } from '../shared/seal.ts';

/** What the link in a mail stands for: this person's alert. */
const AlertLink = z.object({ alert: z.string(), user: z.string() });
export type AlertLink = z.output<typeof AlertLink>;

const PURPOSE = 'price alert';

/** Links to delete an alert, or to set it again, from a mail. They hold no address; they end with the alert. */
export function alertLinks(secret: string, publicUrl: string) {
  const { seal } = sealWith(secret);
  return (about: AlertLink) => `${publicUrl}/api/v1/alert-links/${seal(PURPOSE, about)}`;
}

/** Undefined for what was forged or altered. */
export const readAlertLink = (token: string, { open }: Pick<Seal, 'open'>): AlertLink | undefined =>
  AlertLink.safeParse(open(PURPOSE, token)).data;
