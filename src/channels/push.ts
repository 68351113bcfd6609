import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { classifyAwsError, singleAttempt } from './aws.ts';
import { accepted, type Channel, type OutgoingMessage, permanent } from './channel.ts';
import { fittingPushData } from './push-data.ts';
import { cutToJsonBytes } from './text.ts';

const ENDPOINT_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:endpoint\/.+/;

/** The push channel; which app and platform, each endpoint's ARN tells. */
export function pushChannel(): Channel<string> {
  return snsPush(new SNSClient(singleAttempt));
}

/** Mobile push through SNS; the address is the ARN of a device's platform endpoint. */
export function snsPush(client: SNSClient): Channel<string> {
  return {
    name: 'push',
    async send(endpointArn, message) {
      if (!ENDPOINT_ARN.test(endpointArn)) return permanent('INVALID_ADDRESS');
      const command = new PublishCommand({
        TargetArn: endpointArn,
        MessageStructure: 'json',
        Message: pushPayload(message),
      });
      try {
        return accepted((await client.send(command)).MessageId);
      } catch (error) {
        return classifyAwsError(error, ERRORS);
      }
    },
  };
}

/** One payload per platform, each within the 4,096 bytes that APNs and FCM allow: the title, the text, and up to 1,200 of data. */
function pushPayload(message: OutgoingMessage): string {
  const title = cutToJsonBytes(message.subject, 400);
  const body = cutToJsonBytes(message.text, 2_200);
  const data = fittingPushData({ deliveryId: message.deliveryId, ...message.data });
  const apns = JSON.stringify({ ...data, aps: { alert: { title, body }, sound: 'default' } });
  const fcm = JSON.stringify({ fcmV1Message: { message: { notification: { title, body }, data } } });
  return JSON.stringify({ default: body, APNS: apns, APNS_SANDBOX: apns, GCM: fcm });
}

const refusedParameter = (message: string) =>
  permanent(/TargetArn|endpoint/i.test(message) ? 'ENDPOINT_DISABLED' : 'PROVIDER_REJECTED');

const ERRORS = {
  EndpointDisabledException: () => permanent('ENDPOINT_DISABLED'),
  // An endpoint that was deleted.
  NotFoundException: () => permanent('ENDPOINT_DISABLED'),
  InvalidParameterException: refusedParameter,
  InvalidParameterValueException: refusedParameter,
  // APNs or FCM no longer accept the certificate or key of the platform application.
  PlatformApplicationDisabledException: () => permanent('CREDENTIALS_REJECTED'),
};
