import { UserError } from "../tensor/index.js";

/** The limits of a number that is an option. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly whole?: true;
}

/** An option that is a number. Throws a UserError naming objective and option if it is outside its limits. */
export function checkedNumber(
  objective: string,
  option: string,
  value: number,
  { min = -Infinity, max = Infinity, whole }: Limits = { min: 0 },
): number {
  if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value))) {
    return value;
  }
  const kind = whole ? "a whole number" : "a number";
  const bounds = max < Infinity ? `from ${min} to ${max}` : `from ${min} on`;
  throw new UserError(`${objective}: ${option} must be ${kind} ${bounds}, got ${value}`, 2);
}

/** An option that is one of some words. Throws a UserError naming objective, option and the words otherwise. */
export function checkedChoice<T extends string>(
  objective: string,
  option: string,
  value: T,
  choices: readonly T[],
): T {
  if (choices.includes(value)) return value;
  throw new UserError(`${objective}: ${option} must be ${choices.join(" or ")}, got ${String(value)}`, 2);
}
