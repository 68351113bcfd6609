import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { address, type Home } from './home.ts';

const mailbox = z.object({
  messages: z.record(
    z.string(),
    z.array(
      z.object({ To: z.array(z.string()), Subject: z.string(), BodyText: z.string(), BodyHtml: z.string().nullish() }),
    ),
  ),
});
const phones = z.object({ sms_messages: z.record(z.string(), z.array(z.object({ Message: z.string() }))) });

type Call = { token?: string | undefined; body?: unknown };

/** A client of the local stack: its API over plain HTTP, and the mailboxes and phones that it delivers to. */
export const clientOf = (home: Home) => {
  const get = async (path: string): Promise<unknown> => (await fetch(`${address(home)}${path}`)).json();
  const mails = async (to: string) =>
    Object.values(mailbox.parse(await get('/_ministack/ses/messages')).messages)
      .flat()
      .filter(({ To }) => To.includes(to));
  const texts = async (to: string) =>
    (
      phones.parse(await get(`/_ministack/sns/sms-messages?phoneNumber=${encodeURIComponent(to)}`)).sms_messages[to] ??
      []
    ).map(({ Message }) => Message);
  return {
    /** What the API answers, as `schema` describes it. Throws where it refuses. */
    call: async <S extends z.ZodType>(
      schema: S,
      method: string,
      path: string,
      { token, body }: Call = {},
    ): Promise<z.output<S>> => {
      const answer = await fetch(`${address(home)}/api/v1${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
      return schema.parse(text === '' ? undefined : JSON.parse(text));
    },
    mails,
    texts,
    mailedCode: async (to: string) => codeIn((await mails(to)).map((mail) => mail.BodyHtml || mail.BodyText)),
    textedCode: async (to: string) => codeIn(await texts(to)),
  };
};

/** The six digits of the newest message. */
const codeIn = (messages: string[]): string => {
  const code = messages.at(-1)?.match(/\b\d{6}\b/)?.[0];
  if (code === undefined) throw new Error('No code has arrived.');
  return code;
};

/** Looks again and again until `look` finds something. */
export const until = async <T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> => {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not happen within ${seconds} s.`);
};
