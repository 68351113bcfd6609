import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type ActivityStore, activityStore } from './activity-store.ts';
import { type AllowanceStore, allowanceStore } from './allowance-store.ts';
import { type ConnectionStore, connectionStore } from './connection-store.ts';
import { type ErrandStore, errandStore } from './errand-store.ts';

/**
 * Table `game-strava`
 *
 * | pk              | sk                           | holds |
 * | --------------- | ---------------------------- | --- |
 * | connect#<state> | connect                      | who has begun to connect; leaves by TTL, or when Strava sends them back |
 * | user#<id>       | connection                   | the connection |
 * | athlete#<id>    | owner                        | the connection of an athlete, and its user |
 * | kept#<connection> | activity#<id, 16 digits>   | an activity; leaves by TTL |
 * | kept#<connection> | points#<id>#<fetched at>#<n> | its points, packed, where they may be entered into the game; leave by TTL |
 * | kept#<connection> | gone#<id>                  | when it was seen that an activity is gone; leaves by TTL |
 * | errand#<id>     | errand                       | what is to be done, or was: that it was told before is known by this; leaves by TTL when it is done |
 * | allowance       | allowance                    | until when nobody asks Strava anything |
 *
 * `expires_at`, in seconds, is the TTL. A user's connection and the athlete's row are put and deleted in one transaction, and an activity is put
 * in one that sees to the connection being there.
 *
 * Index `open`, sparse: `shard` (`open#<n>`), sorted by `due`, of the errands that are not done.
 */
export interface StravaStore extends ConnectionStore, ErrandStore, ActivityStore, AllowanceStore {}

export const stravaStore = (client: DynamoDBDocumentClient, TableName: string): StravaStore => ({
  ...connectionStore(client, TableName),
  ...errandStore(client, TableName),
  ...activityStore(client, TableName),
  ...allowanceStore(client, TableName),
});
