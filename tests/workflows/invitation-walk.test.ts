import { describe, expect, it } from '@jest/globals';
import { walk } from '../../bench/walker.ts';
import { shippedMachines } from '../../local/machines.ts';

const machine = shippedMachines().get('carillon-local-invitation-lifecycle');
const input = { invitationId: '0b6f2a52-3a55-4d5b-9d0a-5f2d7a9f0c11', run: 2 };
const inDays = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000).toISOString();

class Named extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

type Answers = Record<string, (payload: unknown) => unknown>;

/** Walks through the machine; whatever it waits for is answered at the `answeredAt`-th wait. */
async function go(answers: Answers, answeredAt = 0) {
  if (!machine) throw new Error('there is no such machine');
  const calls: [string, unknown][] = [];
  const waits: number[] = [];
  const waitedUntil: number[] = [];
  const walked = await walk(machine, input, {
    weather: 'calm',
    invoke(arn, payload) {
      const to = arn.replace(/.*:carillon-local-/, '');
      calls.push([to, payload]);
      return answers[to]?.(payload);
    },
    answered: async (_, seconds) => {
      waitedUntil.push(Date.now() + seconds * 1000);
      return waits.push(seconds) === answeredAt;
    },
    machine: () => {
      throw new Error('it starts no other');
    },
  });
  return { end: walked.entered.at(-1), entered: walked.entered, calls, waits, waitedUntil };
}

const open = { 'send-invitation': () => ({ status: 'OPEN', until: inDays(3) }), 'await-invitation-answer': () => null };
const settled = (status: string) => ({ 'settle-invitation': () => ({ status }) });

describe('the machine of an invitation', () => {
  it('sends, waits, reminds once, waits again, and lets it expire', async () => {
    const { end, entered, calls, waits } = await go({ ...open, ...settled('EXPIRED') });
    expect(entered).toEqual([
      'SendInvitation',
      'IsOpen',
      'AwaitAnswer',
      'RemindInvitee',
      'IsStillOpen',
      'AwaitLateAnswer',
      'SettleInvitation',
      'HowItEnded',
      'InvitationExpired',
    ]);
    expect(end).toBe('InvitationExpired');
    expect(calls).toEqual([
      ['send-invitation', { ...input, reminder: false }],
      ['await-invitation-answer', { ...input, token: expect.any(String) }],
      ['send-invitation', { ...input, reminder: true }],
      ['await-invitation-answer', { ...input, token: expect.any(String) }],
      ['settle-invitation', { invitationId: input.invitationId }],
    ]);
    for (const seconds of waits) expect(Math.abs(seconds - 3 * 24 * 3600)).toBeLessThan(60);
  });

  it.each([
    ['ACCEPTED', 'InvitationAccepted'],
    ['DECLINED', 'InvitationDeclined'],
    ['WITHDRAWN', 'InvitationWithdrawn'],
    ['EXPIRED', 'InvitationExpired'],
    ['OPEN', 'InvitationFailed'],
  ])('woken, goes by what was decided: %s', async (status, end) => {
    expect((await go({ ...open, ...settled(status) }, 1)).end).toBe(end);
    expect((await go({ ...open, ...settled(status) }, 2)).end).toBe(end);
  });

  it.each(['ACCEPTED', 'EXPIRED', 'GONE', 'SUPERSEDED', 'WAITING_FOR_SIGN_UP'])(
    'waits for nothing when it is %s already, before it is sent or before it is reminded of',
    async (status) => {
      const first = await go({ 'send-invitation': () => ({ status }), ...settled('DECLINED') });
      expect(first.entered).toEqual([
        'SendInvitation',
        'IsOpen',
        'SettleInvitation',
        'HowItEnded',
        'InvitationDeclined',
      ]);
      const said = [{ status: 'OPEN', until: inDays(3) }, { status }];
      const second = await go({ ...open, 'send-invitation': () => said.shift(), ...settled('DECLINED') });
      expect(second.end).toBe('InvitationDeclined');
      expect(second.waits).toHaveLength(1);
    },
  );

  it('waits a second longer than until its time is over, for functions whose clocks are behind', async () => {
    const until = inDays(3);
    const { waitedUntil } = await go({
      ...open,
      'send-invitation': () => ({ status: 'OPEN', until }),
      ...settled('EXPIRED'),
    });
    expect(waitedUntil).toHaveLength(2);
    for (const at of waitedUntil) expect(at).toBeGreaterThanOrEqual(Date.parse(until) + 1000);
  });

  it('waits for at least a second, whatever its clock says', async () => {
    const late = { ...open, 'send-invitation': () => ({ status: 'OPEN', until: inDays(-1) }) };
    expect((await go({ ...late, ...settled('EXPIRED') })).waits).toEqual([1, 1]);
  });

  it('does not wait for what has ended in between', async () => {
    const over = {
      ...open,
      'await-invitation-answer': () => {
        throw new Named('InvitationOver');
      },
    };
    const { end, waits } = await go({ ...over, ...settled('ACCEPTED') });
    expect([end, waits]).toEqual(['InvitationAccepted', []]);
  });

  it.each(['send-invitation', 'await-invitation-answer', 'settle-invitation'])(
    'fails where %s fails for good',
    async (name) => {
      const broken = {
        [name]: () => {
          throw new Named('TypeError');
        },
      };
      expect((await go({ ...open, ...settled('EXPIRED'), ...broken })).end).toBe('InvitationFailed');
    },
  );
});
