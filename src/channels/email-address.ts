import { domainToASCII } from 'node:url';

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/;

/**
 * The address as it goes over the wire, an international domain in its ASCII form; null when it is not one plain address
 * (a quoted or non-ASCII local part, a list, a display name, a line break).
 */
export function wireAddress(address: string): string | null {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || !LOCAL_PART.test(local) || /[\s<>,;:"()[\]\\/?#%]/.test(domain)) return null;
  const ascii = domainToASCII(domain);
  return ascii === '' || ascii.length > 253 ? null : `${local}@${ascii}`;
}

/** A `From` value: the name quoted, or as encoded words (RFC 2047) when it is not ASCII. Both parts must be one line. */
export function mailbox(name: string, address: string): string {
  if (name === '') return address;
  if (/^[\x20-\x7e]*$/.test(name)) return `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
  return `${encodedWords(name)} <${address}>`;
}

// An encoded word may have 75 characters; 42 bytes of content become 56 in base64, which leaves room for the frame.
function encodedWords(text: string): string {
  const chunks: string[] = [''];
  for (const character of text) {
    const last = chunks.length - 1;
    const longer = `${chunks[last]}${character}`;
    if (Buffer.byteLength(longer) <= 42) chunks[last] = longer;
    else chunks.push(character);
  }
  return chunks.map((chunk) => `=?UTF-8?B?${Buffer.from(chunk).toString('base64')}?=`).join(' ');
}
