import { DiscordEnv, discordChannel } from '../../channels/discord.ts';
import { readEnv } from '../../shared/env.ts';
import { discordSender } from '../delivery/senders.ts';
import { batchTask, TablesEnv, tables } from './batch-task.ts';

const env = readEnv(TablesEnv.extend(DiscordEnv.shape));

export const handler = batchTask(tables(env), discordSender(discordChannel(env)));
