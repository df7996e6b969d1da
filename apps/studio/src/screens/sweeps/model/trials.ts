import { scaleLinear } from "d3-scale";
import type { Axis, Direction, Trial } from "../../../lib/sources/sweeps";

/** What of an axis is let through: numbers between two, infinite where an end is open, or some of its options. */
export type Filter =
  | { readonly kind: "between"; readonly from: number; readonly to: number }
  | { readonly kind: "options"; readonly places: readonly number[] };

export type Filters = ReadonlyMap<string, Filter>;

/** The path under which the objective is filtered. */
export const objective = "*";

/** A trial that has a value, with its rank from 0, the best, to 1. */
export interface Ranked {
  readonly trial: Trial;
  readonly value: number;
  readonly rank: number;
}

export const signOf = (direction: Direction): 1 | -1 => (direction === "maximize" ? -1 : 1);

const isFinal = ({ state }: Trial): boolean => state === "complete";

/** Trials that were measured and are in the running, from the best on; those that came to their end before those that were stopped. */
export function ranked(trials: readonly Trial[], direction: Direction): readonly Ranked[] {
  const sign = signOf(direction);
  const measured = trials.flatMap((trial) =>
    trial.value === null ||
    !Number.isFinite(trial.value) ||
    trial.state === "pruned" ||
    trial.state === "failed"
      ? []
      : [{ trial, value: trial.value }],
  );
  const sorted = measured.sort(
    (a, b) =>
      Number(isFinal(b.trial)) - Number(isFinal(a.trial)) ||
      sign * (a.value - b.value) ||
      a.trial.trial - b.trial.trial,
  );
  // The colour is of the value alone: a trial that was stopped early may be as good as far as it went.
  const byValue = [...sorted].sort((a, b) => sign * (a.value - b.value));
  const places = new Map(
    byValue.map(({ trial }, i) => [trial.trial, byValue.length < 2 ? 0 : i / (byValue.length - 1)]),
  );
  return sorted.map((one) => ({ ...one, rank: places.get(one.trial.trial) ?? 1 }));
}

/** Whether a trial passes all filters. */
export function passes(trial: Trial, filters: Filters): boolean {
  return [...filters].every(([path, filter]) => {
    const value = path === objective ? (trial.value ?? undefined) : trial.point[path];
    if (value === undefined) return false;
    if (filter.kind === "options") return filter.places.includes(value);
    return value >= filter.from && value <= filter.to;
  });
}

/** A filter that leaves something out, open where it reaches the axis' end; undefined of one that lets everything through. */
export function narrowed(axis: Pick<Axis, "from" | "to" | "options">, filter: Filter): Filter | undefined {
  if (filter.kind === "options") {
    const { places } = filter;
    return places.length === 0 || places.length === axis.options.length ? undefined : filter;
  }
  const from = filter.from <= axis.from ? -Infinity : filter.from;
  const to = filter.to >= axis.to ? Infinity : filter.to;
  return from === -Infinity && to === Infinity ? undefined : { kind: "between", from, to };
}

const endText = (end: number): string => (Number.isFinite(end) ? String(end) : "");

/** Filters as the address keeps them: `lr=0.001..0.01`, `z=..8`, `activation=0,2`. */
export function filtersText(filters: Filters): string {
  return [...filters]
    .map(([path, filter]) =>
      filter.kind === "options"
        ? `${path}=${filter.places.join(",")}`
        : `${path}=${endText(filter.from)}..${endText(filter.to)}`,
    )
    .join(";");
}

/** Filters out of an address; what is none is left out. */
export function filtersOf(text: string): Filters {
  const found = text.split(";").flatMap((part): [string, Filter][] => {
    const mark = part.lastIndexOf("=");
    const [path, rest] = [part.slice(0, mark), part.slice(mark + 1)];
    if (mark < 1 || rest === "" || rest === "..") return [];
    const [, low, high] = /^(.*?)\.\.(.*)$/.exec(rest) ?? [];
    if (low === undefined || high === undefined) {
      const places = rest.split(",").map(Number);
      return places.every(Number.isInteger) ? [[path, { kind: "options", places }]] : [];
    }
    const from = low === "" ? -Infinity : Number(low);
    const to = high === "" ? Infinity : Number(high);
    return Number.isNaN(from) || Number.isNaN(to) ? [] : [[path, { kind: "between", from, to }]];
  });
  return new Map(found);
}

/** Of trials in their order, the best value so far after each that came to its end. */
export function runningBest(
  trials: readonly Trial[],
  direction: Direction,
): readonly { readonly trial: number; readonly value: number }[] {
  const sign = signOf(direction);
  let best = Infinity;
  return [...trials]
    .sort((a, b) => a.trial - b.trial)
    .flatMap(({ trial, state, value }) => {
      if (state !== "complete" || value === null || !Number.isFinite(value) || sign * value >= best)
        return [];
      best = sign * value;
      return [{ trial, value }];
    });
}

/** What of its budget a sweep has used, from 0 to 1; undefined where it has no end that is known. */
export function shareUsed(
  used: { readonly trials: number; readonly seconds: number; readonly epochs: number },
  running: number,
  budget: { readonly trials?: number | null; readonly seconds?: number; readonly epochs?: number },
): number | undefined {
  const shares = [
    [used.trials - running, budget.trials],
    [used.seconds, budget.seconds],
    [used.epochs, budget.epochs],
  ].flatMap(([done, limit]) => (done == null || limit == null ? [] : [done / limit]));
  return shares.length === 0 ? undefined : Math.min(1, Math.max(...shares));
}

const light = scaleLinear<string>([0, 0.3, 1], ["#3a2fd0", "#8c86ea", "#b9b9c6"]);
const dark = scaleLinear<string>([0, 0.3, 1], ["#c9c5ff", "#7d75e6", "#56566a"]);

/** The colour of a trial by its rank: the better, the stronger. */
export const rankColour = (rank: number, onDark: boolean): string => (onDark ? dark : light)(rank);
