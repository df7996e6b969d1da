import { RandomStream, UserError } from "../tensor/index.js";
import type { Dataset, Split, SplitName } from "./dataset.js";
import type { LabelSchema } from "./schema.js";

/** The label of an example whose class is not known. */
export const unknownLabel = -1;

/** The number of classes that a data set's labels are of: as many as have names, or one more than the largest label. */
export function classCount(dataset: Dataset): number | undefined {
  if (dataset.classes !== undefined && dataset.train.labels !== undefined) return dataset.classes.length;
  const largest = [dataset.train, dataset.validation, dataset.test].flatMap((split) =>
    split?.labels === undefined ? [] : [split.labels.reduce((a, b) => Math.max(a, b), unknownLabel)],
  );
  const most = Math.max(...largest, unknownLabel);
  return dataset.train.labels === undefined || most < 0 ? undefined : most + 1;
}

/** What a data set's training labels say of the classes. */
export function learnLabels({ train, classes }: Dataset, count: number): LabelSchema {
  const counts = new Array<number>(count).fill(0);
  let known = 0;
  for (const label of train.labels ?? []) {
    if (label < 0) continue;
    counts[label] = (counts[label] ?? 0) + 1;
    known++;
  }
  const rates = counts.map((one) => (known === 0 ? 1 / count : one / known));
  return { rates, ...(classes?.length === count && { names: [...classes] }) };
}

/** How labels are asked for. */
export interface LabelNeed {
  readonly classes: number;
  /** Whether examples may be without one (-1). */
  readonly partly: boolean;
}

/**
 * Throws a UserError, which names data set, part and example, unless every example of a part has a label of a model's classes
 * or, where that is allowed, -1 for none.
 */
export function requireLabels(
  dataset: Dataset,
  { classes, partly }: LabelNeed,
  names: readonly SplitName[],
): void {
  for (const name of names) {
    const split: Split | undefined = dataset[name];
    if (split === undefined) continue;
    const where = `${dataset.name} (${name})`;
    if (split.labels === undefined) {
      throw new UserError(
        `${where} has no labels, but the model is given one of ${classes} classes with each example; give data with ` +
          "labels, or train without `condition` (--condition)",
      );
    }
    const bad = split.labels.findIndex((label) => label >= classes || label < (partly ? unknownLabel : 0));
    if (bad < 0) continue;
    const label = split.labels[bad] ?? 0;
    const missing =
      label === unknownLabel
        ? "has no label (-1); label all examples, or train with the objective m2 (--objective m2), which can do without some"
        : `has the label ${label}; the model's classes are 0 to ${classes - 1}`;
    throw new UserError(`${where}: example ${bad} ${missing}`);
  }
}

/**
 * A data set of whose training labels all but `count` are hidden (-1): as many of each class, drawn with `seed`, as in Kingma et
 * al. (2014). Throws a UserError if there are no labels, or not that many.
 */
export function hideLabels(dataset: Dataset, count: number, seed: number): Dataset {
  const { train } = dataset;
  const known = train.labels?.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0) ?? 0;
  if (train.labels === undefined || count > known) {
    throw new UserError(
      `labelled: ${dataset.name} has ${known} labelled training examples, ${count} were asked for`,
      2,
    );
  }
  const { labels } = train;
  const order = new RandomStream(seed, "labelled").permutation(labels.length);
  const members = new Map<number, number[]>();
  for (const row of order) {
    const label = labels[row] ?? unknownLabel;
    if (label < 0) continue;
    const rows = members.get(label);
    if (rows === undefined) members.set(label, [row]);
    else rows.push(row);
  }
  const queues = [...members].sort(([a], [b]) => a - b).map(([, rows]) => rows);
  const kept = new Int32Array(labels.length).fill(unknownLabel);
  for (let turn = 0, left = count; left > 0; turn++) {
    for (const rows of queues) {
      const row = rows[turn];
      if (row === undefined || left === 0) continue;
      kept[row] = labels[row] ?? unknownLabel;
      left--;
    }
  }
  return { ...dataset, train: { ...train, labels: kept } };
}
