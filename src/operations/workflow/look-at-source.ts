import * as z from 'zod';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { afterLook } from '../decide.ts';
import { type Source, SourceName } from '../finding.ts';
import { findingStore } from '../finding-store.ts';
import { AccountEnv, sourcesOfAccount } from '../sources/of-account.ts';
import { DomainsEnv, sourcesOfDomains } from '../sources/of-domains.ts';

const env = readEnv(z.object({ ...AccountEnv.shape, ...DomainsEnv.shape, FINDINGS_TABLE: z.string().min(1) }));
const client = documentClient();
const findings = findingStore(client, env.FINDINGS_TABLE);
const sources: Record<SourceName, Source> = { ...sourcesOfDomains(env, client), ...sourcesOfAccount(env) };

const Input = z.object({ source: SourceName, at: z.iso.datetime() });

export const handler = task(Input, async ({ source, at }) => {
  const now = new Date(at);
  const found = await sources[source].look(now);
  const changes = afterLook(await findings.known(source), found, now);
  await Promise.all(changes.map((each) => findings.save(each)));
  return { source, found: found.length };
});
