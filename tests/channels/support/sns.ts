import './one-realm.ts';
import { SNSClient } from '@aws-sdk/client-sns';
import { singleAttempt } from '../../../src/channels/aws.ts';
import { type Answer, patienceFor, xml } from './provider.ts';

const namespace = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';

export const published: Answer = xml(
  200,
  `<PublishResponse ${namespace}><PublishResult><MessageId>sns-1</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>`,
);

export const refused = (status: number, code: string, message = 'no'): Answer =>
  xml(
    status,
    `<ErrorResponse ${namespace}><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  );

export const snsClient = (endpoint: string, requestTimeout = patienceFor()) =>
  new SNSClient({
    ...singleAttempt,
    requestHandler: { ...singleAttempt.requestHandler, requestTimeout },
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
