import * as z from 'zod';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { consoleOf } from '../console.ts';
import { afterFailedLook } from '../decide.ts';
import { SourceName } from '../finding.ts';
import { findingStore } from '../finding-store.ts';

const env = readEnv(
  z.object({ AWS_REGION: z.string(), FINDINGS_TABLE: z.string().min(1), LOOK_LOG_GROUP: z.string().min(1) }),
);
const findings = findingStore(documentClient(), env.FINDINGS_TABLE);
const link = consoleOf(env.AWS_REGION).logs(env.LOOK_LOG_GROUP);

const Input = z.object({ source: SourceName, at: z.iso.datetime(), error: z.string().max(200) });

export const handler = task(Input, async ({ source, at, error }) => {
  const changes = afterFailedLook(await findings.known(source), source, error, link, new Date(at));
  await Promise.all(changes.map((each) => findings.save(each)));
  return { source };
});
