import { randomUUID } from 'node:crypto';
import { CreatePlatformApplicationCommand, CreatePlatformEndpointCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { USER_ID_ATTRIBUTE } from '../../src/auth/pool-directory.ts';
import { invite, MOST_OPEN } from '../../src/invitations/invitation.ts';
import { notificationStore } from '../../src/notifications/notification-store.ts';
import { writeMany } from '../../src/shared/dynamodb/items.ts';
import {
  codesMailedTo,
  configure,
  inbox,
  invokeTrigger,
  mailsTo,
  PASSWORD,
  poolIds,
  sns,
  textsSentTo,
  users,
} from '../support/accounts.ts';
import { addToGroup, groups } from '../support/groups.ts';
import {
  accept,
  decline,
  giveDevice,
  invitationMails,
  invitations,
  invited,
  ask as inviteTo,
  linkIn,
  listOf,
  newGroup,
  newPhone,
  ownOf,
  startInVain,
  stop,
  sweepIn,
  terminalOf,
  waits,
  withdraw,
} from '../support/invitations.ts';
import { until } from '../support/lifecycle.ts';
import { tableName, tables } from '../support/tables.ts';
import { ask, expectStatus, newEmail, newPerson, type Person } from './person.ts';

const notifications = notificationStore(tables(), tableName('notifications'));

let owner: Person;
let group: string;
beforeAll(async () => {
  owner = await newPerson('owner');
  group = await newGroup(owner);
});

const itemsOf = (person: Person) => inbox.list(person.id, { archived: false }, 0, 20);

describe('an invitation', () => {
  it('goes by email where there is no device, and makes a member of whoever accepts it', async () => {
    const ada = await newPerson('ada');
    const sent = await invited(owner, group, { user_id: ada.id });
    expect(sent).toMatchObject({ status: 'OPEN', user_id: ada.id });
    const [mail] = await invitationMails(ada.email, 1);
    expect(mail?.BodyText).toContain('invites you to the group Choir');
    expect(await ownOf(ada)).toMatchObject([{ id: sent.id, status: 'OPEN', group: { id: group, name: 'Choir' } }]);
    await waits(sent.id);

    expect((await accept(ada, sent.id)).body).toMatchObject({ id: sent.id, status: 'ACCEPTED' });
    expect(await groups.isMember(group, ada.id)).toBe(true);
    expect(await terminalOf(sent.id)).toBe('InvitationAccepted');
    expectStatus(200, await accept(ada, sent.id));
    expect(await ownOf(ada)).toEqual([]);
    expectStatus(409, await decline(ada, sent.id));
    expectStatus(409, await withdraw(owner, group, sent.id));
    expectStatus(409, await inviteTo(owner, group, { user_id: ada.id }));
  });

  it('is not sent twice, whoever sends it how often at once', async () => {
    const ben = await newPerson('ben');
    const answers = await Promise.all(Array.from({ length: 6 }, () => inviteTo(owner, group, { user_id: ben.id })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    // By address it is another one to whoever invites, but not to the person.
    const again = await invited(owner, group, { email: ben.email });
    await waits(again.id);
    await invitationMails(ben.email, 1);
    expect(
      (await listOf(owner, group)).filter(({ user_id, email }) => user_id === ben.id || email === ben.email),
    ).toHaveLength(2);
    const first = String(answers[0]?.body.id);
    await waits(first);
    const told = await Promise.all([first, again.id].map((id) => notifications.find(`invitation-${id}`)));
    expect(told.filter((each) => each !== undefined)).toHaveLength(1);
    expect((await invitationMails(ben.email, 1)).length).toBe(1);
    expect(await ownOf(ben)).toHaveLength(2);
    expectStatus(200, await accept(ben, again.id));
    expectStatus(409, await accept(ben, first));
  });

  it('that is declined is not followed by another one for a while', async () => {
    const cleo = await newPerson('cleo');
    const { id } = await invited(owner, group, { user_id: cleo.id });
    await waits(id);
    expect((await decline(cleo, id)).body).toMatchObject({ status: 'DECLINED' });
    expect(await terminalOf(id)).toBe('InvitationDeclined');
    expectStatus(200, await decline(cleo, id));
    expectStatus(409, await accept(cleo, id));
    expect(await groups.isMember(group, cleo.id)).toBe(false);
    expect((await inviteTo(owner, group, { user_id: cleo.id })).body).toMatchObject({
      status: 409,
      type: expect.stringContaining('declined-lately'),
    });
    // The address is invited as any other, and says nothing of her.
    const { id: quiet } = await invited(owner, group, { email: cleo.email });
    await waits(quiet);
    expect(await invitationMails(cleo.email, 1)).toHaveLength(1);
    expect((await listOf(owner, group, 'ended')).find((each) => each.id === id)).toMatchObject({ status: 'DECLINED' });
  });

  it('can be taken back, and then answered no more', async () => {
    const dora = await newPerson('dora');
    const { id } = await invited(owner, group, { user_id: dora.id });
    await waits(id);
    expectStatus(204, await withdraw(owner, group, id));
    expectStatus(204, await withdraw(owner, group, id));
    expect(await terminalOf(id)).toBe('InvitationWithdrawn');
    expect((await owner.ask('GET', `/api/v1/groups/${group}/invitations/${id}`)).body).toMatchObject({
      id,
      status: 'WITHDRAWN',
    });
    expectStatus(410, await accept(dora, id));
    expectStatus(410, await decline(dora, id));
    expect(await ownOf(dora)).toEqual([]);
    expect((await invited(owner, group, { user_id: dora.id })).id).not.toBe(id);
  });

  it('is nobody else’s to answer, see or send', async () => {
    const [eve, fay] = [await newPerson('eve'), await newPerson('fay')];
    const { id } = await invited(owner, group, { user_id: eve.id });
    for (const answer of [accept, decline]) {
      expectStatus(404, await answer(fay, id));
      expectStatus(404, await answer(owner, id));
      expectStatus(404, await answer(fay, randomUUID()));
    }
    expectStatus(404, await inviteTo(fay, group, { user_id: eve.id }));
    expectStatus(404, await withdraw(fay, group, id));
    const other = await newGroup(owner);
    expectStatus(404, await withdraw(owner, other, id));
    expectStatus(404, await owner.ask('GET', `/api/v1/groups/${other}/invitations/${id}`));
    expectStatus(404, await fay.ask('GET', `/api/v1/groups/${group}/invitations`));
    await addToGroup(group, fay.id);
    expectStatus(403, await inviteTo(fay, group, { user_id: eve.id }));
    expectStatus(403, await withdraw(fay, group, id));
    expectStatus(403, await fay.ask('GET', `/api/v1/groups/${group}/invitations`));
    expectStatus(400, await inviteTo(owner, group, { user_id: randomUUID() }));
  });

  it('is the same for a repeated request, and not for another one with its key', async () => {
    const gil = await newPerson('gil');
    const headers = { 'idempotency-key': randomUUID() };
    const first = expectStatus(201, await inviteTo(owner, group, { user_id: gil.id }, headers));
    const again = expectStatus(201, await inviteTo(owner, group, { user_id: gil.id }, headers));
    expect(again.body.id).toBe(first.body.id);
    expectStatus(422, await inviteTo(owner, group, { email: gil.email }, headers));
  });

  it('is not one of more than may be open', async () => {
    const full = await newGroup(owner);
    const rows = Array.from({ length: MOST_OPEN - 1 }, (_, n) => ({
      pk: `invitation#${randomUUID()}`,
      sk: 'invitation',
      in_group: `open#${full}`,
      listed_at: String(n),
    }));
    await writeMany(tables(), tableName('invitations'), { put: rows });
    const { id } = await invited(owner, full, { email: newEmail('last') });
    expectStatus(409, await inviteTo(owner, full, { email: newEmail('more') }));
    expectStatus(204, await withdraw(owner, full, id));
    await invited(owner, full, { email: newEmail('more') });
    await writeMany(tables(), tableName('invitations'), { remove: rows.map(({ pk, sk }) => ({ pk, sk })) });
  });

  it('can be answered from the mail', async () => {
    const hal = await newPerson('hal');
    const { id } = await invited(owner, await newGroup(owner, 'Ropes & <Knots>'), { user_id: hal.id });
    const [mail] = await invitationMails(hal.email, 1);
    const link = linkIn(mail?.BodyText ?? '');
    const page = expectStatus(200, await ask('GET', link));
    expect(page.body.page).toContain('Ropes &amp; &lt;Knots&gt;');
    expect((await ownOf(hal)).map((each) => each.id)).toEqual([id]);
    const post = (answer: string, to = link) =>
      ask('POST', to, { text: `answer=${answer}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expectStatus(400, await post('maybe'));
    expectStatus(403, await post('accept', `${link}x`));
    expect(expectStatus(200, await post('accept')).body.page).toContain('You have joined');
    expect(expectStatus(200, await post('accept')).body.page).toContain('You have joined');
    expect(expectStatus(409, await post('decline')).body.page).toContain('You have joined');
    expect(expectStatus(200, await ask('GET', link)).body.page).toContain('You have joined');
    expect(await terminalOf(id)).toBe('InvitationAccepted');
  });
});

describe('an address that is nobody’s', () => {
  it('is answered as one that is somebody’s, and as one that is a member’s', async () => {
    const [known, member] = [await newPerson('known'), await newPerson('member')];
    await addToGroup(group, member.id);
    const answers = [];
    for (const email of [known.email, member.email, newEmail('nobody')])
      answers.push(await inviteTo(owner, group, { email }));
    const shapes = answers.map(({ status, body }) => ({ status, fields: Object.keys(body), is: body.status }));
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
    expect(shapes[0]).toMatchObject({ status: 201, is: 'OPEN' });
    expect(shapes[0]?.fields).not.toContain('user_id');
    for (const { body } of answers) {
      expectStatus(200, await inviteTo(owner, group, { email: body.email }));
      expectStatus(204, await withdraw(owner, group, String(body.id)));
    }
  });

  it('waits for the sign-up: nothing is sent before, and everything after', async () => {
    const email = newEmail('newcomer');
    const { id } = await invited(owner, group, { email: email.toUpperCase() });
    expect(await invitations.find(id)).toMatchObject({ status: 'WAITING_FOR_SIGN_UP' });
    expectStatus(201, await ask('POST', '/api/v1/auth/register', { body: { email, password: PASSWORD } }));
    const [code] = await codesMailedTo(email, 1);
    expect(await invitations.find(id)).toMatchObject({ status: 'WAITING_FOR_SIGN_UP' });
    expectStatus(200, await ask('POST', '/api/v1/auth/confirm', { body: { email, code } }));
    await invitationMails(email, 1);
    const signedIn = expectStatus(
      200,
      await ask('POST', '/api/v1/auth/login', { body: { email, password: PASSWORD } }),
    );
    const token = String(signedIn.body.token);
    const accepted = await ask('POST', `/api/v1/invitations/${id}/accept`, { token });
    expect(expectStatus(200, accepted).body).toMatchObject({ status: 'ACCEPTED' });
    expect(await groups.isMember(group, String(signedIn.body.user_id))).toBe(true);
    expect(await terminalOf(id)).toBe('InvitationAccepted');
  });

  it('that somebody has verified at the same instant is led to them by a repeat', async () => {
    const [sam, email] = [await newPerson('sam'), newEmail('meanwhile')];
    const { id } = await invited(owner, group, { email });
    const verified = { pk: `email#${email}`, sk: 'owner', user_id: sam.id };
    await writeMany(tables(), tableName('users'), { put: [verified] });
    expectStatus(200, await inviteTo(owner, group, { email }));
    await waits(id);
    expect(await ownOf(sam)).toMatchObject([{ id }]);
  });

  it('becomes the one’s who has it verified in the pool, with the next sign-in', async () => {
    const [paul, email] = [await newPerson('paul'), newEmail('moved')];
    const { id } = await invited(owner, group, { email });
    const { poolId } = await poolIds();
    const { error } = await invokeTrigger('post-authentication', {
      triggerSource: 'PostAuthentication_Authentication',
      userPoolId: poolId,
      userName: (await users.find(paul.id))?.user_name,
      request: {
        userAttributes: { sub: paul.id, email, email_verified: 'true', [USER_ID_ATTRIBUTE]: paul.id },
      },
    });
    expect(error).toBeUndefined();
    expect(await ownOf(paul)).toMatchObject([{ id }]);
    await waits(id);
  });

  it('that is a phone waits for its verification; later it is found at once', async () => {
    const [ida, phone] = [await newPerson('ida'), newPhone()];
    const { id } = await invited(owner, group, { phone });
    expect(await ownOf(ida)).toEqual([]);
    expectStatus(
      200,
      await ida.ask('PATCH', `/api/v1/users/${ida.id}`, { body: { first_name: 'Ida', last_name: 'Nowak', phone } }),
    );
    expectStatus(202, await ida.ask('POST', `/api/v1/users/${ida.id}/contact-points/sms/verify`, { body: {} }));
    expect(await ownOf(ida)).toEqual([]);
    const [code] = /\b\d{6}\b/.exec((await textsSentTo(phone)).at(-1) ?? '') ?? [];
    expectStatus(200, await ida.ask('POST', `/api/v1/users/${ida.id}/contact-points/sms/confirm`, { body: { code } }));
    expect(await ownOf(ida)).toMatchObject([{ id }]);
    await waits(id);
    const other = await invited(owner, await newGroup(owner), { phone });
    expect(await ownOf(ida)).toMatchObject([{ id: other.id }, { id }]);
    // A phone that she gives up is nobody's.
    expectStatus(
      200,
      await ida.ask('PATCH', `/api/v1/users/${ida.id}`, {
        body: { first_name: 'Ida', last_name: 'Nowak', phone: newPhone() },
      }),
    );
    const third = await invited(owner, await newGroup(owner), { phone });
    expect(await invitations.find(third.id)).toMatchObject({ status: 'WAITING_FOR_SIGN_UP' });
  });
});

describe('what ends with others', () => {
  it('is what a group has open when it is deleted', async () => {
    const [host, lou] = [await newPerson('host'), await newPerson('lou')];
    const closing = await newGroup(host);
    const known = await invited(host, closing, { user_id: lou.id });
    const unknown = await invited(host, closing, { email: newEmail('nobody') });
    await waits(known.id);
    expectStatus(204, await host.ask('DELETE', `/api/v1/groups/${closing}`));
    expect(await terminalOf(known.id)).toBe('InvitationWithdrawn');
    expect(await invitations.find(unknown.id)).toMatchObject({ status: 'WITHDRAWN' });
    expectStatus(410, await accept(lou, known.id));
  });

  it('is what is sent while its group is deleted', async () => {
    const [host, moe] = [await newPerson('host'), await newPerson('moe')];
    for (let round = 0; round < 3; round++) {
      const closing = await newGroup(host);
      const invitees = [{ user_id: moe.id }, { email: moe.email }, { email: newEmail('nobody') }];
      const inviting = invitees.map((to) => inviteTo(host, closing, to));
      expectStatus(204, await host.ask('DELETE', `/api/v1/groups/${closing}`));
      for (const { status } of await Promise.all(inviting)) expect([201, 404]).toContain(status);
      expect(await Array.fromAsync(invitations.openOfGroup(closing))).toEqual([]);
    }
    expect(await ownOf(moe)).toEqual([]);
  });

  it('is one to a group that is gone, whose deletion did not see it', async () => {
    const [host, ned] = [await newPerson('host'), await newPerson('ned')];
    const gone = await newGroup(host);
    expectStatus(204, await host.ask('DELETE', `/api/v1/groups/${gone}`));
    const to = { user_id: ned.id };
    const creation = { id: randomUUID(), fingerprint: 'test' };
    const sending = { creation, groupId: gone, invitedBy: host.id, to, userId: ned.id, lasts: 3_600_000 };
    await invitations.create(invite(sending, new Date(Date.now() - 60_000)), undefined);
    await invokeTrigger('sweep-invitations', {});
    expect(await terminalOf(creation.id)).toBe('InvitationWithdrawn');
    expect(await ownOf(ned)).toEqual([]);
    expect(await itemsOf(ned)).toEqual([]);
  });

  it('is what the group of somebody has open whose account is removed, with the group', async () => {
    const [host, max] = [await newPerson('host'), await newPerson('max')];
    const { id } = await invited(host, await newGroup(host), { user_id: max.id });
    await waits(id);
    expectStatus(204, await host.ask('DELETE', `/api/v1/users/${host.id}`));
    expect(await terminalOf(id)).toBe('InvitationWithdrawn');
  });

  it('is an invitation of somebody whose account is removed', async () => {
    const jan = await newPerson('jan');
    const { id } = await invited(owner, group, { email: jan.email });
    await waits(id);
    expectStatus(204, await jan.ask('DELETE', `/api/v1/users/${jan.id}`));
    expect(await terminalOf(id)).toBe('InvitationWithdrawn');
    expect(await invitations.find(id)).toBeUndefined();
    expect(await invitations.lastTo(group, { email: jan.email })).toBeUndefined();
  });
});

describe('with a short time to answer', () => {
  const undo: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    undo.push(await configure('invitations-api', { INVITATION_EXPIRES_AFTER: 'PT20S' }));
    undo.push(await configure('send-invitation', { INVITATION_REMINDS_AFTER: 'PT4S' }));
  });
  afterAll(async () => {
    for (const each of undo) await each();
  });

  it('an invitation is reminded of once, and expires', async () => {
    const kai = await newPerson('kai');
    const { id } = await invited(owner, group, { user_id: kai.id });
    const [first, second] = await invitationMails(kai.email, 2);
    expect(first?.BodyText).toContain('invites you');
    expect(second?.BodyText).toContain('has invited you');
    expect(await terminalOf(id)).toBe('InvitationExpired');
    expect(await invitationMails(kai.email, 2)).toHaveLength(2);
    expectStatus(410, await accept(kai, id));
    expectStatus(410, await withdraw(owner, group, id));
    expect(await ownOf(kai)).toEqual([]);
    expect((await itemsOf(kai)).map(({ key }) => key).sort()).toEqual([
      'group_invitation',
      'group_invitation_reminder',
    ]);
    expect((await listOf(owner, group, 'ended')).find((each) => each.id === id)).toMatchObject({ status: 'EXPIRED' });
    const page = expectStatus(200, await ask('GET', linkIn(first?.BodyText ?? ''))).body.page;
    expect(page).toContain('has expired');
  });

  it('one whose execution was stopped while it waited is taken up again: reminded of once, and expired', async () => {
    const lin = await newPerson('lin');
    const { id } = await invited(owner, group, { user_id: lin.id });
    await waits(id);
    await stop(id);
    await sweepIn(60_000);
    await invitationMails(lin.email, 2);
    expect(await terminalOf(id, 2)).toBe('InvitationExpired');
    expect(await invitationMails(lin.email, 2)).toHaveLength(2);
  });

  it('one that is answered after the reminder ends with the answer', async () => {
    const lea = await newPerson('lea');
    const { id } = await invited(owner, group, { user_id: lea.id });
    await invitationMails(lea.email, 2);
    expectStatus(200, await accept(lea, id));
    expect(await terminalOf(id)).toBe('InvitationAccepted');
  });

  it('whoever accepts at the very instant of its end is in the group, or told that it is over', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, (_, n) => newPerson(`late${n}`)));
    const racers = await Promise.all(
      people.map(async (person) => ({ person, sent: await invited(owner, group, { user_id: person.id }) })),
    );
    const results = await Promise.all(
      racers.map(async ({ person, sent }, n) => {
        const wait = Date.parse(sent.expires_at) - Date.now() - 60 * (n - 1);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
        const { status } = await accept(person, sent.id);
        const end = await terminalOf(sent.id);
        return { status, end, member: await groups.isMember(group, person.id) };
      }),
    );
    for (const { status, end, member } of results) {
      expect([200, 410]).toContain(status);
      expect(end).toBe(status === 200 ? 'InvitationAccepted' : 'InvitationExpired');
      expect(member).toBe(status === 200);
    }
  });
});

