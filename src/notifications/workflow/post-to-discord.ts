import { DiscordEnv, discordChannel } from '../../channels/discord.ts';
import { readEnv } from '../../shared/env.ts';
import { discordSender } from '../delivery/senders.ts';
import { batchTask, SendingEnv, sendingTables } from './batch-task.ts';

const env = readEnv(SendingEnv.extend(DiscordEnv.shape));

export const handler = batchTask(sendingTables(env), discordSender(discordChannel(env)));
