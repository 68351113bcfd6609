import './support/one-realm.ts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EmailEnv, emailChannel } from '../../src/channels/email.ts';
import { mailbox, wireAddress } from '../../src/channels/email-address.ts';
import { deadOrigin } from './support/provider.ts';

const smtp = { EMAIL_PROVIDER: 'smtp', SMTP_HOST: '127.0.0.1', SMTP_EMAIL: 'a@carillon.example' };

test('the configured provider is the one that sends', async () => {
  const port = new URL(await deadOrigin()).port;
  const channel = await emailChannel(EmailEnv.parse({ ...smtp, SMTP_PORT: port }), 'set');
  const message = { subject: 's', text: 't', deliveryId: 'd' };
  const result = await channel.send('ada@example.com', message);
  expect(result).toEqual({ kind: 'transient', reason: 'PROVIDER_UNAVAILABLE' });
  expect(
    (await emailChannel(EmailEnv.parse({ EMAIL_PROVIDER: 'ses', EMAIL_FROM: 'a@carillon.example' }), 'set')).name,
  ).toBe('email');
});

test.each([
  {},
  { EMAIL_PROVIDER: 'pigeon' },
  { EMAIL_PROVIDER: 'ses' },
  { EMAIL_PROVIDER: 'ses', EMAIL_FROM: 'Carillon <a@b.example>' },
  { EMAIL_PROVIDER: 'ses', EMAIL_FROM: 'a@b.example', EMAIL_FROM_NAME: 'Hi\r\nBcc: eve@example.com' },
  { ...smtp, SMTP_HOST: '' },
  { ...smtp, SMTP_PORT: '0' },
])('a configuration that cannot work is refused when the function starts: %j', (env) => {
  expect(EmailEnv.safeParse(env).success).toBe(false);
});

test.each([
  ['Carillon', '"Carillon" <a@b.example>'],
  ['The "Bells" \\', '"The \\"Bells\\" \\\\" <a@b.example>'],
  ['', 'a@b.example'],
  ['Dzwonek Łódź', '=?UTF-8?B?RHp3b25layDFgcOzZMW6?= <a@b.example>'],
])('a sender named %p is written %p', (name, expected) => {
  expect(mailbox(name, 'a@b.example')).toBe(expected);
});

test('a sender of any name is ASCII, and every encoded word can be read back and is short enough', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), (name) => {
      const written = mailbox(`${name}é`, 'a@b.example');
      expect(written).toMatch(/^[\x20-\x7e]+$/);
      const words = written.replace(' <a@b.example>', '').split(' ');
      for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
      const decoded = words.map((word) => Buffer.from(word.slice('=?UTF-8?B?'.length, -2), 'base64').toString());
      expect(decoded.join('')).toBe(`${name}é`);
    }),
  );
});

test('an address on the wire is one address on one line, whatever was stored', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (local, domain) => {
      const address = wireAddress(`${local}@${domain}`);
      if (address !== null) expect(address).toMatch(/^[^\s@<>,;:"()[\]\\]+@[a-z0-9._-]+$/);
    }),
    { numRuns: 500 },
  );
});
