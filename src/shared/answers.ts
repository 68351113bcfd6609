/** The body's text; undefined when it is longer than so many bytes. */
export async function textOf(response: Response, mostBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Of `Retry-After`: seconds or a date (RFC 9110, section 10.2.3). Undefined where it says neither. */
export function retryTime(text: string | null, now: Date): Date | undefined {
  if (text === null) return undefined;
  const instant = /^\d{1,9}$/.test(text) ? now.getTime() + Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(instant) ? undefined : new Date(instant);
}
