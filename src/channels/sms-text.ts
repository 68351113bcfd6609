// GSM 03.38: the default alphabet, and the characters that cost two places in it.
const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const GSM_EXTENDED = new Set('\f^{}\\[~]|€');

// Typographic characters that would turn a whole message into UCS-2, which holds less than half as much per part.
const PLAIN: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '•': '*',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\t': ' ',
};

/** How SNS and the networks cut a text up: places in one message, and in each part of a longer one (3GPP TS 23.040). */
const ROOM = { 'GSM-7': { alone: 160, part: 153 }, 'UCS-2': { alone: 70, part: 67 } } as const;

export interface SmsSize {
  readonly encoding: keyof typeof ROOM;
  /** Messages that are paid for. */
  readonly segments: number;
}

/** How many parts a text takes as it is sent. A character of two places is never cut in two. */
export function smsSegments(text: string): SmsSize {
  const plain = plainSms(text);
  const encoding = encodingOf(plain);
  const { alone, part } = ROOM[encoding];
  const sizes = sizesOf(plain, encoding);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  return { encoding, segments: whole <= alone ? 1 : sizes.reduce((at, size) => place(at, size, part), START).parts };
}

/**
 * Text for at most `maxParts` parts of an SMS, ending in three dots where it had to be cut, and then `end`, which is never cut.
 * Typographic quotes, dashes and spaces become plain ones first, as they would turn the whole into UCS-2.
 */
export function smsText(text: string, maxParts: number, end = ''): string {
  const plain = plainSms(text);
  const rest = end === '' ? '' : `\n${plainSms(end)}`;
  const fits = (whole: string) => smsSegments(whole).segments <= maxParts;
  if (fits(plain + rest)) return plain + rest;
  const characters = [...plain];
  const cutAfter = (count: number) => `${characters.slice(0, count).join('').trimEnd()}...${rest}`;
  let [kept, tooMany] = [0, characters.length];
  while (tooMany - kept > 1) {
    const middle = Math.floor((kept + tooMany) / 2);
    if (fits(cutAfter(middle))) kept = middle;
    else tooMany = middle;
  }
  return cutAfter(kept);
}

const plainSms = (text: string) =>
  text.replace(/[‘’“”„«»–—…•\u00a0\u202f\t]/g, (character) => PLAIN[character] ?? character);

const encodingOf = (text: string): SmsSize['encoding'] =>
  [...text].every((character) => GSM_BASIC.has(character) || GSM_EXTENDED.has(character)) ? 'GSM-7' : 'UCS-2';

const sizesOf = (text: string, encoding: SmsSize['encoding']) =>
  [...text].map((character) => sizeOf(character, encoding));

/** In the alphabet's extension a character takes two places; in UCS-2 one outside of the basic plane does. */
const sizeOf = (character: string, encoding: SmsSize['encoding']) =>
  encoding === 'UCS-2' ? character.length : GSM_EXTENDED.has(character) ? 2 : 1;

const START = { parts: 1, used: 0 };

const place = ({ parts, used }: typeof START, size: number, room: number): typeof START =>
  used + size <= room ? { parts, used: used + size } : { parts: parts + 1, used: size };
