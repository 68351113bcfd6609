import { SESv2Client } from '@aws-sdk/client-sesv2';
import * as z from 'zod';
import { singleAttempt } from './aws.ts';
import type { Channel } from './channel.ts';
import { wireAddress } from './email-address.ts';
import { sesEmail } from './email-ses.ts';

const Address = z.string().refine((value) => wireAddress(value) !== null, 'one plain email address');
const Name = z
  .string()
  .max(100)
  .regex(/^\P{Cc}*$/u, 'one line')
  .default('Carillon');

/** Which provider sends email, and as whom: the part of a function's environment that `emailChannel` needs. */
export const EmailEnv = z.discriminatedUnion('EMAIL_PROVIDER', [
  z.object({ EMAIL_PROVIDER: z.literal('ses'), EMAIL_FROM: Address, EMAIL_FROM_NAME: Name }),
  z.object({
    EMAIL_PROVIDER: z.literal('smtp'),
    SMTP_HOST: z.string().min(1),
    SMTP_PORT: z.coerce.number().int().min(1).max(65_535).default(587),
    SMTP_LOGIN: z.string().default(''),
    SMTP_PASSWORD: z.string().default(''),
    SMTP_EMAIL: Address,
    SMTP_NAME: Name,
  }),
]);
export type EmailEnv = z.infer<typeof EmailEnv>;

/** The configured email channel; `configurationSet` is SES's. Only SMTP is loaded on demand; docs/decisions/0004-channels.md tells why. */
export async function emailChannel(env: EmailEnv, configurationSet: string): Promise<Channel<string>> {
  if (env.EMAIL_PROVIDER === 'ses') {
    const sender = { email: env.EMAIL_FROM, name: env.EMAIL_FROM_NAME, configurationSet };
    return sesEmail(new SESv2Client(singleAttempt), sender);
  }
  const { smtpEmail } = await import('./email-smtp.ts');
  return smtpEmail({
    host: env.SMTP_HOST,
    port: env.SMTP_PORT,
    login: env.SMTP_LOGIN,
    password: env.SMTP_PASSWORD,
    email: env.SMTP_EMAIL,
    name: env.SMTP_NAME,
    timeoutMs: 10_000,
  });
}