describe('at the same instant', () => {
  it('accepting twice makes one member, and declining as well has one answer', async () => {
    const mia = await newPerson('mia');
    const { id } = await invited(owner, group, { user_id: mia.id });
    const answers = await Promise.all([accept, accept, decline, accept].map((answer) => answer(mia, id)));
    const statuses = answers.map(({ status }) => status);
    const accepted = statuses[0] === 200;
    expect(statuses).toEqual(accepted ? [200, 200, 409, 200] : [409, 409, 200, 409]);
    expect(await groups.isMember(group, mia.id)).toBe(accepted);
    expect(await terminalOf(id)).toBe(accepted ? 'InvitationAccepted' : 'InvitationDeclined');
  });

  it('accepting and taking back have one winner, who is believed by all', async () => {
    for (let round = 0; round < 3; round++) {
      const nia = await newPerson('nia');
      const { id } = await invited(owner, group, { user_id: nia.id });
      const [accepted, withdrawn] = await Promise.all([accept(nia, id), withdraw(owner, group, id)]);
      const won = accepted.status === 200;
      expect([accepted.status, withdrawn.status]).toEqual(won ? [200, 409] : [410, 204]);
      expect(await groups.isMember(group, nia.id)).toBe(won);
      expect(await terminalOf(id)).toBe(won ? 'InvitationAccepted' : 'InvitationWithdrawn');
    }
  });
});

