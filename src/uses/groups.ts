import { type Dataset, type Split } from "../data/portable.js";
import { UserError } from "../tensor/index.js";

/** What an example's label is called: its class's name or, without one, its number; nothing if it has none. */
export function labelName(
  { classes }: Pick<Dataset, "classes">,
  { labels }: Split,
  row: number,
): string | undefined {
  const label = labels?.[row];
  return label === undefined ? undefined : (classes?.[label] ?? String(label));
}

/** Labels that occur in a split, by their names. */
function labelsByName(dataset: Dataset, { labels }: Split): Map<string, number> {
  const numbers = [...new Set(labels)].sort((a, b) => a - b);
  return new Map(numbers.map((label) => [dataset.classes?.[label] ?? String(label), label]));
}

function inWords(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(", ");
  return names.length > 20 ? `${shown}, and ${names.length - 20} more` : shown;
}

/**
 * The labels that a text names: `label=3`, `label=3,8`, or without `label=`, by number or class name; `label!=3` is all others.
 * `option` is named in errors. Throws a UserError if the split has no labels or not these, or none are left.
 */
export function labelsIn(text: string, dataset: Dataset, split: Split, option: string): ReadonlySet<number> {
  if (split.labels === undefined) {
    throw new UserError(`${option} takes labels, but ${dataset.name} has none; give data with labels`, 2);
  }
  const [, key, sign, rest] = /^\s*(?:([A-Za-z_]\w*)\s*(!?=)\s*)?(.*)$/s.exec(text) ?? [];
  if (key !== undefined && key !== "label") {
    throw new UserError(
      `${option}: examples are told apart by "label", such as "label=3", not by "${key}"`,
      2,
    );
  }
  const known = labelsByName(dataset, split);
  const named = (rest ?? "").split(",").map((name) => {
    const wanted = name.trim();
    const label =
      known.get(wanted) ??
      (/^\d+$/.test(wanted) ? [...known.values()].find((n) => n === Number(wanted)) : undefined);
    if (label !== undefined) return label;
    throw new UserError(
      `${option}: no example has the label "${wanted}"; the labels are ${inWords([...known.keys()])}`,
      2,
    );
  });
  const chosen = new Set(named);
  if (sign !== "!=") return chosen;
  const others = new Set([...known.values()].filter((label) => !chosen.has(label)));
  if (others.size === 0) throw new UserError(`${option}: "${text}" leaves no label`, 2);
  return others;
}

/** The rows of a split with one of some labels, in their order. */
export function rowsWith({ labels = new Int32Array(0) }: Split, wanted: ReadonlySet<number>): Int32Array {
  return Int32Array.from(Array.from(labels.keys()).filter((row) => wanted.has(labels[row] ?? -1)));
}
