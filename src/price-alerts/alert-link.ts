import { type Seal, sealWith } from '../shared/seal.ts';
import { AlertKey } from './alert.ts';

const PURPOSE = 'price alert';

/** Links to delete an alert, or to set it again, from a mail. They hold no address; they end with the alert. */
export function alertLinks(secret: string, publicUrl: string) {
  const { seal } = sealWith(secret);
  return ({ userId, id }: AlertKey) => `${publicUrl}/api/v1/alert-links/${seal(PURPOSE, { userId, id })}`;
}

/** Undefined for what was forged or altered. */
export const readAlertLink = (token: string, { open }: Pick<Seal, 'open'>): AlertKey | undefined =>
  AlertKey.safeParse(open(PURPOSE, token)).data;
