/** Bytes of JSON. */
const MOST_BYTES = 1_200;

/**
 * Names that the platforms keep for themselves among a message's data: `aps` (Apple, "Generating a remote notification"), `from`,
 * `message_type` and what begins with `google` or `gcm` (Firebase, REST resource `projects.messages`).
 */
export const isKeptByPlatforms = (name: string): boolean => /^(aps|from|message_type|(google|gcm).*)$/.test(name);

/** What an app gets of the data, in its order, without what has no room any more and without names that the platforms keep. */
export function fittingPushData(data: Readonly<Record<string, string>>): Record<string, string> {
  let size = Buffer.byteLength('{}');
  return Object.fromEntries(
    Object.entries(data).filter(([name, value]) => {
      const bytes = Buffer.byteLength(`${JSON.stringify(name)}:${JSON.stringify(value)},`);
      if (isKeptByPlatforms(name) || size + bytes > MOST_BYTES) return false;
      size += bytes;
      return true;
    }),
  );
}
