import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Circle,
  changeRole,
  closeGroup,
  createGroup,
  departFrom,
  editGroup,
  GivenRole,
  GroupContent,
  GroupMemberNotFound,
  GroupNotFound,
  handOver,
  heirOf,
  joinGroup,
  leaveGroup,
  OwnerStays,
  removeMember,
  viewGroup,
} from '../../src/groups/group.ts';
import { DomainError, Forbidden } from '../../src/shared/errors.ts';

const founded = new Date('2026-11-01T10:00:00.000Z');
const later = new Date('2026-11-02T10:00:00.000Z');

const empty = createGroup({ id: 'g1', fingerprint: 'f' }, 'olga', GroupContent.parse({ name: 'Choir' }), founded);

/** Olga owns it, Adam and Ada are admins, Max and Mia members; Nina is nobody. */
const circle = ['adam', 'ada'].reduce<Circle>(
  (before, admin) => changeRole(before, 'olga', admin, 'admin'),
  ['adam', 'ada', 'max', 'mia'].reduce((before, userId) => joinGroup(before, userId, later), empty),
);

const roles = ({ members }: Circle) => Object.fromEntries([...members].map(([id, { role }]) => [id, role]));
const everybody = { olga: 'owner', adam: 'admin', ada: 'admin', max: 'member', mia: 'member' };

describe('a group', () => {
  it('begins with its owner', () => {
    expect(roles(empty)).toEqual({ olga: 'owner' });
    expect(empty.group).toMatchObject({ name: 'Choir', owner_id: 'olga', revision: 1, status: 'OPEN' });
  });

  it('shows neither its state of deletion nor the fingerprint of a request', () => {
    const owner = circle.members.get('olga');
    expect(owner && Object.keys(viewGroup(circle.group, owner)).sort()).toEqual(
      ['created_at', 'id', 'name', 'owner_id', 'revision', 'role', 'updated_at'].sort(),
    );
  });

  it('is edited by owner and admins', () => {
    expect(editGroup(circle, 'olga', { name: 'Band' }, later).group).toMatchObject({ name: 'Band', revision: 2 });
    expect(editGroup(circle, 'adam', { description: 'We sing' }, later).group.description).toBe('We sing');
    expect(() => editGroup(circle, 'max', { name: 'Mine' }, later)).toThrow(Forbidden);
    expect(() => editGroup(circle, 'nina', { name: 'Mine' }, later)).toThrow(GroupNotFound);
  });

  it('keeps its revision when a change changes nothing', () => {
    expect(editGroup(circle, 'olga', { name: 'Choir', description: null }, later)).toBe(circle);
  });

  it('is joined once: a second time changes nothing, also for its owner', () => {
    expect(joinGroup(circle, 'max', later)).toBe(circle);
    expect(joinGroup(circle, 'olga', later)).toBe(circle);
  });
});

describe('leaving and removing', () => {
  it('everybody leaves but the owner', () => {
    expect(roles(leaveGroup(circle, 'adam'))).not.toHaveProperty('adam');
    expect(roles(leaveGroup(circle, 'max'))).not.toHaveProperty('max');
    expect(() => leaveGroup(circle, 'olga')).toThrow(OwnerStays);
    expect(() => leaveGroup(circle, 'nina')).toThrow(GroupNotFound);
  });

  it.each([
    ['olga', 'adam', undefined],
    ['olga', 'max', undefined],
    ['adam', 'max', undefined],
    ['max', 'max', undefined],
    ['adam', 'ada', Forbidden],
    ['adam', 'olga', Forbidden],
    ['max', 'mia', Forbidden],
    ['nina', 'max', GroupNotFound],
    ['olga', 'nina', GroupMemberNotFound],
    ['olga', 'olga', OwnerStays],
  ])('%s removes %s', (caller, userId, refused) => {
    if (refused) expect(() => removeMember(circle, caller, userId)).toThrow(refused);
    else expect(roles(removeMember(circle, caller, userId))).toEqual({ ...everybody, [userId]: undefined });
  });
});

describe('roles', () => {
  it('are given and taken by the owner', () => {
    expect(roles(changeRole(circle, 'olga', 'max', 'admin'))).toEqual({ ...everybody, max: 'admin' });
    expect(roles(changeRole(circle, 'olga', 'adam', 'member'))).toEqual({ ...everybody, adam: 'member' });
    expect(changeRole(circle, 'olga', 'max', 'member')).toBe(circle);
    expect(() => changeRole(circle, 'adam', 'max', 'admin')).toThrow(Forbidden);
    expect(() => changeRole(circle, 'olga', 'nina', 'admin')).toThrow(GroupMemberNotFound);
    expect(() => changeRole(circle, 'olga', 'olga', 'member')).toThrow(OwnerStays);
  });

  it('swap when the group is handed over', () => {
    const after = handOver(circle, 'olga', 'max', later);
    expect(roles(after)).toEqual({ ...everybody, olga: 'admin', max: 'owner' });
    expect(after.group).toMatchObject({ owner_id: 'max', revision: 2 });
    expect(handOver(after, 'olga', 'max', later)).toBe(after);
    expect(() => handOver(after, 'olga', 'mia', later)).toThrow(Forbidden);
    expect(() => handOver(circle, 'adam', 'adam', later)).toThrow(Forbidden);
    expect(() => handOver(circle, 'olga', 'nina', later)).toThrow(GroupMemberNotFound);
  });
});

