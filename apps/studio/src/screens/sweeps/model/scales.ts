import { scaleLinear, scaleLog } from "d3-scale";
import type { Axis } from "../../../lib/sources/sweeps";

/** A mark on an axis: where it is from 0 to 1, and what it says. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

const clamp = (place: number): number => Math.min(1, Math.max(0, place));

/** Where a value of a setting is on its axis, from 0 to 1; options are points at equal distances. */
export function placeOf({ scale, from, to, options }: Axis, value: number): number {
  if (scale === "options") return (value + 0.5) / options.length;
  if (from === to) return 0.5;
  const along = scale === "log" ? scaleLog([from, to], [0, 1]) : scaleLinear([from, to], [0, 1]);
  return clamp(along(value));
}

/** The value at a place of an axis that has numbers. */
export function valueAt({ scale, from, to, whole }: Axis, place: number): number {
  const along = scale === "log" ? scaleLog([from, to], [0, 1]) : scaleLinear([from, to], [0, 1]);
  const value = Math.min(to, Math.max(from, along.invert(clamp(place))));
  return whole ? Math.round(value) : value;
}

/** A number as one writes it in a sweep's file: few digits, powers of ten where it is small or large. */
export function numberText(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits));
  if (rounded !== 0 && (Math.abs(rounded) < 1e-3 || Math.abs(rounded) >= 1e6)) {
    return rounded.toExponential().replace("e+", "e");
  }
  return String(rounded);
}

/** A value of a setting in words. */
export function valueText({ scale, options, whole }: Axis, value: number | undefined): string {
  if (value === undefined) return "–";
  if (scale === "options") return options[value] ?? "–";
  return whole ? String(value) : numberText(value);
}

const isPower = (value: number): boolean => {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9;
};

/** Of a logarithmic axis: powers of ten if there are enough, else 1, 2 and 5 of each. */
function logTicks(from: number, to: number): readonly number[] {
  const all = scaleLog([from, to], [0, 1]).ticks(10);
  const powers = all.filter(isPower);
  if (powers.length >= 3) return powers;
  const some = all.filter((value) => isPower(value) || isPower(value / 2) || isPower(value / 5));
  return some.length >= 2 ? some : [from, to];
}

/** The marks of an axis: all options, or round numbers. */
export function ticksOf(axis: Axis): readonly Tick[] {
  const { scale, from, to, options, whole } = axis;
  if (scale === "options") return options.map((text, value) => ({ at: placeOf(axis, value), text }));
  const round = scale === "log" ? logTicks(from, to) : scaleLinear([from, to], [0, 1]).ticks(5);
  const values = whole ? round.filter(Number.isInteger) : round;
  const shown = values.length >= 2 ? values : [from, to];
  return shown.map((value) => ({ at: placeOf(axis, value), text: valueText(axis, value) }));
}

/** A range of an objective, without the far end of what did badly: a few runs that went wrong would press all others together. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
  /** Whether values beyond the worse end are there. */
  readonly cut: boolean;
}

/** The range of values by which trials are drawn; `sign` is 1 where less is better. */
export function rangeOf(values: readonly number[], sign: 1 | -1): ValueRange {
  const costs = values.map((value) => sign * value).sort((a, b) => a - b);
  const [best = 0, worst = 1] = [costs[0], costs.at(-1)];
  const quartile = costs[Math.floor(0.75 * (costs.length - 1))] ?? worst;
  const limit = best + 3 * Math.max(quartile - best, 1e-12 * Math.abs(best));
  const cut = costs.length >= 8 && worst > limit;
  const far = cut ? limit : worst;
  const [low, high] = sign === 1 ? [best, far] : [-far, -best];
  if (low < high) return { low, high, cut };
  const room = Math.abs(low) * 0.01 || 1;
  return { low: low - room, high: high + room, cut };
}

/** Where a value is in a range, from 0 to 1. */
export const placeIn = ({ low, high }: ValueRange, value: number): number =>
  clamp((value - low) / (high - low));

/** Round numbers in a range. */
export function rangeTicks({ low, high }: ValueRange, count = 5): readonly Tick[] {
  const values = scaleLinear([low, high], [0, 1]).ticks(count);
  return values.map((value) => ({ at: (value - low) / (high - low), text: numberText(value, 6) }));
}
