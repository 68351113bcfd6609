/** Shortens to at most `max` UTF-16 units, ending in `ellipsis` where something was left out; never splits a character. */
export function cut(text: string, max: number, ellipsis = '…'): string {
  if (text.length <= max) return text;
  return (
    text
      .slice(0, max - ellipsis.length)
      .toWellFormed()
      .replace(/\uFFFD$/, '')
      .trimEnd() + ellipsis
  );
}

/** Shortens to what fits into `max` bytes as the contents of a JSON string. */
export function cutToJsonBytes(text: string, max: number): string {
  if (jsonBytes(text) <= max) return text;
  let kept = '';
  let size = jsonBytes('…');
  for (const character of text) {
    size += jsonBytes(character);
    if (size > max) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

const jsonBytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands, in HTML or a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** One line without control characters or line separators: safe in any header. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

/** Text with `\n` as the only line break and no control characters besides the tab. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim();
}
