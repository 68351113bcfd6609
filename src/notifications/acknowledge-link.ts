import { type Seal, sealWith } from '../shared/seal.ts';
import { DAY } from '../shared/time.ts';
import type { Content } from './delivery/delivery.ts';

/** What the link in a message stands for: somebody has seen what `ref` names. */
export interface AcknowledgeLink {
  readonly ref: string;
  readonly userId: string;
  /** After this it is not answered any more. */
  readonly expires: Date;
}

const PURPOSE = 'acknowledge';
/** Milliseconds for which whoever comes too late is still told how it ended. */
const ANSWERED_FOR = 7 * DAY;

/** A UUID in 22 characters. */
const packed = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
const unpacked = (text: string) =>
  Buffer.from(text, 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/**
 * Links for people to say that they have seen something: one for each person, short enough for an SMS. None where nobody is asked, or
 * asked any more.
 */
export function acknowledgeLinks(secret: string, publicUrl: string) {
  const { sealText } = sealWith(secret);
  return (userId: string, { acknowledge }: Content, now: Date): string | undefined => {
    if (!acknowledge || acknowledge.until <= now.toISOString()) return undefined;
    const expires = Math.floor((Date.parse(acknowledge.until) + ANSWERED_FOR) / 1000).toString(36);
    return `${publicUrl}/api/v1/acknowledge/${sealText(PURPOSE, `${packed(userId)}${acknowledge.ref}_${expires}`)}`;
  };
}

const FORM = /^([\w-]{22})([\w-]{27})_([0-9a-z]{1,9})$/;

/** What a link's token stands for; undefined when it was forged or altered. */
export function readAcknowledgeLink(token: string, { openText }: Pick<Seal, 'openText'>): AcknowledgeLink | undefined {
  const [, user = '', ref = '', expires = ''] = FORM.exec(openText(PURPOSE, token) ?? '') ?? [];
  if (ref === '') return undefined;
  return { ref, userId: unpacked(user), expires: new Date(Number.parseInt(expires, 36) * 1000) };
}
