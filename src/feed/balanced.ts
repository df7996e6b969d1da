import { RandomStream, UserError } from "../tensor/index.js";
import type { EpochOrder, Shuffle } from "./order.js";

/**
 * How often examples come in an epoch. `none`: each once. `classes`: the labelled examples' places are dealt out so that all
 * classes are equally frequent, those of rare ones again and again, those of frequent ones a different part in each epoch.
 * `labels`: labelled examples, of all classes equally often, have half of the places, and those without a label the other half.
 */
export type Balance = "none" | "classes" | "labels";

/** The ways by name. */
export const balances: readonly Balance[] = ["none", "classes", "labels"];

/** Throws a UserError unless there are labels to balance by, and whole orders are shuffled. */
export function requireBalance(
  { balance, shuffle }: { readonly balance: Balance; readonly shuffle: Shuffle },
  labels: Int32Array | undefined,
  name: string,
): void {
  if (balance !== "none" && shuffle !== "full") {
    throw new UserError(
      "balance: classes can't be dealt out in blocks; leave `shuffle` as it is by default, full",
      2,
    );
  }
  if (balance === "none" || labels?.some((label) => label >= 0)) return;
  throw new UserError(`balance: ${name} has no labels, so its classes can't be made equally frequent`, 2);
}

/** The examples of each class, those without a label apart, in the order of the data. */
function membersOf(labels: Int32Array): {
  readonly classes: readonly Int32Array[];
  readonly unknown: Int32Array;
} {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const places = new Map(
    [...counts].map(([label, count]) => [label, { rows: new Int32Array(count), next: 0 }]),
  );
  labels.forEach((label, row) => {
    const place = places.get(label);
    if (place !== undefined) place.rows[place.next++] = row;
  });
  const known = [...places].filter(([label]) => label >= 0).sort(([a], [b]) => a - b);
  const unknown = [...places].filter(([label]) => label < 0).flatMap(([, { rows }]) => [...rows]);
  return { classes: known.map(([, { rows }]) => rows), unknown: Int32Array.from(unknown) };
}

/** `count` of `rows`, each as often as any other but for one: orders of all of them one after the other. */
function dealt(rows: Int32Array, count: number, stream: RandomStream): Int32Array {
  const out = new Int32Array(count);
  for (let turn = 0, start = 0; start < count; turn++, start += rows.length) {
    const order = stream.child(turn).permutation(rows.length);
    for (let i = 0; i < Math.min(rows.length, count - start); i++) out[start + i] = rows[order[i] ?? 0] ?? 0;
  }
  return out;
}

/**
 * The order of an epoch in which classes are equally frequent: a function of seed, epoch and labels alone, as long as the data. What
 * does not divide evenly goes to other classes in each epoch. Examples without a label come once each or, by `labels`, as often as
 * all others together.
 */
export function balancedOrder(
  balance: Exclude<Balance, "none">,
  seed: number,
  epoch: number,
  labels: Int32Array,
): EpochOrder {
  const { classes, unknown } = membersOf(labels);
  const stream = new RandomStream(seed, "shuffle", epoch, "balanced");
  const half = balance === "labels" && unknown.length > 0;
  const unlabelled = half ? Math.floor(labels.length / 2) : unknown.length;
  const places = labels.length - unlabelled;
  const turns = stream.child("turns").permutation(classes.length);
  const rows = new Int32Array(labels.length);
  rows.set(half ? dealt(unknown, unlabelled, stream.child("unlabelled")) : unknown);
  let start = unlabelled;
  for (const [turn, which] of turns.entries()) {
    const count = Math.floor(places / classes.length) + (turn < places % classes.length ? 1 : 0);
    rows.set(dealt(classes[which] ?? new Int32Array(1), count, stream.child("class", which)), start);
    start += count;
  }
  const order = stream.child("order").permutation(labels.length);
  return order.map((place) => rows[place] ?? 0);
}

/** The labels by which a split is dealt out, if it is. */
export interface DealtBy {
  readonly balance: Exclude<Balance, "none">;
  readonly labels: Int32Array;
}

/** What a feed deals a split out by; undefined if each example comes once. */
export function dealtBy(balance: Balance, labels: Int32Array | undefined): DealtBy | undefined {
  return balance === "none" || labels === undefined ? undefined : { balance, labels };
}
