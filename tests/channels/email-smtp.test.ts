import { afterEach, describe, expect, test } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { smtpEmail } from '../../src/channels/email-smtp.ts';
import { hang, patienceFor, portOf } from './support/provider.ts';

const message = { subject: 'Dentist – Łódź', text: 'At nine', html: '<p>At nine</p>', deliveryId: 'o#1/u#2/email' };
const running: SMTPServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve))));
});

interface Taken {
  readonly from: string;
  readonly to: string[];
  readonly source: string;
}

const refusal = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code });

async function smtpServer(options: SMTPServerOptions = {}): Promise<{ port: number; taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    closeTimeout: 50,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: portOf(server.server.address()), taken };
}

const email = (port: number, more: Partial<Parameters<typeof smtpEmail>[0]> = {}) =>
  smtpEmail({
    host: '127.0.0.1',
    port,
    login: '',
    password: '',
    email: 'reminders@carillon.example',
    name: 'Carillon',
    timeoutMs: patienceFor(),
    ...more,
  });

/** For a server that is not going to answer. */
const silence = { timeoutMs: patienceFor(hang) };

describe('an email over SMTP', () => {
  test('arrives with both parts, a readable subject, and a Message-ID that is the same for the same delivery', async () => {
    const { port, taken } = await smtpServer();
    const first = await email(port).send('ada@example.com', message);
    const again = await email(port).send('ada@example.com', message);
    expect(first).toEqual({ kind: 'accepted', messageId: expect.stringMatching(/^<[0-9a-f]{64}@carillon\.example>$/) });
    expect(again).toEqual(first);
    expect(taken[0]).toMatchObject({ from: 'reminders@carillon.example', to: ['ada@example.com'] });
    const source = taken[0]?.source ?? '';
    expect(source).toMatch(/^From: Carillon <reminders@carillon.example>$/m);
    expect(source).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(source).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(source).toMatch(/multipart\/alternative/);
    expect(source).toContain('At nine');
    expect(source).toContain('<p>At nine</p>');
    expect(source).toContain(first.kind === 'accepted' ? first.messageId : '?');
  });

  test('can be ended with one click where it says so', async () => {
    const { port, taken } = await smtpServer();
    await email(port).send('ada@example.com', { ...message, unsubscribe: { url: 'https://carillon.example/u/1' } });
    await email(port).send('ada@example.com', message);
    expect(taken[0]?.source).toMatch(/^List-Unsubscribe: <https:\/\/carillon\.example\/u\/1>\r$/m);
    expect(taken[0]?.source).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(taken[1]?.source).not.toContain('Unsubscribe');
  });

  test('keeps a line break out of its headers', async () => {
    const { port, taken } = await smtpServer();
    await email(port).send('ada@example.com', { ...message, subject: 'Hi\r\nBcc: eve@example.com\r\n\r\nboo' });
    const headers = (taken[0]?.source ?? '').split('\r\n\r\n')[0] ?? '';
    expect(headers).toMatch(/^Subject: Hi Bcc: eve@example.com boo$/m);
    expect(headers).not.toMatch(/^Bcc:/m);
    expect(taken[0]?.to).toEqual(['ada@example.com']);
  });

  test.each([
    'ada@example.com, eve@example.com',
    '"x@evil.example x"@example.com',
    'ada@example.com>\r\nRCPT TO:<eve@x.y',
  ])('to %p is not tried at all', async (address) => {
    const { port, taken } = await smtpServer();
    expect(await email(port).send(address, message)).toEqual({ kind: 'permanent', reason: 'INVALID_ADDRESS' });
    expect(taken).toHaveLength(0);
  });

  test('signs in with login and password', async () => {
    const seen: unknown[] = [];
    const { port, taken } = await smtpServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) => {
        seen.push([username, password]);
        done(null, { user: username });
      },
    });
    const result = await email(port, { login: 'carillon', password: 'correct horse' }).send('ada@example.com', message);
    expect(result.kind).toBe('accepted');
    expect(seen).toEqual([['carillon', 'correct horse']]);
    expect(taken).toHaveLength(1);
  });

  test.each([
    ['sender', 'MAIL FROM', 550, '5.7.1 not yours', 'permanent', 'SENDER_NOT_VERIFIED'],
    ['sender', 'MAIL FROM', 451, '4.3.0 later', 'transient', 'PROVIDER_UNAVAILABLE'],
    ['recipient', 'RCPT TO', 550, '5.1.1 no such user', 'permanent', 'MAILBOX_UNKNOWN'],
    ['recipient', 'RCPT TO', 556, '5.1.10 the domain takes no mail', 'permanent', 'MAILBOX_UNKNOWN'],
    ['recipient', 'RCPT TO', 550, 'No such user here', 'permanent', 'MAILBOX_UNKNOWN'],
    ['recipient', 'RCPT TO', 550, 'Requested action not taken: mailbox unavailable', 'permanent', 'INVALID_ADDRESS'],
    ['recipient', 'RCPT TO', 550, '5.7.1 user unknown to our policy', 'permanent', 'PROVIDER_REJECTED'],
    ['recipient', 'RCPT TO', 550, '5.2.2 mailbox full', 'permanent', 'INVALID_ADDRESS'],
    ['message', 'DATA', 550, '5.1.1 no such user', 'permanent', 'MAILBOX_UNKNOWN'],
    ['recipient', 'RCPT TO', 554, '5.7.1 relay denied', 'permanent', 'PROVIDER_REJECTED'],
    ['recipient', 'RCPT TO', 450, '4.2.0 greylisted', 'transient', 'PROVIDER_UNAVAILABLE'],
    ['recipient', 'RCPT TO', 451, '4.7.1 too many messages', 'transient', 'RATE_LIMITED'],
    ['message', 'DATA', 554, '5.6.0 spam', 'permanent', 'PROVIDER_REJECTED'],
    ['message', 'DATA', 552, '5.3.4 too big', 'permanent', 'MESSAGE_TOO_LARGE'],
    ['message', 'DATA', 451, '4.3.0 disk full', 'transient', 'PROVIDER_UNAVAILABLE'],
    ['login', 'AUTH', 535, '5.7.8 wrong', 'permanent', 'CREDENTIALS_REJECTED'],
    ['login', 'AUTH', 454, '4.7.0 later', 'transient', 'RATE_LIMITED'],
  ])('whose %s is refused (%s: %i %s) is %s: %s', async (_, command, code, text, kind, reason) => {
    const refuse = (done: (error: Error) => void) => done(refusal(code, text));
    const { port } = await smtpServer({
      allowInsecureAuth: true,
      ...(command === 'AUTH' ? { onAuth: (_auth, _session, done) => refuse(done) } : {}),
      ...(command === 'MAIL FROM' ? { onMailFrom: (_address, _session, done) => refuse(done) } : {}),
      ...(command === 'RCPT TO' ? { onRcptTo: (_address, _session, done) => refuse(done) } : {}),
      ...(command === 'DATA'
        ? { onData: (stream, _session, done) => stream.on('end', () => refuse(done)).resume() }
        : {}),
    });
    const channel = email(port, command === 'AUTH' ? { login: 'carillon', password: 'x' } : {});
    expect(await channel.send('ada@example.com', message)).toEqual({ kind, reason });
  });

  test('is refused for its size before it is sent', async () => {
    const { port, taken } = await smtpServer({ size: 1_000 });
    const result = await email(port).send('ada@example.com', { ...message, text: 'long '.repeat(2_000) });
    expect(result).toEqual({ kind: 'permanent', reason: 'MESSAGE_TOO_LARGE' });
    expect(taken).toHaveLength(0);
  });

  test('may have been taken when the connection breaks after the message', async () => {
    const { port } = await smtpServer({
      onData: (stream) => {
        stream.on('end', () => breakConnections());
        stream.resume();
      },
    });
    const breakConnections = () => {
      for (const server of running) for (const connection of server.connections) connection.close();
    };
    expect(await email(port).send('ada@example.com', message)).toEqual({ kind: 'unknown', reason: 'OUTCOME_UNKNOWN' });
  });

  test('may have been taken when the server falls silent after the message', async () => {
    const { port } = await smtpServer({ onData: (stream) => stream.resume() });
    const result = await email(port, silence).send('ada@example.com', message);
    expect(result).toEqual({ kind: 'unknown', reason: 'OUTCOME_UNKNOWN' });
  });

  test('was surely not taken when the server falls silent before the message', async () => {
    const { port } = await smtpServer({ onRcptTo: () => {} });
    const result = await email(port, silence).send('ada@example.com', message);
    expect(result).toEqual({ kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' });
  });

  test('was surely not taken when nobody listens or the host is unknown', async () => {
    const { port } = await smtpServer();
    await Promise.all(running.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve))));
    const later = { kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' };
    expect(await email(port).send('ada@example.com', message)).toEqual(later);
    expect(await email(25, { host: 'smtp.invalid', ...silence }).send('ada@example.com', message)).toEqual(later);
  });

  // Another name for this machine, which the channel cannot know to be this machine.
  const elsewhere = '0.0.0.0';

  test('does not leave this machine unencrypted', async () => {
    const { port, taken } = await smtpServer();
    const result = await email(port, { host: elsewhere }).send('ada@example.com', message);
    expect(result).toEqual({ kind: 'permanent', reason: 'PROVIDER_REJECTED' });
    expect(taken).toHaveLength(0);
  });

  test('is not given to a server that cannot prove who it is, nor is the password', async () => {
    const logins: unknown[] = [];
    const { port, taken } = await smtpServer({
      disabledCommands: [],
      onAuth: (auth, _session, done) => {
        logins.push(auth.username);
        done(null, { user: 'x' });
      },
    });
    const channel = email(port, { host: elsewhere, login: 'carillon', password: 'correct horse' });
    expect(await channel.send('ada@example.com', message)).toEqual({
      kind: 'transient',
      reason: 'PROVIDER_UNAVAILABLE',
    });
    expect(logins).toEqual([]);
    expect(taken).toEqual([]);
  });
});
