import { say, step } from '../deployment/say.ts';
import { alertListFigures } from './alert-lists.ts';
import { alertLookFigures } from './alert-looks.ts';
import { printBundles } from './bundle-figures.ts';
import { printDeliveries } from './delivery-figures.ts';
import { type Figure, isAccepted, isOver, print } from './figure.ts';
import { gameFigures } from './game.ts';
import { latenessFigures } from './lateness.ts';
import { type Stack, withStack } from './stack.ts';
import { transitionFigures } from './transitions.ts';

/** The parts of the run, by the names with which one of them is run alone: npm run bench -- transitions */
const onTheStack: Record<string, (stack: Stack) => Promise<Figure[]>> = {
  async transitions(stack) {
    const figures = await step('walking through the deployed machines', () => transitionFigures(stack));
    print('The state machines, by a walk through their deployed definitions', figures);
    return figures;
  },
  async lateness(stack) {
    const figures = await step('200 reminders go off', () => latenessFigures(stack));
    print('Lateness on the emulator; the first history agrees with the walk', figures);
    return figures;
  },
  async alerts(stack) {
    const lists = await step('lists of price alerts are read', () => alertListFigures(stack));
    print("A list of a person's price alerts, with and without what is remembered of it", lists);
    const looks = await step('up to 100,000 price alerts wait', () => alertLookFigures(stack));
    print('A look at one market, by the number of alerts that wait there', looks);
    return [...lists, ...looks];
  },
  async game(stack) {
    const figures = await step('the game is played', () => gameFigures(stack));
    print('The running game: its machines, and what each thing that is done in it costs', figures);
    return figures;
  },
  // Last, because it moves the sweep's cursor.
  deliveries: printDeliveries,
};
const onTheirOwn: Record<string, () => Promise<Figure[]>> = { bundles: printBundles };

const asked = process.argv.slice(2);
const known = [...Object.keys(onTheStack), ...Object.keys(onTheirOwn)];
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')} in the bench. Its parts: ${known.join(', ')}`);
  process.exit(2);
}
const wanted = (parts: Record<string, unknown>) =>
  Object.keys(parts).filter((name) => asked.length === 0 || asked.includes(name));

const figures: Figure[] = [];
for (const name of wanted(onTheirOwn)) figures.push(...((await onTheirOwn[name]?.()) ?? []));
if (wanted(onTheStack).length > 0) {
  await withStack(async (stack) => {
    for (const name of wanted(onTheStack)) figures.push(...((await onTheStack[name]?.(stack)) ?? []));
  });
}

const budgets = figures.filter(({ budget }) => budget !== undefined);
const over = figures.filter(isOver);
const accepted = budgets.filter(isAccepted);
say(`\n${budgets.length - over.length - accepted.length} of ${budgets.length} budgets hold.`);
if (accepted.length > 0) say(`Over, within what decision 6 accepts: ${accepted.length}.`);
if (over.length > 0) say(`OVER: ${over.map(({ what }) => what.trim()).join('; ')}.`);
process.exitCode = over.length === 0 ? 0 : 1;
