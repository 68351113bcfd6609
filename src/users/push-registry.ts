import { CreatePlatformEndpointCommand, SetEndpointAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { InvalidRequest } from '../shared/errors.ts';
import type { Platform } from './user.ts';

/** Where apps on phones are made known, so that push reaches them. */
export interface PushRegistry {
  /** The endpoint's ARN; the same for the same token. Throws InvalidRequest for a platform or a token that is not accepted. */
  register(platform: Platform, token: string): Promise<string>;
}

/** `applications`: the ARN of the SNS platform application per platform, '' where the operator has set up none. */
export function snsPushRegistry(applications: Readonly<Record<Platform, string>>): PushRegistry {
  const client = new SNSClient({});
  return {
    async register(platform, token) {
      const application = applications[platform];
      if (application === '') throw refused('platform', 'is not set up in this installation');
      try {
        const { EndpointArn } = await client.send(
          new CreatePlatformEndpointCommand({ PlatformApplicationArn: application, Token: token }),
        );
        if (EndpointArn === undefined) throw new Error('SNS answered without an endpoint');
        // SNS disables an endpoint when push fails; an app that hands in the token again shows that it is there.
        const Attributes = { Enabled: 'true', Token: token };
        await client.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes }));
        return EndpointArn;
      } catch (error) {
        if (error instanceof Error && error.name === 'InvalidParameterException') {
          throw refused('token', 'is not one that the push service accepts');
        }
        throw error;
      }
    },
  };
}

const refused = (field: string, reason: string) => new InvalidRequest([{ field, reason }]);
