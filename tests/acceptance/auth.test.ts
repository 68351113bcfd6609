import { randomUUID } from 'node:crypto';
import {
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  codesMailedTo,
  cognito,
  configure,
  invokeTrigger,
  newEmail,
  newPerson,
  PASSWORD,
  poolIds,
  request,
  signIn,
  users,
} from '../support/accounts.ts';
import { setFaults } from '../support/faults.ts';

let poolId = '';
let clientId = '';
beforeAll(async () => {
  ({ poolId, clientId } = await poolIds());
});

const register = (email: string, password = PASSWORD) =>
  request('POST', '/auth/register', { body: { email, password } });

const signUp = (userName: string, email?: string) =>
  cognito.send(
    new SignUpCommand({
      ClientId: clientId,
      Username: userName,
      Password: PASSWORD,
      UserAttributes: email === undefined ? [] : [{ Name: 'email', Value: email }],
    }),
  );

const confirm = (userName: string, code: string | undefined) =>
  cognito.send(new ConfirmSignUpCommand({ ClientId: clientId, Username: userName, ConfirmationCode: code }));

const authenticate = (login: string, password = PASSWORD) =>
  cognito.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: login, PASSWORD: password },
    }),
  );

async function accountInPool(login: string): Promise<Record<string, string | undefined>> {
  const { UserAttributes } = await cognito.send(new AdminGetUserCommand({ UserPoolId: poolId, Username: login }));
  return Object.fromEntries((UserAttributes ?? []).map(({ Name, Value }) => [Name, Value]));
}

/** An account with a verified email and a password that stays, which no confirmation has gone through. */
async function createdByAdministrator(email: string) {
  const name = randomUUID();
  const { User } = await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId: poolId,
      Username: name,
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
      MessageAction: 'SUPPRESS',
    }),
  );
  const password = { UserPoolId: poolId, Username: name, Password: PASSWORD, Permanent: true };
  await cognito.send(new AdminSetUserPasswordCommand(password));
  return { name, sub: User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value ?? '' };
}

/** The event of a trigger, as the developer guide documents it. */
const triggerEvent = (source: string, userName: string, userAttributes: Record<string, string | undefined>) => ({
  version: '1',
  triggerSource: source,
  region: 'us-east-1',
  userPoolId: poolId,
  userName,
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
  request: { userAttributes },
  response: {},
});

