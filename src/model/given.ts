import { be, suggestion, valueInWords } from "../catalogue/index.js";
import type { ExampleSchema } from "../data/portable.js";
import { RandomStream, type Tensor, tensor, UserError } from "../tensor/index.js";
import type { Vae } from "./vae.js";

/** A class: its number from 0, or its name. */
export type ClassLike = number | string;

/**
 * What the examples of a conditional model are given along with: one class for all of them, a list of one for each, or numbers
 * [n, classes], such as ones and zeros, or shares between two classes.
 */
export type Condition = ClassLike | readonly ClassLike[] | Int32Array | Tensor<"float32">;

/** What a condition may be, for checks of options. */
export const aCondition = {
  expected: 'a class such as 7 or "shirt", a list of them, or a tensor [n, classes]',
  ok: (value: unknown): boolean =>
    typeof value === "number" ||
    typeof value === "string" ||
    value instanceof Int32Array ||
    Array.isArray(value) ||
    be.tensor("float32").ok(value),
};

/** The classes of a conditional model. */
export interface ModelClasses {
  readonly count: number;
  readonly names: readonly string[] | undefined;
  /** The share of each in the training data; equal ones where that is not known. */
  readonly rates: readonly number[];
}

/** The classes of a model, or undefined if it has no condition. */
export function classesOf({ condition }: Vae, { labels }: ExampleSchema): ModelClasses | undefined {
  if (condition === undefined) return undefined;
  const count = condition.classes;
  const fits = labels?.rates.length === count;
  return {
    count,
    names: labels?.names,
    rates: fits ? labels.rates : new Array<number>(count).fill(1 / count),
  };
}

/** What a class is called: its name, or else its number. */
export function className({ names }: ModelClasses, number: number): string {
  return names?.[number] ?? String(number);
}

function unknownClass(value: ClassLike, { count, names }: ModelClasses): UserError {
  const range = `the classes are 0 to ${count - 1}`;
  if (typeof value === "number" || names === undefined)
    return new UserError(`there is no class ${JSON.stringify(value)}; ${range}`, 2);
  return new UserError(`there is no class "${value}"; ${suggestion(value, names)} (by number, ${range})`, 2);
}

/**
 * The number of a class that is told by number or name; a text that is no name may be a number. Throws a UserError that says which
 * there are.
 */
export function classNumber(value: ClassLike, classes: ModelClasses): number {
  const { count, names = [] } = classes;
  if (typeof value === "number") {
    if (Number.isInteger(value) && value >= 0 && value < count) return value;
    throw unknownClass(value, classes);
  }
  if (typeof value !== "string")
    throw new UserError(`a class is a number or a name, got ${valueInWords(value)}`, 2);
  const exact = names.indexOf(value);
  if (exact >= 0) return exact;
  const alike = names.flatMap((name, i) => (name.toLowerCase() === value.toLowerCase() ? [i] : []));
  if (alike.length === 1) return alike[0] as number;
  if (/^\d+$/.test(value) && Number(value) < count) return Number(value);
  throw unknownClass(value, classes);
}

/** Rows of ones and zeros [n, classes]. */
function oneHot(numbers: ArrayLike<number>, count: number): Tensor<"float32"> {
  const rows = tensor("float32", [numbers.length, count]);
  for (let i = 0; i < numbers.length; i++) rows.data[i * count + (numbers[i] ?? 0)] = 1;
  return rows;
}

function requireRows(where: string, found: number, n: number): void {
  if (found === n) return;
  throw new UserError(
    `${where}: the condition is of ${found} examples, but there are ${n}; give one class for each`,
    2,
  );
}

/** Where a condition is asked for: by which function, of how many examples. */
interface Asked {
  readonly where: string;
  readonly n: number;
  /** The probabilities [n, classes] of each class for the examples, where the model can tell them. */
  readonly classify?: (() => Promise<Tensor<"float32">>) | undefined;
}

/**
 * A condition as rows [n, classes], and the examples for which it says none (-1), where the model can tell it. Throws a UserError that
 * names the class which there isn't, or the numbers that don't agree.
 */
