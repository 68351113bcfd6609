import { cut } from './text.ts';

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

/**
 * Text for at most `maxParts` parts of an SMS: 153 places each in the GSM alphabet, 67 UTF-16 units when a character lies
 * outside it (3GPP TS 23.040). Typographic quotes, dashes and spaces become plain ones first.
 */
export function smsText(text: string, maxParts: number): string {
  const plain = text.replace(/[‘’“”„«»–—…•\u00a0\u202f\t]/g, (character) => PLAIN[character] ?? character);
  const places = [...plain].map((character) => ({ character, size: gsmSize(character) }));
  if (places.some(({ size }) => size === null)) return cut(plain, maxParts * 67, '...');

  const limit = maxParts * 153;
  const total = places.reduce((sum, { size }) => sum + (size ?? 0), 0);
  if (total <= limit) return plain;
  let room = limit - 3;
  let kept = '';
  for (const { character, size } of places) {
    room -= size ?? 0;
    if (room < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}...`;
}

function gsmSize(character: string): 1 | 2 | null {
  if (GSM_BASIC.has(character)) return 1;
  return GSM_EXTENDED.has(character) ? 2 : null;
}
