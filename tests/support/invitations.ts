import { randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { createGroup } from '../../src/groups/group.ts';
import { invitationExecution } from '../../src/invitations/invitation.ts';
import { invitationStore } from '../../src/invitations/invitation-store.ts';
import { sweepInvitations } from '../../src/invitations/sweep.ts';
import { type Answer, expectStatus, type Person } from '../acceptance/person.ts';
import { mailsTo, users } from './accounts.ts';
import { groups } from './groups.ts';
import { until } from './lifecycle.ts';
import { executionsOf, stateOf, stopExecution } from './machines.ts';
import { tableName, tables } from './tables.ts';

const LIFECYCLE = 'invitation-lifecycle';

export const invitations = invitationStore(tables(), tableName('invitations'));
const executions = executionsOf(LIFECYCLE);

/** A group of somebody's. */
export async function newGroup(owner: Person, name = 'Choir'): Promise<string> {
  const creation = { id: randomUUID(), fingerprint: 'test' };
  return (await groups.create(createGroup(creation, owner.id, { name }, new Date()))).id;
}

const View = z.object({
  id: z.string(),
  status: z.string(),
  expires_at: z.string(),
  user_id: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
});

const path = (groupId: string) => `/api/v1/groups/${groupId}/invitations`;

export const ask = (by: Person, groupId: string, to: object, headers: Record<string, string> = {}): Promise<Answer> =>
  by.ask('POST', path(groupId), { body: to, headers });

export const invited = async (by: Person, groupId: string, to: object) =>
  View.parse(expectStatus(201, await ask(by, groupId, to)).body);

export const withdraw = (by: Person, groupId: string, id: string) => by.ask('DELETE', `${path(groupId)}/${id}`);

export async function listOf(by: Person, groupId: string, which = 'open') {
  const { body } = expectStatus(200, await by.ask('GET', `${path(groupId)}?which=${which}&limit=100`));
  return z.object({ items: z.array(View) }).parse(body).items;
}

const Own = z.object({
  id: z.string(),
  status: z.string(),
  group: z.object({ id: z.string(), name: z.string().optional() }),
});

export async function ownOf(person: Person) {
  const { body } = expectStatus(200, await person.ask('GET', '/api/v1/invitations'));
  return z.object({ items: z.array(Own) }).parse(body).items;
}

export const accept = (person: Person, id: string) => person.ask('POST', `/api/v1/invitations/${id}/accept`);
export const decline = (person: Person, id: string) => person.ask('POST', `/api/v1/invitations/${id}/decline`);

/** Starts a run of an execution as somebody would who does not know what it is about: it ends at once. */
export const startInVain = (id: string, run = 1) =>
  executions.start(invitationExecution(id, run), { invitationId: 'none', run });

/** The sweep's own code, so many milliseconds from now. */
export const sweepIn = (offsetMs: number) =>
  sweepInvitations({ invitations, executions, now: () => new Date(Date.now() + offsetMs), report: () => undefined });

export const stop = (id: string, run = 1) => stopExecution(LIFECYCLE, invitationExecution(id, run));

export const terminalOf = (id: string, run = 1, seconds?: number) =>
  until(
    'the end of the execution',
    async () => {
      const name = invitationExecution(id, run);
      return (await executions.status(name)) === 'ENDED' ? stateOf(LIFECYCLE, name) : undefined;
    },
    seconds,
  );

/** Waits until the execution waits for the answer. */
export const waits = (id: string, run = 1) =>
  until('the wait for an answer', async () => {
    const token = await invitations.tokenOf(id);
    return token !== undefined && /^Await/.test((await stateOf(LIFECYCLE, invitationExecution(id, run))) ?? '')
      ? token
      : undefined;
  });

/** The mails of invitations that went to an address, once there are so many. */
export const invitationMails = (email: string, count: number) =>
  until('the mails of invitations', async () => {
    const mails = (await mailsTo(email)).filter(({ BodyText }) => BodyText.includes('/api/v1/invitation-links/'));
    return mails.length >= count ? mails : undefined;
  });

export const linkIn = (text: string) => z.string().parse(/\/api\/v1\/invitation-links\/[\w.-]+/.exec(text)?.[0]);

export const newPhone = () => `+48${randomInt(100_000_000, 999_999_999)}`;

/** As if the person had one push device. */
export async function giveDevice(person: Person, endpoint_arn: string): Promise<void> {
  const added_at = new Date().toISOString();
  await users.change(person.id, (current) => ({
    ...current,
    devices: [{ id: randomUUID(), platform: 'fcm', endpoint_arn, added_at }],
    revision: current.revision + 1,
  }));
}
