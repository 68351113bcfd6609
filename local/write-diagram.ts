import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { root } from '../deployment/stacks.ts';
import { functionOf, insideOf, type Machine, type State, type States, shippedMachines } from './machines.ts';

export const DIAGRAM_FILE = join(root, 'docs/lifecycle.md');
export const ARCHITECTURE_FILE = join(root, 'ARCHITECTURE.md');

const PREFIX = 'carillon-local-';

const INTRODUCTION = `# The state machines

Drawn from the definitions in \`src/\` by \`npm run diagram\`; a test compares this page with them. The names are those that the
console shows. *retries* stands for backoff with full jitter on errors that pass by themselves; an arrow *error* is taken by
every other error, and when the tries are used up.
`;

/** The page as it should be. */
export function diagramPage(machines: ReadonlyMap<string, Machine> = shippedMachines()): string {
  const parts = [...machines].map(
    ([name, machine]) => `## ${name.replace(PREFIX, '')}\n\n${machine.Comment ?? ''}.\n\n${mermaid(machine)}`,
  );
  return [INTRODUCTION, ...parts].join('\n');
}

/** ARCHITECTURE.md with the reminder's machine as it should be, in the place of the one that is there. */
export function withDiagram(architecture: string, machines: ReadonlyMap<string, Machine> = shippedMachines()): string {
  const lifecycle = machines.get(`${PREFIX}reminder-lifecycle`);
  if (!lifecycle) throw new Error('there is no reminder-lifecycle');
  return architecture.replace(/```mermaid\n[^`]*```\n/, () => mermaid(lifecycle));
}

const mermaid = (machine: Machine) => `\`\`\`mermaid
stateDiagram-v2
${diagram(machine, '  ').join('\n')}
\`\`\`
`;

function diagram(level: States, indent: string): string[] {
  const states = Object.entries(level.States);
  return [
    `${indent}[*] --> ${level.StartAt}`,
    ...states.flatMap(([name, state]) => [
      ...drawState(name, state, indent),
      ...arrows(name, state).map((arrow) => `${indent}${arrow}`),
    ]),
  ];
}

function drawState(name: string, state: State, indent: string): string[] {
  const inside = insideOf(state).map((level) => diagram(level, `${indent}  `));
  if (inside.length > 0) {
    // What is drawn apart runs at the same time.
    const parts = inside.flatMap((lines, n) => (n === 0 ? lines : [`${indent}  --`, ...lines]));
    return [`${indent}state ${name} {`, ...parts, `${indent}}`];
  }
  const does = doing(state);
  return does === undefined ? [] : [`${indent}${name}: ${name}<br/>${does}`];
}

/** What a state does, where its name does not say it. */
function doing(state: State): string | undefined {
  const invoked = functionOf(state)?.replace(PREFIX, '');
  if (state.Type === 'Wait') return waiting(String(state.Timestamp));
  if (state.Type !== 'Task') return undefined;
  const work = invoked === undefined ? `starts ${startedBy(state)} and waits for it` : `function ${invoked}`;
  const waits = state.Resource?.endsWith('.waitForTaskToken') ? ', waits for an answer' : '';
  return `${work}${waits}${state.Retry ? ', retries' : ''}`;
}

/** A moment that is worked out on the spot has no name. */
const waiting = (timestamp: string) =>
  timestamp.includes('$millis()') ? 'for a while' : `until ${expression(timestamp)}`;

const Start = z.object({ StateMachineArn: z.string() });
const startedBy = (state: State) =>
  Start.parse(state.Arguments)
    .StateMachineArn.replace(/.*:stateMachine:/, '')
    .replace(PREFIX, '');

function arrows(name: string, state: State): string[] {
  const choices = (state.Choices ?? []).map((rule) => `${name} --> ${rule.Next}: ${expression(rule.Condition)}`);
  const otherwise = state.Default === undefined ? [] : [`${name} --> ${state.Default}: otherwise`];
  const next = state.Next === undefined ? [] : [`${name} --> ${state.Next}`];
  const caught = (state.Catch ?? []).map(({ ErrorEquals, Next }) =>
    ErrorEquals.every((error) => error === 'States.Timeout')
      ? `${name} --> ${Next}: nobody answers`
      : `${name} --> ${Next}: error`,
  );
  const ends = state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';
  return [...choices, ...otherwise, ...next, ...caught, ...(ends ? [`${name} --> [*]`] : [])];
}

/** A JSONata expression in words that fit on an arrow: its variables by their last names. */
const expression = (jsonata: unknown): string =>
  String(jsonata)
    .replace(/^\{% *| *%\}$/g, '')
    .replace(/\$count\(([^)]*)\)/g, 'number of $1')
    .replace(/\$?(\w+\.)+(\w+)/g, '$2')
    .replace(/\$(\w+)/g, '$1')
    .replace(/ in \[([^\]]*)\]/g, ' is one of $1')
    .replace(/<=/g, 'at most')
    .replace(/ != /g, ' is not ')
    .replace(/>/g, 'over')
    .replace(/ = /g, ' is ')
    .replace(/ \+ /g, ' plus ')
    .replace(/'/g, '');

if (import.meta.main) {
  writeFileSync(DIAGRAM_FILE, diagramPage());
  writeFileSync(ARCHITECTURE_FILE, withDiagram(readFileSync(ARCHITECTURE_FILE, 'utf8')));
  console.log(`${DIAGRAM_FILE} and ${ARCHITECTURE_FILE} written`);
}
