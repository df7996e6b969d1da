import { RandomStream } from "../../tensor/index.js";

/** The share of pictures that is held out for testing where a folder has no test part. */
const share = 0.1;

/**
 * Which of some examples are held out for testing: a tenth, at least one, of each class as many as its share, drawn with
 * seed 0 whatever the run's seed is. A class keeps at least one example for training. In ascending order.
 */
export function heldOut(labels: Int32Array | undefined, length: number): Int32Array {
  const classes = new Map<number, number[]>();
  for (let i = 0; i < length; i++) {
    const label = labels?.[i] ?? 0;
    const members = classes.get(label) ?? [];
    classes.set(label, members);
    members.push(i);
  }
  const wanted = Math.max(1, Math.round(length * share));
  const counts = new Map<number, number>();
  const rests: { readonly label: number; readonly rest: number }[] = [];
  for (const [label, members] of classes) {
    const exact = (members.length * wanted) / length;
    const count = Math.min(members.length - 1, Math.floor(exact));
    counts.set(label, count);
    if (count < members.length - 1) rests.push({ label, rest: exact - count });
  }
  let left = wanted - [...counts.values()].reduce((sum, count) => sum + count, 0);
  for (const { label } of rests.sort((a, b) => b.rest - a.rest || a.label - b.label)) {
    if (left <= 0) break;
    counts.set(label, (counts.get(label) ?? 0) + 1);
    left--;
  }
  // Where every example is a class of its own, there is no fair share.
  if ([...counts.values()].every((count) => count === 0)) return drawn(range(length), wanted, 0);
  const held = [...classes].flatMap(([label, members]) => [...drawn(members, counts.get(label) ?? 0, label)]);
  return Int32Array.from(held).sort();
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

function drawn(members: readonly number[], count: number, label: number): Int32Array {
  const order = new RandomStream(0, "hold-out", "pictures", label).permutation(members.length);
  return Int32Array.from(order.subarray(0, count), (place) => members[place] ?? 0).sort();
}
