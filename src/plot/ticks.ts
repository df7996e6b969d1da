import { grouped } from "./text.js";

/** Round numbers along an axis, and how to write them. */
export interface Ticks {
  readonly values: readonly number[];
  readonly format: (value: number) => string;
}

/**
 * Round numbers (1, 2 or 5 times a power of ten apart) between `low` and `high`, at most `count` + 1 of them;
 * with `whole`, no fractions.
 */
export function niceTicks(low: number, high: number, count: number, whole = false): Ticks {
  const raw = (high - low) / Math.max(1, count);
  let exponent = Math.floor(Math.log10(raw));
  let factor = [1, 2, 5, 10].find((f) => f * 10 ** exponent >= raw * (1 - 1e-9)) ?? 10;
  if (factor === 10) {
    factor = 1;
    exponent += 1;
  }
  if (whole && exponent < 0) {
    factor = 1;
    exponent = 0;
  }
  // Dividing by a power of ten is exact to the last digit where multiplying by 0.1 is not.
  const at = (k: number): number =>
    exponent < 0 ? (k * factor) / 10 ** -exponent : k * factor * 10 ** exponent;
  const step = at(1);
  const values: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); at(k) <= high + step * 1e-9; k++) values.push(at(k) + 0);
  const largest = Math.max(...values.map(Math.abs), 0);
  const scientific = largest > 0 && (largest < 1e-3 || largest >= 1e7);
  const decimals = Math.max(0, -exponent);
  return {
    values,
    format: (value) =>
      value === 0
        ? "0"
        : minus(scientific ? value.toExponential().replace("e+", "e") : grouped(value.toFixed(decimals))),
  };
}

function minus(text: string): string {
  return text.replace(/-/g, "−");
}

/** An interval a `share` wider at both ends; one that is empty becomes one of some width around its value. */
export function padded(low: number, high: number, share: number): [number, number] {
  if (!(high >= low)) return [0, 1];
  const pad = high > low ? (high - low) * share : Math.abs(high) * 0.05 || 1;
  return [low - pad, high + pad];
}

/** The least of the values, however many they are; Infinity if there are none. */
export function minimum(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

/** The largest of the values, however many they are; -Infinity if there are none. */
export function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
