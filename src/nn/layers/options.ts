import { UserError } from "../../tensor/index.js";

/** Throws a UserError that names the option unless `value` is a whole number from 1. */
export function requireSize(where: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= 1) return;
  throw new UserError(`${where} must be a whole number from 1, got ${JSON.stringify(value)}`, 2);
}

/** Throws a UserError that names the option unless `value` is a number from `low` (included if `closed`) to below `high`. */
export function requireWithin(where: string, value: unknown, low: number, high: number, closed = true): void {
  const above = typeof value === "number" && (closed ? value >= low : value > low);
  if (above && value < high) return;
  const from = closed ? `from ${low}` : `above ${low}`;
  const to = high === Infinity ? "" : ` and below ${high}`;
  throw new UserError(`${where} must be a number ${from}${to}, got ${JSON.stringify(value)}`, 2);
}

/** Options that differ from their defaults, so that a layer's config says what was chosen and no more. */
export function chosen<T extends object>(options: T, defaults: Partial<T>): Partial<T> {
  const own = Object.entries(options).filter(([key, value]) => value !== defaults[key as keyof T]);
  return Object.fromEntries(own) as Partial<T>;
}
