import {
  AdminDeleteUserCommand,
  AdminUpdateUserAttributesCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';

/** The attribute in which apps find our user id, without the prefix by which the pool knows it. */
export const USER_ID_ATTRIBUTE = 'custom:dynamo_user_id';

/** The accounts of one pool, as an administrator sees them. */
export interface PoolDirectory {
  /** Stores our user id with the account. */
  writeUserId(userName: string, userId: string): Promise<void>;
  /** Removes the account and ends its sessions; done when there is none. `login` is the user name or the `sub`. */
  remove(login: string): Promise<void>;
}

export function cognitoDirectory(client: CognitoIdentityProviderClient, poolId: string): PoolDirectory {
  return {
    async writeUserId(userName, userId) {
      const UserAttributes = [{ Name: USER_ID_ATTRIBUTE, Value: userId }];
      await client.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId: poolId, Username: userName, UserAttributes }),
      );
    },

    async remove(login) {
      const command = new AdminDeleteUserCommand({ UserPoolId: poolId, Username: login });
      await client.send(command).catch((error: unknown) => {
        if (!(error instanceof Error && error.name === 'UserNotFoundException')) throw error;
      });
    },
  };
}

export const cognitoClient = () => new CognitoIdentityProviderClient({});
