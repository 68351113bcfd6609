import * as z from 'zod';

/** What the owner of a phone asks for with an answer to an SMS. */
export interface SmsReply {
  readonly phone: string;
  readonly wish: 'stop' | 'start' | undefined;
}

/** An SMS to a number of ours (AWS End User Messaging SMS user guide, "Example of a two-way SMS message payload"). */
const Inbound = z.object({ originationNumber: z.string(), messageBody: z.string() });

/**
 * The words that carriers and AWS take for it (CTIA Messaging Principles; AWS End User Messaging SMS user guide, "Required opt-out
 * keywords", two of which are French).
 */
const STOP = [
  ...['STOP', 'CANCEL', 'END', 'OPT-OUT', 'OPTOUT', 'QUIT', 'REMOVE', 'UNSUBSCRIBE', 'ARRET', 'TD'],
  ...['STOPALL', 'REVOKE'],
];
const START = ['START', 'YES', 'UNSTOP'];

/** Reads an SMS that came in. Only a word that stands alone is a wish, with or without its accents. Throws when it is not such a message. */
export function smsReply(message: string): SmsReply {
  const { originationNumber: phone, messageBody } = Inbound.parse(JSON.parse(message));
  const letters = messageBody.normalize('NFD').replace(/\p{M}/gu, '');
  const word = letters.replace(/^[\s"'.,!]+|[\s"'.,!]+$/g, '').toUpperCase();
  if (STOP.includes(word)) return { phone, wish: 'stop' };
  return { phone, wish: START.includes(word) ? 'start' : undefined };
}
