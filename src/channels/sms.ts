import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { classifyAwsError, singleAttempt } from './aws.ts';
import { accepted, type Channel, permanent } from './channel.ts';
import { PHONE_NUMBER } from './phone-number.ts';
import { smsText } from './sms-text.ts';

/** The part of a function's environment that `smsChannel` needs. */
export const SmsEnv = z.object({
  SMS_SENDER_ID: z
    .string()
    .regex(/^(?:(?=.*[A-Za-z])[A-Za-z0-9]{1,11})?$/, 'up to 11 letters and digits, at least one letter')
    .default(''),
  SMS_MAX_PARTS: z.coerce.number().int().min(1).max(10).default(3),
});
export type SmsEnv = z.infer<typeof SmsEnv>;

/** The SMS channel as configured. */
export function smsChannel(env: SmsEnv): Channel<string> {
  return snsSms(new SNSClient(singleAttempt), { senderId: env.SMS_SENDER_ID, maxParts: env.SMS_MAX_PARTS });
}

/** SMS through SNS. `senderId` is what phones show where the country allows it (up to 11 letters and digits); '' for none. */
export function snsSms(client: SNSClient, options: { senderId: string; maxParts: number }): Channel<string> {
  return {
    name: 'sms',
    async send(phoneNumber, message) {
      if (!PHONE_NUMBER.test(phoneNumber)) return permanent('INVALID_ADDRESS');
      const command = new PublishCommand({
        PhoneNumber: phoneNumber,
        Message: smsText(message.text, options.maxParts, message.end),
        MessageAttributes: {
          'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
          ...(options.senderId === ''
            ? {}
            : { 'AWS.SNS.SMS.SenderID': { DataType: 'String', StringValue: options.senderId } }),
        },
      });
      try {
        return accepted((await client.send(command)).MessageId);
      } catch (error) {
        return classifyAwsError(error, ERRORS);
      }
    },
  };
}

const refusedParameter = (message: string) =>
  permanent(/opted out/i.test(message) ? 'ADDRESS_SUPPRESSED' : 'INVALID_ADDRESS');

const ERRORS = {
  InvalidParameterException: refusedParameter,
  InvalidParameterValueException: refusedParameter,
  ValidationException: refusedParameter,
  OptedOutException: () => permanent('ADDRESS_SUPPRESSED'),
  UserErrorException: () => permanent('ACCOUNT_NOT_ALLOWED'),
};
