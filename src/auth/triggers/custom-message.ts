import type { CustomMessageTriggerEvent } from 'aws-lambda';
import { letterFor } from '../letter.ts';

/** Words the mails of the pool; a kind that we do not know goes out in the pool's own words. */
export const handler = async (event: CustomMessageTriggerEvent): Promise<CustomMessageTriggerEvent> => {
  const { codeParameter, usernameParameter, userAttributes } = event.request;
  const letter = letterFor(event.triggerSource, {
    code: codeParameter,
    userName: usernameParameter ?? '{username}',
    email: userAttributes.email,
  });
  if (letter) Object.assign(event.response, { emailSubject: letter.subject, emailMessage: letter.html });
  return event;
};
