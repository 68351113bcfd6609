import { Problem, say } from './say.ts';
import { StackFailed } from './stacks.ts';
import type { Where } from './where.ts';

const usage = `Usage:
  ./deploy.sh local [--detach]              the whole of it on this machine, with no AWS account
  ./deploy.sh local stop | reset            stop it; stop it and forget what was in it
  ./deploy.sh <stage> <profile>             deploy to AWS with a profile of ~/.aws/config
  ./deploy.sh <stage> <profile> --plan      show what that would change
  ./deploy.sh <stage> <profile> --remove    take the stage down
  ./deploy.sh <stage> <profile> doctor      look at everything that can be wrong, and tell what is; exit code 1 when anything is
  ./deploy.sh <stage> <profile> redrive --reason <reason> --from <instant> [--to <instant>] [--channel <channel>]
                                            send once more what failed for a reason, and nothing else
  ./deploy.sh local doctor | redrive …      the same of the local stack`;

/** Asked of a stage that is deployed, wherever that is. False when it did not end well. */
type Verb = (where: () => Promise<Where>, args: string[]) => Promise<boolean>;

const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  [
    'doctor',
    async (where, args) => {
      if (args.length > 0) throw new Problem(usage);
      const { doctor } = await import('./doctor.ts');
      return !(await doctor(await where()));
    },
  ],
  [
    'redrive',
    async (where, args) => {
      const { redrive, redriveOptions } = await import('./redrive.ts');
      const input = redriveOptions(args, new Date());
      return redrive(await where(), input);
    },
  ],
]);

const run = async (args: string[]): Promise<void> => {
  const [first, second, third] = args;
  if (first === undefined || first === 'help' || args.includes('--help')) return say(usage);
  const [word = '', ...rest] = args.slice(first === 'local' ? 1 : 2);
  const verb = verbs.get(word);
  if (verb) {
    if (!(await verb(() => reach(first, second ?? ''), rest))) process.exitCode = 1;
    return;
  }
  if (first === 'local') {
    if (args.length > 2 || !['', '--detach', 'stop', 'reset'].includes(second ?? '')) throw new Problem(usage);
    const local = await import('../local/local.ts');
    if (second === 'stop') return local.stop();
    if (second === 'reset') return local.reset();
    return local.serve(second === '--detach');
  }
  if (second === undefined || args.length > 3 || !['', '--plan', '--remove'].includes(third ?? ''))
    throw new Problem(usage);
  const aws = await import('./aws.ts');
  const stage = await aws.openStage(first, second);
  if (third === '--plan') return aws.plan(stage);
  if (third === '--remove') return aws.remove(stage);
  return aws.deploy(stage);
};

const reach = async (stage: string, profile: string): Promise<Where> => {
  if (stage === 'local') return (await import('../local/local.ts')).whereItRuns();
  const { account, region } = await (await import('./aws.ts')).openStage(stage, profile);
  return { stage, account, region };
};

try {
  await run(process.argv.slice(2));
} catch (error) {
  const foreseen = error instanceof Problem || error instanceof StackFailed;
  console.error(foreseen ? error.message : error);
  process.exitCode = 1;
}
