import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import * as z from 'zod';
import { configure } from './accounts.ts';

/** Has emails go to a mail server of the test's own, until `undo`. */
export async function mailsGoTo(options: Pick<SMTPServerOptions, 'onRcptTo' | 'onData'>): Promise<() => Promise<void>> {
  const server = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], ...options });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.server.address());
  const undo = await configure('send-email', {
    EMAIL_PROVIDER: 'smtp',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(port),
    SMTP_EMAIL: 'carillon@example.com',
  });
  return async () => {
    await undo();
    await new Promise<void>((resolve) => server.close(resolve));
  };
}