describe('whatever anybody tries', () => {
  const people = ['olga', 'adam', 'max', 'nina'];
  const someone = fc.constantFrom(...people);
  const attempt = fc.oneof(
    fc.record({ verb: fc.constant('join' as const), who: someone }),
    fc.record({ verb: fc.constant('leave' as const), who: someone }),
    fc.record({ verb: fc.constant('remove' as const), who: someone, whom: someone }),
    fc.record({
      verb: fc.constant('give' as const),
      who: someone,
      whom: someone,
      role: fc.constantFrom('admin', 'member'),
    }),
    fc.record({ verb: fc.constant('hand over' as const), who: someone, whom: someone }),
    fc.record({ verb: fc.constant('depart' as const), who: someone }),
  );
  type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

  function tried(before: Circle, what: Attempt): Circle {
    switch (what.verb) {
      case 'join':
        return joinGroup(before, what.who, later);
      case 'leave':
        return leaveGroup(before, what.who);
      case 'remove':
        return removeMember(before, what.who, what.whom);
      case 'give':
        return changeRole(before, what.who, what.whom, GivenRole.parse(what.role));
      case 'hand over':
        return handOver(before, what.who, what.whom, later);
      case 'depart':
        return departFrom(before, what.who, heirOf([...before.members.values()], what.who)?.user_id, later);
    }
  }

  it('leaves exactly one owner, who is the one that the group names', () => {
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 40 }), (attempts) => {
        let now = empty;
        for (const each of attempts) {
          try {
            now = tried(now, each);
          } catch (error) {
            if (!(error instanceof DomainError)) throw error;
          }
          const owners = [...now.members.values()].filter(({ role }) => role === 'owner');
          expect(owners.map(({ user_id }) => user_id)).toEqual([now.group.owner_id]);
        }
      }),
    );
  });
});

describe('a group that is being deleted', () => {
  const closing = closeGroup(circle, 'olga', later);

  it('is so by its owner only', () => {
    expect(() => closeGroup(circle, 'adam', later)).toThrow(Forbidden);
    expect(() => closeGroup(circle, 'nina', later)).toThrow(GroupNotFound);
  });

  it('does not exist any more, but for its owner who deletes it again', () => {
    expect(() => joinGroup(closing, 'nina', later)).toThrow(GroupNotFound);
    expect(() => editGroup(closing, 'olga', { name: 'Band' }, later)).toThrow(GroupNotFound);
    expect(() => handOver(closing, 'olga', 'max', later)).toThrow(GroupNotFound);
    expect(() => closeGroup(closing, 'adam', later)).toThrow(GroupNotFound);
    expect(closeGroup(closing, 'olga', later)).toBe(closing);
  });
});

describe('whose owner is gone', () => {
  const at = (user_id: string, role: 'owner' | 'admin' | 'member', day: number) => ({
    user_id,
    role,
    joined_at: `2026-11-0${day}T10:00:00.000Z`,
  });

  it('goes to the admin, else the member, who has been in it longest', () => {
    const admins = [at('olga', 'owner', 1), at('max', 'member', 2), at('ada', 'admin', 4), at('adam', 'admin', 3)];
    expect(heirOf(admins, 'olga')?.user_id).toBe('adam');
    expect(heirOf([at('olga', 'owner', 1), at('mia', 'member', 3), at('max', 'member', 2)], 'olga')?.user_id).toBe(
      'max',
    );
    expect(heirOf([at('olga', 'owner', 1)], 'olga')).toBeUndefined();
  });

  it('passes on as they go, and closes where nobody is left', () => {
    const { olga: _, ...rest } = everybody;
    const passed = departFrom(circle, 'olga', 'ada', later);
    expect(roles(passed)).toEqual({ ...rest, ada: 'owner' });
    expect(passed.group.owner_id).toBe('ada');
    expect(roles(departFrom(circle, 'max', undefined, later))).not.toHaveProperty('max');
    expect(departFrom(circle, 'nina', undefined, later)).toBe(circle);
    expect(departFrom(empty, 'olga', undefined, later).group.status).toBe('CLOSING');
    expect(() => departFrom(circle, 'olga', 'nina', later)).toThrow(GroupMemberNotFound);
  });
});
