import { type Tensor, UserError } from "../tensor/index.js";
import { categoricalColours, OTHER_COLOUR } from "./palette.js";

/** Labels as a tensor `[n]`, or numbers or names in a list. */
export type Labels = Tensor | ArrayLike<number | bigint> | readonly string[];

/** More classes than this do not get colours of their own. */
const MAX_COLOURS = 64;

/** One class of points: its name, its colour, and which points belong to it. */
export interface PointClass {
  readonly name: string;
  readonly colour: string;
  readonly members: readonly number[];
}

/**
 * Points by label, in the order of the labels: numbers by size, names by code unit. `names` gives number `i`
 * a name. Of more than 64 classes the largest keep their colours and the rest share one, called "other".
 */
export function classesOf(labels: Labels, n: number, names?: readonly string[]): PointClass[] {
  const values: ArrayLike<number | bigint | string> = isTensor(labels) ? labels.data : labels;
  if (values.length !== n) {
    throw new UserError(`there are ${n} points but ${values.length} labels: give one label a point`);
  }
  const members = new Map<number | string, number[]>();
  for (let i = 0; i < n; i++) {
    const raw = values[i] ?? "";
    const label = typeof raw === "bigint" ? Number(raw) : raw;
    const list = members.get(label);
    if (list === undefined) members.set(label, [i]);
    else list.push(i);
  }
  let keys = [...members.keys()].sort(compareLabels);
  if (keys.length > MAX_COLOURS) {
    const size = (key: number | string): number => members.get(key)?.length ?? 0;
    const kept = new Set(
      [...keys].sort((a, b) => size(b) - size(a) || compareLabels(a, b)).slice(0, MAX_COLOURS - 1),
    );
    keys = keys.filter((key) => kept.has(key));
  }
  const colours = categoricalColours(keys.length);
  const classes = keys.map((key, i): PointClass => {
    const name = typeof key === "number" ? (names?.[key] ?? String(key)) : key;
    return { name, colour: colours[i] ?? OTHER_COLOUR, members: members.get(key) ?? [] };
  });
  const others = [...members.keys()].filter((key) => !keys.includes(key));
  if (others.length > 0) {
    const rest = others.flatMap((key) => members.get(key) ?? []).sort((a, b) => a - b);
    classes.push({ name: `other (${others.length} classes)`, colour: OTHER_COLOUR, members: rest });
  }
  return classes;
}

function isTensor(labels: Labels): labels is Tensor {
  return "dtype" in labels;
}

function compareLabels(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
