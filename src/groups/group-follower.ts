/** Whoever has to follow a group, such as its events. Safe to repeat: a deletion that died halfway is done again. */
export interface GroupFollower {
  /** Called when the group is closed for everybody and before it goes. */
  groupDeleted(groupId: string): Promise<void>;
}
