import { describe, expect, test } from '@jest/globals';
import { deliveryTag, mailReport } from '../../src/channels/ses-event.ts';

const { Value } = deliveryTag('dispatch:email#00001:ada');

const mail = {
  timestamp: '2026-11-21T10:00:00.000Z',
  source: 'Carillon <carillon@example.com>',
  messageId: 'm-1',
  destination: ['ada@example.com'],
  tags: { 'ses:configuration-set': ['carillon'], delivery: [Value] },
};
const bounce = {
  bounceType: 'Permanent',
  bounceSubType: 'NoEmail',
  bouncedRecipients: [{ emailAddress: 'ada@example.com', status: '5.1.1' }],
  timestamp: '2026-11-21T10:00:05.000Z',
  feedbackId: 'f-1',
};
const complaint = {
  complainedRecipients: [{ emailAddress: 'ada@example.com' }],
  timestamp: '2026-11-21T10:00:07Z',
  complaintSubType: null,
  complaintFeedbackType: 'abuse',
};
const read = (event: object) => mailReport(JSON.stringify(event));

describe('what SES reports', () => {
  test('of a hard bounce: the address, why, when and which delivery', () => {
    expect(read({ eventType: 'Bounce', mail, bounce })).toEqual({
      kind: 'bounced',
      unreachable: ['ada@example.com'],
      withheld: false,
      detail: 'NoEmail',
      at: '2026-11-21T10:00:05.000Z',
      deliveryId: 'dispatch:email#00001:ada',
    });
  });

  test('as a notification of an identity is the same without the delivery', () => {
    const { tags: _, ...untagged } = mail;
    expect(read({ notificationType: 'Bounce', mail: untagged, bounce })).toMatchObject({
      kind: 'bounced',
      unreachable: ['ada@example.com'],
      deliveryId: undefined,
    });
  });

  test.each(['Transient', 'Undetermined'])('of a bounce that is %s leaves the address alone', (bounceType) => {
    expect(read({ eventType: 'Bounce', mail, bounce: { ...bounce, bounceType } })).toMatchObject({
      kind: 'bounced',
      unreachable: [],
      deliveryId: 'dispatch:email#00001:ada',
    });
  });

  test('about the mailbox that a mail was forwarded to is about the one that it was sent to', () => {
    const forwarded = { ...bounce, bouncedRecipients: [{ emailAddress: 'ada@elsewhere.example' }] };
    expect(read({ eventType: 'Bounce', mail, bounce: forwarded })?.unreachable).toEqual(['ada@example.com']);
  });

  test('of several recipients is about those that it names, written in any way', () => {
    const to = { ...mail, destination: ['ada@example.com', 'ben@example.com'] };
    const one = { ...bounce, bouncedRecipients: [{ emailAddress: '"Ben" <ben@example.com>' }] };
    expect(read({ eventType: 'Bounce', mail: to, bounce: one })?.unreachable).toEqual(['ben@example.com']);
  });

  test('of a complaint is its address; taking a mail out of the spam folder is none', () => {
    expect(read({ eventType: 'Complaint', mail, complaint })).toMatchObject({
      kind: 'complained',
      unreachable: ['ada@example.com'],
      detail: 'abuse',
      at: '2026-11-21T10:00:07.000Z',
    });
    const notSpam = { ...complaint, complaintFeedbackType: 'not-spam' };
    expect(read({ eventType: 'Complaint', mail, complaint: notSpam })).toBeUndefined();
    const { complaintFeedbackType: _, ...untyped } = complaint;
    expect(read({ eventType: 'Complaint', mail, complaint: untyped })).toMatchObject({ kind: 'complained' });
  });

  test('of a mail that it kept back, for a list of its own, is that nothing was sent', () => {
    for (const bounceSubType of ['OnAccountSuppressionList', 'Suppressed'])
      expect(read({ eventType: 'Bounce', mail, bounce: { ...bounce, bounceSubType } })).toMatchObject({
        kind: 'bounced',
        unreachable: ['ada@example.com'],
        withheld: true,
        detail: bounceSubType,
      });
    const listed = { ...complaint, complaintSubType: 'OnAccountSuppressionList', complaintFeedbackType: null };
    expect(read({ eventType: 'Complaint', mail, complaint: listed })).toMatchObject({
      kind: 'complained',
      unreachable: ['ada@example.com'],
      withheld: true,
      detail: 'OnAccountSuppressionList',
    });
    expect(read({ eventType: 'Complaint', mail, complaint })).toMatchObject({ withheld: false });
  });

  test('of a mail that it refused afterwards says nothing about the address', () => {
    expect(read({ eventType: 'Reject', mail, reject: { reason: 'Bad content' } })).toMatchObject({
      kind: 'rejected',
      unreachable: [],
      at: mail.timestamp,
    });
  });

  test('otherwise, and its greeting to a new topic, is passed over', () => {
    expect(read({ eventType: 'Delivery', mail, delivery: {} })).toBeUndefined();
    expect(read({ notificationType: 'AmazonSnsSubscriptionSucceeded', message: 'hello' })).toBeUndefined();
    expect(mailReport('Successfully validated SNS topic for Amazon SES event publishing.')).toBeUndefined();
  });

  test.each([
    ['no JSON', 'hello'],
    ['nothing of SES', '{"a":1}'],
    ['a type that nobody knows', JSON.stringify({ eventType: 'Surprise', mail })],
    ['a bounce without recipients', JSON.stringify({ eventType: 'Bounce', mail, bounce: { bounceType: 'Permanent' } })],
    ['an address that is none', JSON.stringify({ eventType: 'Bounce', mail: { ...mail, destination: ['x'] }, bounce })],
  ])('that cannot be read is an error: %s', (_, message) => {
    expect(() => mailReport(message)).toThrow();
  });
});