function conditionRows(
  condition: Condition,
  classes: ModelClasses,
  { where, n, classify }: Asked,
): { readonly rows: Tensor<"float32">; readonly unknown: readonly number[] } {
  const { count } = classes;
  if (typeof condition === "number" || typeof condition === "string") {
    const number = classNumber(condition, classes);
    return { rows: oneHot(new Int32Array(n).fill(number), count), unknown: [] };
  }
  if (Array.isArray(condition) || condition instanceof Int32Array) {
    const list = condition as readonly ClassLike[];
    requireRows(where, list.length, n);
    const unknown: number[] = [];
    const numbers = Array.from(list, (value, i) => {
      if (value !== -1) return classNumber(value, classes);
      if (classify === undefined)
        throw new UserError(
          `${where}: example ${i} has no class (-1), and this model can't tell it by itself`,
          2,
        );
      unknown.push(i);
      return 0;
    });
    return { rows: oneHot(numbers, count), unknown };
  }
  const rows = condition as Tensor<"float32">;
  const [found = 0, width] = rows.shape;
  if (rows.shape.length !== 2 || width !== count) {
    throw new UserError(
      `${where}: the condition must be of shape [n, ${count}], got [${rows.shape.join(", ")}]`,
      2,
    );
  }
  requireRows(where, found, n);
  const bad = rows.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UserError(
      `${where}: the condition of example ${Math.floor(bad / count)} holds ${rows.data[bad]}`,
      2,
    );
  return { rows, unknown: [] };
}

/**
 * The condition of examples as rows [n, classes]: as told, and where it isn't, as the model tells; undefined if the model has none.
 * Throws a UserError that names the function if the condition is missing, is of something else, or is told for nothing.
 */
export async function settledCondition(
  condition: Condition | undefined,
  classes: ModelClasses | undefined,
  asked: Asked,
): Promise<Tensor<"float32"> | undefined> {
  const { where, n, classify } = asked;
  if (classes === undefined) {
    if (condition === undefined) return undefined;
    throw unconditional(where);
  }
  if (condition === undefined && classify === undefined) {
    const ways = "one for all, such as { condition: 7 }, or one for each, { condition: labels }";
    throw new UserError(
      `${where}: the model is given one of ${classes.count} classes with each example; give it: ${ways}`,
      2,
    );
  }
  const told = condition ?? new Int32Array(n).fill(-1);
  const { rows, unknown } = conditionRows(told, classes, asked);
  if (unknown.length === 0 || classify === undefined) return rows;
  const { data } = await classify();
  const { count } = classes;
  for (const i of unknown) {
    const own = data.subarray(i * count, (i + 1) * count);
    rows.data.fill(0, i * count, (i + 1) * count);
    rows.data[i * count + own.indexOf(own.reduce((a, b) => Math.max(a, b)))] = 1;
  }
  return rows;
}

/** The conditions of the two ends of a walk: one for both, or a list or tensor of two. Throws a UserError for other lists. */
export function endConditions(
  condition: Condition | undefined,
): readonly [Condition | undefined, Condition | undefined] {
  if (condition === undefined || typeof condition === "number" || typeof condition === "string")
    return [condition, condition];
  const where = "interpolate";
  if (Array.isArray(condition) || condition instanceof Int32Array) {
    const list = condition as readonly ClassLike[];
    requireRows(where, list.length, 2);
    return [list.slice(0, 1), list.slice(1)] as [Condition, Condition];
  }
  const { shape, data } = condition as Tensor<"float32">;
  requireRows(where, shape[0] ?? 0, 2);
  const width = data.length / 2;
  const row = (i: number): Condition => tensor("float32", [1, width], data.slice(i * width, (i + 1) * width));
  return [row(0), row(1)];
}

/** The UserError for a condition that is told to a model without. */
export function unconditional(where: string): UserError {
  return new UserError(
    `${where}: the model was trained without a condition, so none can be given; train one with \`condition\` (--condition label)`,
    2,
  );
}

/** Class numbers for `n` new examples, at the rates of those allowed; that of example i depends on the seed and i alone. */
export function drawClassNumbers(
  { rates, count }: ModelClasses,
  n: number,
  seed: number,
  among: readonly number[] = [...new Array(count).keys()],
): Int32Array {
  const shares = among.map((one) => rates[one] ?? 0);
  const total = shares.reduce((a, b) => a + b, 0);
  // classes that training never saw are as likely as each other
  const weights = total > 0 ? shares.map((share) => share / total) : shares.map(() => 1 / among.length);
  const bounds: number[] = [];
  weights.reduce((sum, share, i) => (bounds[i] = sum + share), 0);
  const uniform = new RandomStream(seed, "classes").uniform(new Float64Array(n), 0);
  const last = weights.findLastIndex((share) => share > 0);
  return Int32Array.from(uniform, (u) => {
    const at = bounds.findIndex((bound) => u < bound);
    return among[at < 0 ? last : at] ?? 0;
  });
}
