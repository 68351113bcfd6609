import type { Where } from './doctor.ts';
import { Problem, say } from './say.ts';
import { StackFailed } from './stacks.ts';

const usage = `Usage:
  ./deploy.sh local [--detach]              the whole of it on this machine, with no AWS account
  ./deploy.sh local stop | reset            stop it; stop it and forget what was in it
  ./deploy.sh <stage> <profile>             deploy to AWS with a profile of ~/.aws/config
  ./deploy.sh <stage> <profile> --plan      show what that would change
  ./deploy.sh <stage> <profile> --remove    take the stage down
  ./deploy.sh <stage> <profile> doctor      look at everything that can be wrong, and tell what is; exit code 1 when anything is
  ./deploy.sh local doctor                  the same of the local stack`;

const run = async (args: string[]): Promise<void> => {
  const [first, second, third] = args;
  if (first === undefined || first === 'help' || args.includes('--help')) return say(usage);
  if (first === 'local') {
    if (args.length > 2 || !['', '--detach', 'stop', 'reset', 'doctor'].includes(second ?? ''))
      throw new Problem(usage);
    const local = await import('../local/local.ts');
    if (second === 'stop') return local.stop();
    if (second === 'reset') return local.reset();
    if (second === 'doctor') return diagnose(local.whereItRuns());
    return local.serve(second === '--detach');
  }
  if (second === undefined || args.length > 3 || !['', '--plan', '--remove', 'doctor'].includes(third ?? ''))
    throw new Problem(usage);
  const aws = await import('./aws.ts');
  const stage = await aws.openStage(first, second);
  if (third === '--plan') return aws.plan(stage);
  if (third === '--remove') return aws.remove(stage);
  if (third === 'doctor') return diagnose({ ...stage, stage: first });
  return aws.deploy(stage);
};

const diagnose = async (where: Where): Promise<void> => {
  const { doctor } = await import('./doctor.ts');
  if (await doctor(where)) process.exitCode = 1;
};

try {
  await run(process.argv.slice(2));
} catch (error) {
  const foreseen = error instanceof Problem || error instanceof StackFailed;
  console.error(foreseen ? error.message : error);
  process.exitCode = 1;
}
