import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createGroup } from '../../src/groups/group.ts';
import { groupStore } from '../../src/groups/group-store.ts';
import { openWaiting } from '../../src/invitations/address-verified.ts';
import { awaitAnswer, InvitationOver } from '../../src/invitations/await-answer.ts';
import { answer } from '../../src/invitations/end-invitation.ts';
import { invitationStore } from '../../src/invitations/invitation-store.ts';
import { inviteToGroup } from '../../src/invitations/invite-to-group.ts';
import { sendInvitation } from '../../src/invitations/send-invitation.ts';
import { settleInvitation } from '../../src/invitations/settle-invitation.ts';
import { sweepInvitations } from '../../src/invitations/sweep.ts';
import type { Executions } from '../../src/shared/workflow/executions.ts';
import { Died, immortal, type Life, mortal } from '../support/mortal.ts';
import { addPeople } from '../support/people.ts';
import { tableName, tables } from '../support/tables.ts';

const DAY = 24 * 3600 * 1000;
/** In an hour: the stack's own sweep does not see what these tests leave lying about. */
const start = new Date(Date.now() + 3600 * 1000);
const later = (ms: number) => new Date(start.getTime() + ms);

/** What the notifier, the machine and its tokens were handed, and the parts of one life that hand it to them. */
function world(life: Life) {
  const client = tables(life.step);
  const told: string[] = [];
  const woken: string[] = [];
  const started: string[] = [];
  return {
    told,
    woken,
    started,
    invitations: invitationStore(client, tableName('invitations')),
    groups: groupStore(client, tableName('groups')),
    users: { find: async () => undefined },
    notifier: { notify: (cause: { id: string }) => life.step(async () => void told.push(cause.id)) },
    tokens: { answer: (token: string) => life.step(async () => woken.push(token) > 0) },
    executions: {
      start: (name: string) => life.step(async () => started.push(name) > 0),
      status: async () => undefined,
    } satisfies Executions,
    linkFor: () => 'https://example.com/link',
    remindsAfter: 3 * DAY,
    lasts: 14 * DAY,
  };
}

const groups = groupStore(tables(), tableName('groups'));
const invitations = invitationStore(tables(), tableName('invitations'));

let owner: string;
let group: string;
beforeAll(async () => {
  [owner = ''] = (await addPeople(1)).ids;
  group = randomUUID();
  await groups.create(createGroup({ id: group, fingerprint: 'f' }, owner, { name: 'Choir' }, start));
});

interface Case {
  readonly userId: string;
  readonly id: string;
  readonly email: string;
}

const newCase = async (): Promise<Case> => {
  const [userId = ''] = (await addPeople(1)).ids;
  return { userId, id: randomUUID(), email: `${randomUUID()}@example.com` };
};

function send(life: Life, { userId, id }: Case) {
  const deps = world(life);
  const request = { creation: { id, fingerprint: 'f' }, groupId: group, callerId: owner, to: { user_id: userId } };
  const invitees = { find: async () => userId };
  return inviteToGroup(request, { ...deps, invitees }, start);
}

/** One life of whatever follows from an invitation, from its making to its acceptance. */
async function live(life: Life, about: Case) {
  const deps = world(life);
  await send(life, about);
  const step = { invitationId: about.id, run: 1 };
  await sendInvitation({ ...step, reminder: false }, deps, start);
  await awaitAnswer({ ...step, token: 'token' }, deps, start).catch(unlessOver);
  await sendInvitation({ ...step, reminder: true }, deps, later(3 * DAY));
  await answer(about.id, about.userId, 'ACCEPTED', deps, later(4 * DAY));
  return settleInvitation(about.id, deps, later(4 * DAY));
}

const unlessOver = (error: unknown) => {
  if (!(error instanceof InvitationOver)) throw error;
};

