import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { property } from '../shared/network-error.ts';
import {
  accepted,
  type Channel,
  type OutgoingMessage,
  permanent,
  type SendResult,
  transient,
  unknown,
} from './channel.ts';
import { wireAddress } from './email-address.ts';
import { mailHeaders } from './email-headers.ts';
import { oneLine } from './text.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly login: string;
  readonly password: string;
  readonly email: string;
  readonly name: string;
  /** How long a silent server is waited for, in ms, per phase of the conversation. */
  readonly timeoutMs: number;
}

/**
 * Email over SMTP, one connection per message. Encrypted from the start on port 465 and by mandatory STARTTLS elsewhere; in
 * the clear only to this very machine.
 */
export function smtpEmail(server: SmtpServer): Channel<string> {
  return {
    name: 'email',
    async send(address, message) {
      const to = wireAddress(address);
      if (to === null) return permanent('INVALID_ADDRESS');
      const messageId = `<${createHash('sha256').update(message.deliveryId).digest('hex')}@${domainOf(server.email)}>`;
      const mail = await compose(server, to, messageId, message);
      // nodemailer reads the message only after the server has agreed to take it (354): the first read is the point of no return.
      let handedOver = false;
      const stream = Readable.from(
        (function* () {
          handedOver = true;
          yield mail;
        })(),
      );
      try {
        await converse(server, { from: server.email, to: [to], size: mail.length }, stream);
        return accepted(messageId);
      } catch (error) {
        return classify(error, handedOver);
      }
    },
  };
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);

const isThisMachine = (host: string) => host === 'localhost' || host === '::1' || /^127\./.test(host);

function compose(server: SmtpServer, to: string, messageId: string, message: OutgoingMessage): Promise<Buffer> {
  return new MailComposer({
    from: { name: server.name, address: server.email },
    to: { name: '', address: to },
    subject: oneLine(message.subject),
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    messageId,
    headers: mailHeaders(message),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

function converse(
  server: SmtpServer,
  envelope: { from: string; to: string[]; size: number },
  message: Readable,
): Promise<void> {
  const local = isThisMachine(server.host);
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.port === 465,
    ignoreTLS: local,
    requireTLS: !local,
    connectionTimeout: server.timeoutMs,
    greetingTimeout: server.timeoutMs,
    socketTimeout: server.timeoutMs,
    dnsTimeout: server.timeoutMs,
  });
  return new Promise<void>((resolve, reject) => {
    const failed = (error: unknown) => {
      connection.close();
      reject(error);
    };
    const send = () =>
      connection.send(envelope, message, (error) => {
        if (error) return failed(error);
        resolve();
        connection.quit();
      });
    // Stays attached: what happens to the connection after the server's yes changes nothing.
    connection.on('error', failed);
    connection.connect((error) => {
      if (error) return failed(error);
      if (server.login === '' || !connection.allowsAuth) return send();
      connection.login({ credentials: { user: server.login, pass: server.password } }, (refused) =>
        refused ? failed(refused) : send(),
      );
    });
  });
}

/** By the server's reply (RFC 5321: 4xx later, 5xx never; RFC 3463 for the details), or without one by how far we had come. */
function classify(error: unknown, handedOver: boolean): SendResult {
  const code = property(error, 'code');
  const command = property(error, 'command');
  const reply = property(error, 'responseCode');
  const text = String(property(error, 'response') ?? '');

  if (typeof reply === 'number' && reply >= 400) {
    if (reply < 500)
      return transient(/\b4\.7\.\d|\brate\b|too many/i.test(text) ? 'RATE_LIMITED' : 'PROVIDER_UNAVAILABLE');
    if (code === 'EAUTH' || reply === 530 || reply === 535) return permanent('CREDENTIALS_REJECTED');
    if (reply === 552 || reply === 523 || /\b5\.(3\.4|2\.3)\b/.test(text)) return permanent('MESSAGE_TOO_LARGE');
    if (command === 'MAIL FROM') return permanent('SENDER_NOT_VERIFIED');
    if (saysNoMailbox(reply, text)) return permanent('MAILBOX_UNKNOWN');
    if (command === 'RCPT TO' && !/\b5\.7\.\d/.test(text)) return permanent('INVALID_ADDRESS');
    return permanent('PROVIDER_REJECTED');
  }
  if (handedOver) return unknown();
  switch (code) {
    case 'EAUTH':
      return permanent('CREDENTIALS_REJECTED');
    case 'EMESSAGE':
      return permanent('MESSAGE_TOO_LARGE');
    case 'EENVELOPE':
      return permanent('INVALID_ADDRESS');
    case 'ECONNECTION':
    case 'ESOCKET':
    case 'EDNS':
    case 'ETIMEDOUT':
    case 'ETLS':
    case 'EPROTOCOL':
      return transient('PROVIDER_UNAVAILABLE');
    default:
      throw error;
  }
}

const ENHANCED = /\b5\.\d{1,3}\.\d{1,3}\b/;

/**
 * Whether the refusal is about the mailbox itself and for good: RFC 3463 (5.1.1 no such mailbox, 5.1.6 moved), RFC 7505 (5.1.10 the domain
 * takes no mail). A bare 550 may also be about policy or spam, so that without such a code the words decide.
 */
function saysNoMailbox(reply: number, text: string): boolean {
  const code = ENHANCED.exec(text)?.[0];
  if (code !== undefined) return ['5.1.1', '5.1.6', '5.1.10'].includes(code);
  return (
    [550, 551, 553].includes(reply) &&
    /no such (user|mailbox|recipient|address)|(user|mailbox|recipient|address) (is )?(unknown|not found|does(n't| not) exist)|unknown (user|mailbox|recipient)/i.test(
      text,
    )
  );
}