describe('the sweep', () => {
  /** Made a minute ago, and never started. */
  async function forgotten(person: Person): Promise<string> {
    const creation = { id: randomUUID(), fingerprint: 'test' };
    const sending = { creation, groupId: group, invitedBy: owner.id, to: { user_id: person.id }, userId: person.id };
    const invitation = invite({ ...sending, lasts: 3_600_000 }, new Date(Date.now() - 60_000));
    await invitations.create(invitation, undefined);
    return invitation.id;
  }

  it('starts what was never started, and the next execution where one has ended too early', async () => {
    const [pia, quin] = [await newPerson('pia'), await newPerson('quin')];
    const [never, early] = [await forgotten(pia), await forgotten(quin)];
    await startInVain(early);
    await terminalOf(early);
    await invokeTrigger('sweep-invitations', {});
    await Promise.all([waits(never), waits(early, 2)]);
    expectStatus(200, await accept(pia, never));
    expectStatus(200, await accept(quin, early));
    expect(await terminalOf(never)).toBe('InvitationAccepted');
    expect(await terminalOf(early, 2)).toBe('InvitationAccepted');
  });
});

describe('somebody with a device', () => {
  it('gets a push and no email', async () => {
    const ruth = await newPerson('ruth');
    const application = {
      Name: `invitations-${randomUUID()}`,
      Platform: 'GCM',
      Attributes: { PlatformCredential: 'k' },
    };
    const { PlatformApplicationArn } = await sns.send(new CreatePlatformApplicationCommand(application));
    const endpoint = new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: randomUUID() });
    await giveDevice(ruth, (await sns.send(endpoint)).EndpointArn ?? '');
    const { id } = await invited(owner, group, { user_id: ruth.id });
    const tally = await until('the deliveries', async () => (await notifications.find(`invitation-${id}`))?.tally);
    expect(tally).toEqual({ sent: 2, suppressed: 1, failed: 0 });
    expect((await mailsTo(ruth.email)).filter(({ BodyText }) => BodyText.includes('invitation-links'))).toEqual([]);
  });
});

describe('what nobody outside sees', () => {
  it('is the token on which the execution waits', async () => {
    const ole = await newPerson('ole');
    const { id } = await invited(owner, group, { user_id: ole.id });
    const token = await waits(id);
    const seen = [await listOf(owner, group), await ownOf(ole), (await accept(ole, id)).body, await itemsOf(ole)];
    expect(JSON.stringify(seen)).not.toContain(token);
    await until('the end', async () => ((await terminalOf(id)) ? true : undefined));
  });
});
