import type { Entry, Json } from "../../catalogue/index.js";

/** How a trial stands, for a rule that decides who goes on. */
export interface Standing {
  readonly number: number;
  readonly bracket: number;
  /** The highest rung that it was sent to, from 0. */
  readonly rung: number;
  /** What it came to at each rung; less is better, Infinity if it is out of the running, undefined while it isn't known. */
  readonly values: readonly (number | undefined)[];
}

/** What is to be done next. */
export type Decision =
  /** Send a trial to its next rung. */
  | { readonly kind: "promote"; readonly trial: number }
  /** Begin a new trial, in a bracket. */
  | { readonly kind: "new"; readonly bracket: number }
  /** Nothing, until something more is known. */
  | { readonly kind: "wait" };

/** A rule by which runs that do badly are not trained to their end: a function of what it is given. */
export interface Stopping {
  readonly name: string;
  readonly config: Readonly<Record<string, Json>>;
  /** The epochs at which the trials of a bracket are compared, ascending; the last are those that are planned. */
  rungs(bracket: number, epochs: number): readonly number[];
  /** `mayAdd` says whether a new trial may begin. */
  next(trials: readonly Standing[], epochs: number, mayAdd: boolean): Decision;
}

/** A rule as the catalogue knows it. */
export type StoppingInfo = Entry<Stopping>;

/** The members that tell a rule from other things. */
export const stoppingMembers = ["name", "config", "rungs", "next"] as const;

/** Epochs from the fewest to all of them, each `eta` times the one before; counted from the top, so that no training is lost. */
export function geometricRungs(least: number, epochs: number, eta: number): readonly number[] {
  const rungs: number[] = [];
  for (let at = epochs; at >= least * (1 - 1e-9); at /= eta) rungs.unshift(Math.max(1, Math.round(at)));
  return [...new Set(rungs.length === 0 ? [epochs] : rungs)];
}

/** Trials by what they came to at a rung, the best first, of equal ones the earlier. */
export function ranked(trials: readonly Standing[], rung: number): readonly Standing[] {
  return trials
    .filter(({ values }) => values[rung] !== undefined)
    .sort((a, b) => {
      const [x, y] = [a.values[rung] ?? 0, b.values[rung] ?? 0];
      return x === y ? a.number - b.number : x - y;
    });
}

/** The first of the best of a rung that stands there still and is in the running. */
export function readyAt(best: readonly Standing[], rung: number): Standing | undefined {
  return best.find((trial) => trial.rung === rung && Number.isFinite(trial.values[rung]));
}

/** Options that rules with rungs share. */
export const rungOptions = {
  eta: {
    type: "number",
    min: 1.1,
    max: 100,
    default: 3,
    about: "one of so many goes on; each rung is so many times longer",
  },
  least: { type: "integer", min: 1, default: 1, about: "epochs of the first rung, at least" },
} as const;