describe('through our routes', () => {
  it('somebody registers, confirms with the code from the mail, signs in and refreshes', async () => {
    const email = newEmail();
    const registered = await register(email);
    expect(registered.status).toBe(201);
    expect(registered.body).toMatchObject({ email, status: 'UNCONFIRMED' });
    const early = await request('POST', '/auth/login', { body: { email, password: PASSWORD } });
    expect([early.status, early.body.type]).toEqual([403, 'urn:carillon:problem:not-confirmed']);

    const [code] = await codesMailedTo(email, 1);
    const wrong = await request('POST', '/auth/confirm', { body: { email, code: code === '000000' ? '1' : '000000' } });
    expect([wrong.status, wrong.body.type]).toEqual([400, 'urn:carillon:problem:code-wrong']);
    expect((await request('POST', '/auth/confirm', { body: { email, code } })).status).toBe(200);

    const signedIn = await signIn(email.toUpperCase());
    expect(signedIn.user_id).toBe(registered.body.user_id);
    const refreshed = await request('POST', '/auth/refresh', { body: { refresh_token: signedIn.refresh_token } });
    expect(refreshed.status).toBe(200);
    for (const token of [signedIn.token, signedIn.access_token, `Bearer ${refreshed.body.token}`]) {
      expect((await request('GET', '/users/me', { token })).body).toMatchObject({ id: signedIn.user_id, email });
    }
  });

  it('the pool carries our user id as soon as the confirmation answers', async () => {
    const { email, user_id } = await newPerson();
    expect(await accountInPool(email)).toMatchObject({ 'custom:dynamo_user_id': user_id, email_verified: 'true' });
  });

  it('an email that somebody has verified is taken, however it is spelt', async () => {
    const { email } = await newPerson();
    for (const spelling of [email, email.toUpperCase()]) {
      const reply = await register(spelling);
      expect([reply.status, reply.body.type]).toEqual([409, 'urn:carillon:problem:email-taken']);
    }
  });

  it('of two who sign up with one email, who verifies first has it', async () => {
    const email = newEmail();
    const first = await register(email, 'FirstPassw0rd');
    const second = await register(email, 'SecondPassw0rd');
    expect([first.status, second.status]).toEqual([201, 201]);
    const [firstCode, secondCode] = await codesMailedTo(email, 2);
    expect((await request('POST', '/auth/confirm', { body: { email, code: firstCode } })).status).toBe(200);

    const late = await request('POST', '/auth/confirm', { body: { email, code: secondCode } });
    expect([late.status, late.body.type]).toEqual([409, 'urn:carillon:problem:email-taken']);
    expect((await signIn(email, 'FirstPassw0rd')).user_id).toBe(first.body.user_id);
    const loser = await request('POST', '/auth/login', { body: { email, password: 'SecondPassw0rd' } });
    expect(loser.status).toBe(401);
  });

  it('a code that is asked for again works, and the one before it does not', async () => {
    const email = newEmail();
    await register(email);
    expect((await request('POST', '/auth/resend-code', { body: { email } })).status).toBe(202);
    const [old, fresh] = await codesMailedTo(email, 2);
    if (old !== fresh) {
      expect((await request('POST', '/auth/confirm', { body: { email, code: old } })).status).toBe(400);
    }
    expect((await request('POST', '/auth/confirm', { body: { email, code: fresh } })).status).toBe(200);
  });

  it('a forgotten password is replaced with the code from the mail', async () => {
    const { email } = await newPerson();
    const known = await request('POST', '/auth/forgot-password', { body: { email } });
    const unknown = await request('POST', '/auth/forgot-password', { body: { email: newEmail() } });
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
    const [, code] = await codesMailedTo(email, 2);

    const password = 'AnotherPassw0rd';
    const weak = await request('POST', '/auth/reset-password', { body: { email, code, password: 'weak' } });
    expect(weak).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
    expect((await request('POST', '/auth/reset-password', { body: { email, code, password } })).status).toBe(200);
    expect((await request('POST', '/auth/login', { body: { email, password: PASSWORD } })).status).toBe(401);
    await signIn(email, password);
  });

  it.each([
    ['/auth/register', { email: 'not an email', password: PASSWORD }, 'email'],
    ['/auth/register', { email: 'a@example.com', password: 'short1A' }, 'password'],
    ['/auth/register', { email: 'a@example.com' }, 'password'],
    ['/auth/register', { email: 5, password: PASSWORD }, 'email'],
    ['/auth/login', { email: 'a@example.com', password: PASSWORD, more: 1 }, 'more'],
    ['/auth/confirm', { email: 'a@example.com' }, 'code'],
    ['/auth/refresh', {}, 'refresh_token'],
  ])('%s refuses %j and names %s', async (path, body, field) => {
    const reply = await request('POST', path, { body });
    expect(reply).toMatchObject({ status: 400, body: { errors: [expect.objectContaining({ field })] } });
  });

  it('what is wrong gets the same answer whoever asks', async () => {
    const wrong = await request('POST', '/auth/login', { body: { email: newEmail(), password: PASSWORD } });
    expect([wrong.status, wrong.body.type]).toEqual([401, 'urn:carillon:problem:wrong-credentials']);
    const token = await request('POST', '/auth/refresh', { body: { refresh_token: 'made-up' } });
    expect([token.status, token.body.type]).toEqual([401, 'urn:carillon:problem:session-ended']);
    const code = await request('POST', '/auth/confirm', { body: { email: newEmail(), code: '123456' } });
    expect([code.status, code.body.type]).toEqual([400, 'urn:carillon:problem:code-wrong']);
  });
});

it('where the operator has switched the code off, an account is there at once', async () => {
  const undo = await configure('pre-sign-up', { SIGN_UP_CONFIRMATION: 'none' });
  try {
    const email = newEmail();
    const registered = await register(email);
    expect(registered).toMatchObject({ status: 201, body: { status: 'CONFIRMED' } });
    expect((await signIn(email)).user_id).toBe(registered.body.user_id);
    expect((await accountInPool(email))['custom:dynamo_user_id']).toBe(registered.body.user_id);
    expect((await register(email)).status).toBe(409);
  } finally {
    await undo();
  }
});

