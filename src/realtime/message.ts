import * as z from 'zod';

const Ping = z.object({ action: z.literal('ping') });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a client's message is answered with. All that it has to say is `{"action": "ping"}`, which keeps the connection open. */
export function answerTo(text: string) {
  if (Ping.safeParse(parsed(text)).success) return { type: 'pong' };
  return { type: 'error', title: 'The only message that is understood here is {"action": "ping"}' };
}
