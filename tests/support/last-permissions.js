import Sequencer from '@jest/test-sequencer';

/** The test of permissions looks at what all the others have used, so it comes last. */
export default class PermissionsLast extends Sequencer {
  sort(tests) {
    const last = (test) => (test.path.endsWith('permissions.test.ts') ? 1 : 0);
    return [...tests].sort((a, b) => last(a) - last(b) || a.path.localeCompare(b.path));
  }
}