describe('somebody invited by email', () => {
  const eventFor = async (token: string, email: string) => {
    const starts_at = { at: '2030-01-01T09:00:00', timeZone: 'Europe/Warsaw' };
    const reply = await request('POST', '/events', { token, body: { title: 'Tea', starts_at, members: [{ email }] } });
    return `/events/${reply.body.id}`;
  };

  it('is on the event as soon as they have confirmed', async () => {
    const { token } = await newPerson();
    const email = newEmail();
    const path = await eventFor(token, email.toUpperCase());
    const invited = await newPerson(email);
    expect((await request('GET', path, { token: invited.token })).status).toBe(200);
  });

  it('is on the event after their first sign-in when nobody confirmed them before', async () => {
    const { token } = await newPerson();
    const email = newEmail();
    const path = await eventFor(token, email);
    await createdByAdministrator(email);
    expect((await request('GET', path, { token: (await signIn(email)).token })).status).toBe(200);
  });
});

describe('through Cognito itself', () => {
  it('signs in while a transaction is at the same person', async () => {
    const { email } = await newPerson();
    await setFaults([
      { service: 'dynamodb', action: 'UpdateItem', times: 2, status: 400, code: 'TransactionConflictException' },
    ]);
    expect((await request('POST', '/auth/login', { body: { email, password: PASSWORD } })).status).toBe(200);
    await setFaults([]);
  });

  it('a free user name signs up, confirms, and signs in by name or verified email', async () => {
    const email = newEmail();
    const name = `ada-${randomUUID()}`;
    const { UserSub } = await signUp(name, email);
    const [code] = await codesMailedTo(email, 1);
    await confirm(name, code);
    expect(await accountInPool(name)).toMatchObject({ 'custom:dynamo_user_id': UserSub });
    const person = await users.find(UserSub ?? '');
    expect(person).toMatchObject({ status: 'CONFIRMED', user_name: name, email });
    for (const login of [name, email]) {
      const { AuthenticationResult } = await authenticate(login);
      expect(AuthenticationResult?.IdToken).toBeDefined();
    }
    const signedIn = await users.find(UserSub ?? '');
    expect(signedIn?.last_sign_in_at).toBeDefined();
    expect(signedIn?.revision).toBe(1);
  });

  it('refuses a verified email, and a sign-up without one', async () => {
    const { email } = await newPerson();
    await expect(signUp(randomUUID(), email.toUpperCase())).rejects.toMatchObject({
      name: 'UserLambdaValidationException',
      message: expect.stringContaining('Another user has verified this email'),
    });
    await expect(signUp(randomUUID())).rejects.toThrow();
  });

  it('sends another code, and one for a forgotten password', async () => {
    const email = newEmail();
    const name = randomUUID();
    await signUp(name, email);
    await cognito.send(new ResendConfirmationCodeCommand({ ClientId: clientId, Username: name }));
    await confirm(name, (await codesMailedTo(email, 2))[1]);
    await cognito.send(new ForgotPasswordCommand({ ClientId: clientId, Username: email }));
    const code = (await codesMailedTo(email, 3))[2];
    const reset = { ClientId: clientId, Username: email, ConfirmationCode: code, Password: 'AnotherPassw0rd' };
    await cognito.send(new ConfirmForgotPasswordCommand(reset));
    await authenticate(email, 'AnotherPassw0rd');
  });

  it('an administrator’s confirmation makes the person, and leaves the email to be verified', async () => {
    const email = newEmail();
    const name = randomUUID();
    const { UserSub = '' } = await signUp(name, email);
    await cognito.send(new AdminConfirmSignUpCommand({ UserPoolId: poolId, Username: name }));
    expect((await users.find(UserSub))?.contact_points.email).toEqual({ address: email });
    expect(await users.findIdByEmail(email)).toBeUndefined();
    await authenticate(name);
    expect((await accountInPool(name))['custom:dynamo_user_id']).toBe(UserSub);
  });

  it('an account that an administrator makes becomes a person at its first sign-in', async () => {
    const email = newEmail();
    const { name, sub } = await createdByAdministrator(email);
    expect(await users.find(sub)).toBeUndefined();
    expect((await signIn(email)).user_id).toBe(sub);
    expect(await users.find(sub)).toMatchObject({ email, last_sign_in_at: expect.any(String) });
    expect(await users.findIdByEmail(email)).toBe(sub);
    expect((await accountInPool(name))['custom:dynamo_user_id']).toBe(sub);
  });
});

