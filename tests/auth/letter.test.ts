import { describe, expect, it } from '@jest/globals';
import type { CustomMessageAuthenticationTriggerEvent } from 'aws-lambda';
import { letterFor } from '../../src/auth/letter.ts';
import { handler } from '../../src/auth/triggers/custom-message.ts';

const places = { code: '{####}', userName: '{username}', email: 'ada@example.com' };

describe('a mail of the pool', () => {
  it.each(['SignUp', 'ResendCode', 'ForgotPassword', 'UpdateUserAttribute', 'VerifyUserAttribute', 'AdminCreateUser'])(
    '%s has the code’s place once, and fits the pool’s limits',
    (occasion) => {
      const letter = letterFor(`CustomMessage_${occasion}`, places);
      expect(letter?.html.split('{####}')).toHaveLength(2);
      expect(letter?.html.length).toBeLessThan(20_000);
      expect(letter?.subject.length).toBeLessThan(140);
      expect(letter?.html.includes('{username}')).toBe(occasion === 'AdminCreateUser');
    },
  );

  it('holds what people wrote as text, not as markup', () => {
    const letter = letterFor('CustomMessage_SignUp', { ...places, email: '"<b>x</b>&"@example.com' });
    expect(letter?.html).toContain('&quot;&lt;b&gt;x&lt;/b&gt;&amp;&quot;@example.com');
  });

  it('is the pool’s own where there is none of ours', async () => {
    const event: CustomMessageAuthenticationTriggerEvent = {
      version: '1',
      region: 'us-east-1',
      triggerSource: 'CustomMessage_Authentication',
      userPoolId: 'pool',
      userName: 'ada',
      callerContext: { awsSdkVersion: '', clientId: '' },
      request: { userAttributes: {}, codeParameter: '{####}', linkParameter: '', usernameParameter: null },
      response: { smsMessage: null, emailMessage: null, emailSubject: null },
    };
    expect((await handler(structuredClone(event))).response).toEqual(event.response);
  });
});