describe('whatever dies at any step', () => {
  it('is finished by a repeat: one invitation, one member, nobody told of anything twice', async () => {
    const whole = immortal();
    expect(await live(whole, await newCase())).toEqual({ status: 'ACCEPTED' });
    for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
      for (const takesEffect of [false, true]) {
        const about = await newCase();
        await expect(live(mortal(diesAt, takesEffect), about)).rejects.toThrow(Died);
        const partly = await invitations.find(about.id);
        // A member has accepted, and who has accepted is a member, whatever died.
        expect(await groups.isMember(group, about.userId)).toBe(partly?.status === 'ACCEPTED');
        expect(await live(immortal(), about)).toEqual({ status: 'ACCEPTED' });
        expect(await groups.isMember(group, about.userId)).toBe(true);
        expect((await invitations.lastTo(group, { user_id: about.userId }))?.id).toBe(about.id);
      }
    }
  }, 300_000);

  it('of a sign-up opens what waits for the address when it is tried again', async () => {
    const invite = (about: Case) =>
      inviteToGroup(
        { creation: { id: about.id, fingerprint: 'f' }, groupId: group, callerId: owner, to: { email: about.email } },
        { ...world(immortal()), invitees: { find: async () => undefined } },
        start,
      );
    const signUp = (life: Life, { email, userId }: Case) => {
      const deps = world(life);
      return openWaiting({ email }, userId, deps, start).then(() => deps.started);
    };
    const first = await newCase();
    await invite(first);
    const whole = immortal();
    expect(await signUp(whole, first)).toEqual([`${first.id}_1`]);
    for (let diesAt = 1; diesAt <= whole.steps(); diesAt++) {
      for (const takesEffect of [false, true]) {
        const about = await newCase();
        await invite(about);
        // A start that fails is left to the sweep, and no reason to fail.
        await signUp(mortal(diesAt, takesEffect), about).catch((error: unknown) => {
          if (!(error instanceof Died)) throw error;
        });
        await signUp(immortal(), about);
        expect(await invitations.find(about.id)).toMatchObject({ status: 'OPEN', user_id: about.userId, run: 1 });
        expect(await Array.fromAsync(invitations.waitingFor({ email: about.email }))).toEqual([]);
      }
    }
  }, 120_000);

  it('is found by the sweep: an execution that never started, one that ended too early, an address nobody verified', async () => {
    const [lost, dead, waiting] = [await newCase(), await newCase(), await newCase()];
    await send(immortal(), lost);
    await send(immortal(), dead);
    await inviteToGroup(
      { creation: { id: waiting.id, fingerprint: 'f' }, groupId: group, callerId: owner, to: { email: waiting.email } },
      { ...world(immortal()), invitees: { find: async () => undefined } },
      start,
    );
    const mine = [lost, dead, waiting].map(({ id }) => id);
    const pass = async (at: Date) => {
      const started: string[] = [];
      const executions: Executions = {
        start: async (name) => started.push(name) > 0,
        status: async (name) => (name.startsWith(dead.id) && name.endsWith('_1') ? 'ENDED' : undefined),
      };
      await sweepInvitations({ invitations, executions, now: () => at, report: () => undefined });
      return started.filter((name) => mine.some((id) => name.startsWith(id))).sort();
    };
    expect(await pass(later(60_000))).toEqual([`${lost.id}_1`, `${dead.id}_2`].sort());
    expect(await invitations.find(dead.id)).toMatchObject({ run: 2 });
    // By the first execution, which lives on, nothing is said any more.
    const deps = world(immortal());
    const said = await sendInvitation({ invitationId: dead.id, run: 1, reminder: false }, deps, start);
    expect([said.status, deps.told]).toEqual(['SUPERSEDED', []]);
    // Nor is what the second one waits by lost for it.
    const wait = { invitationId: dead.id, token: 'of the second' };
    await awaitAnswer({ ...wait, run: 2 }, deps, start);
    await expect(awaitAnswer({ ...wait, run: 1, token: 'of the first' }, deps, start)).rejects.toThrow(InvitationOver);
    expect(await invitations.tokenOf(dead.id)).toBe('of the second');
    expect(
      await Promise.all(Array.from({ length: 16 }, (_, n) => pass(later(14 * DAY + (n + 1) * 60_000)))),
    ).toContainEqual(expect.arrayContaining([`${waiting.id}_1`]));
    expect(await settleInvitation(waiting.id, { invitations }, later(14 * DAY))).toEqual({ status: 'EXPIRED' });
    for (const { id } of [lost, dead]) await settleInvitation(id, { invitations }, later(14 * DAY));
  });
});

describe('two invitations for one person at once', () => {
  async function bothSent() {
    const about = await newCase();
    const ids = [about.id, randomUUID()];
    const deps = world(immortal());
    const invitees = { find: async () => about.userId };
    const to = [{ user_id: about.userId }, { email: about.email }];
    for (const [n, id] of ids.entries()) {
      const creation = { id, fingerprint: 'f' };
      await inviteToGroup(
        { creation, groupId: group, callerId: owner, to: to[n] ?? { user_id: '' } },
        { ...deps, invitees },
        start,
      );
    }
    const both = await Promise.allSettled(
      ids.map((invitationId) => sendInvitation({ invitationId, run: 1, reminder: false }, deps, start)),
    );
    // The one that lost is tried again by the machine.
    for (const [n, { status }] of both.entries())
      if (status === 'rejected')
        await sendInvitation({ invitationId: ids[n] ?? '', run: 1, reminder: false }, deps, start);
    expect(deps.told).toHaveLength(1);
    return { about, ids, deps };
  }

  it('of which the one that is known is accepted while the other one is, are accepted once', async () => {
    const { about, ids, deps } = await bothSent();
    const known = (await invitations.toldOf(group, about.userId))?.id ?? '';
    const other = ids.find((id) => id !== known) ?? '';
    const groupsMeanwhile = {
      async joining(...how: Parameters<typeof groups.joining>) {
        await answer(known, about.userId, 'ACCEPTED', deps, later(DAY));
        return deps.groups.joining(...how);
      },
    };
    const both = answer(other, about.userId, 'ACCEPTED', { ...deps, groups: groupsMeanwhile }, later(DAY));
    await expect(both).rejects.toThrow(/has its answer/);
    expect(await invitations.find(known)).toMatchObject({ status: 'ACCEPTED' });
    expect(await invitations.find(other)).toMatchObject({ status: 'OPEN' });
    expect(await groups.isMember(group, about.userId)).toBe(true);
  });

  it('say one thing, and make one member', async () => {
    const { about, ids, deps } = await bothSent();
    const accepted = await Promise.allSettled(ids.map((id) => answer(id, about.userId, 'ACCEPTED', deps, later(DAY))));
    expect(accepted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    // Once they are out again, the other one does not bring them back.
    await groups.change(group, [about.userId], ({ group: same, members }) => {
      const rest = new Map(members);
      rest.delete(about.userId);
      return { group: same, members: rest };
    });
    const other = ids[accepted.findIndex(({ status }) => status === 'rejected')] ?? '';
    await expect(answer(other, about.userId, 'ACCEPTED', deps, later(DAY))).rejects.toThrow(/has its answer/);
    expect(await groups.isMember(group, about.userId)).toBe(false);
  });
});