it('an account whose first password an administrator chose signs in with one of its own', async () => {
  const email = newEmail();
  await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId: poolId,
      Username: randomUUID(),
      TemporaryPassword: PASSWORD,
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
      MessageAction: 'SUPPRESS',
    }),
  );
  const first = await request('POST', '/auth/login', { body: { email, password: PASSWORD } });
  expect([first.status, first.body.type]).toEqual([403, 'urn:carillon:problem:password-change-required']);
  const body = { email, password: PASSWORD, new_password: 'MyOwnPassw0rd' };
  expect((await request('POST', '/auth/login', { body })).status).toBe(200);
  await signIn(email, 'MyOwnPassw0rd');
});

describe('a trigger that runs again', () => {
  it('saves a sign-up once', async () => {
    const email = newEmail();
    const name = randomUUID();
    const event = triggerEvent('PreSignUp_SignUp', name, { email });
    const once = await invokeTrigger('pre-sign-up', event);
    expect(once).toEqual(await invokeTrigger('pre-sign-up', event));
    expect(once.error).toBeUndefined();
    const { signUps } = await users.findByEmail(email);
    expect(signUps.map(({ user_name }) => user_name)).toEqual([name]);
  });

  it('confirms once, whether the sign-up was saved or not, and finishes what stopped halfway', async () => {
    const email = newEmail();
    const name = randomUUID();
    const { UserSub = '' } = await signUp(name, email);
    const attributes = { sub: UserSub, email, email_verified: 'true', 'cognito:user_status': 'CONFIRMED' };
    const event = triggerEvent('PostConfirmation_ConfirmSignUp', name, attributes);
    expect((await invokeTrigger('post-confirmation', event)).error).toBeUndefined();
    const first = await users.find(UserSub);
    expect((await invokeTrigger('post-confirmation', event)).error).toBeUndefined();
    expect(await users.find(UserSub)).toEqual(first);
    expect((await users.findByEmail(email)).signUps).toEqual([]);

    // The first run saw an email that nobody had verified yet.
    const otherEmail = newEmail();
    const other = await signUp(randomUUID(), otherEmail);
    const sub = other.UserSub ?? '';
    const unverified = { sub, email: otherEmail, email_verified: 'false' };
    await invokeTrigger('post-confirmation', triggerEvent('PostConfirmation_ConfirmSignUp', sub, unverified));
    expect((await users.find(sub))?.contact_points.email.verified_at).toBeUndefined();
    const verified = { ...unverified, email_verified: 'true' };
    await invokeTrigger('post-confirmation', triggerEvent('PostConfirmation_ConfirmSignUp', sub, verified));
    expect((await users.find(sub))?.contact_points.email.verified_at).toBeDefined();
    expect(await users.findIdByEmail(otherEmail)).toBe(sub);
  });

  it('tells the loser of an email so, and makes no person', async () => {
    const { email } = await newPerson();
    const sub = randomUUID();
    const attributes = { sub, email, email_verified: 'true' };
    const { error } = await invokeTrigger(
      'post-confirmation',
      triggerEvent('PostConfirmation_ConfirmSignUp', sub, attributes),
    );
    expect(error).toBe('Another user has verified this email');
    expect(await users.find(sub)).toBeUndefined();
  });

  it('has nothing to do after a forgotten password', async () => {
    const sub = randomUUID();
    const attributes = { sub, email: newEmail(), email_verified: 'true' };
    const event = triggerEvent('PostConfirmation_ConfirmForgotPassword', sub, attributes);
    expect((await invokeTrigger('post-confirmation', event)).error).toBeUndefined();
    expect(await users.find(sub)).toBeUndefined();
  });

  it('takes over an email that was changed and verified in the pool, and lets the old one go', async () => {
    const { email, user_id } = await newPerson();
    const account = await accountInPool(email);
    const moved = newEmail();
    const person = await users.find(user_id);
    const event = triggerEvent('PostAuthentication_Authentication', person?.user_name ?? '', {
      ...account,
      email: moved,
    });
    for (let run = 0; run < 2; run++) expect((await invokeTrigger('post-authentication', event)).error).toBeUndefined();
    expect((await users.find(user_id))?.contact_points.email.address).toBe(moved);
    expect(await users.findIdByEmail(moved)).toBe(user_id);
    expect(await users.findIdByEmail(email)).toBeUndefined();
  });
});
