import { say, table } from '../deployment/say.ts';

/** One line of the result. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly unit?: string;
  /** What the design allows, at most; without it the figure is for information. */
  readonly budget?: number;
  /** Where it is over budget, and decision 6 says why: from here on the run fails. */
  readonly accepted?: number;
}

export const isOver = ({ measured, budget, accepted = budget }: Figure): boolean =>
  accepted !== undefined && !(measured <= accepted);

/** Over budget, but not by more than decision 6 has reasons for. */
export const isAccepted = (figure: Figure): boolean =>
  figure.budget !== undefined && !isOver(figure) && figure.measured > figure.budget;

function verdict(figure: Figure): string {
  const { measured, budget, accepted } = figure;
  if (isOver(figure)) return 'OVER';
  if (budget === undefined) return '';
  return measured <= budget ? 'ok' : `over; up to ${show(accepted ?? budget)} by decision 6`;
}

/** Three digits, more for whole numbers. */
function show(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  if (value !== 0 && Math.abs(value) < 0.001) return value.toPrecision(3);
  return String(Number(value.toPrecision(3)));
}

/** Prints the figures of one part of the run. */
export function print(title: string, figures: readonly Figure[]): void {
  say(`\n${title}`);
  const rows = figures.map((figure) => {
    const unit = figure.unit === undefined ? '' : ` ${figure.unit}`;
    const budget = figure.budget === undefined ? '' : `≤ ${show(figure.budget)}${unit}`;
    return [figure.what, `${show(figure.measured)}${unit}`, budget, verdict(figure)];
  });
  say(table(['figure', 'measured', 'budget', ''], rows));
}
