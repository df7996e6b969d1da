import { RandomStream } from "../../tensor/index.js";

/** A regression tree: places of the unit cube to a number. */
type Tree =
  | { readonly value: number }
  | { readonly at: number; readonly below: number; readonly left: Tree; readonly right: Tree };

/** An example: places in the unit cube, and the number that it came to. */
export interface Example {
  readonly places: readonly number[];
  readonly value: number;
}

/** How a forest is grown. */
export interface ForestOptions {
  /** Default 64. */
  readonly trees?: number;
  /** Fewest examples of a leaf; default 3. */
  readonly leaf?: number;
  /** Default 0. */
  readonly seed?: number;
}

const mean = (examples: readonly Example[]): number =>
  examples.reduce((sum, { value }) => sum + value, 0) / examples.length;

/** The squared error of a set by its mean. */
function errorOf(examples: readonly Example[]): number {
  const centre = mean(examples);
  return examples.reduce((sum, { value }) => sum + (value - centre) ** 2, 0);
}

/** The cut along one setting that leaves the least error. */
function cutAt(examples: readonly Example[], at: number, leaf: number) {
  const place = ({ places }: Example): number => places[at] ?? 0;
  const sorted = [...examples].sort((a, b) => place(a) - place(b));
  let best: { readonly error: number; readonly below: number } | undefined;
  for (let i = leaf; i <= sorted.length - leaf; i++) {
    const [left, right] = [sorted[i - 1], sorted[i]];
    if (left === undefined || right === undefined || place(left) === place(right)) continue;
    const error = errorOf(sorted.slice(0, i)) + errorOf(sorted.slice(i));
    if (best === undefined || error < best.error) best = { error, below: (place(left) + place(right)) / 2 };
  }
  return best;
}

function grow(examples: readonly Example[], leaf: number): Tree {
  const width = examples[0]?.places.length ?? 0;
  const cuts = Array.from({ length: width }, (_, at) => ({ at, cut: cutAt(examples, at, leaf) }));
  const [first] = cuts
    .flatMap(({ at, cut }) => (cut === undefined ? [] : [{ at, ...cut }]))
    .sort((a, b) => a.error - b.error);
  if (first === undefined || first.error >= errorOf(examples)) return { value: mean(examples) };
  const { at, below } = first;
  const isLeft = ({ places }: Example): boolean => (places[at] ?? 0) < below;
  return {
    at,
    below,
    left: grow(examples.filter(isLeft), leaf),
    right: grow(
      examples.filter((one) => !isLeft(one)),
      leaf,
    ),
  };
}

function valueIn(tree: Tree, places: readonly number[]): number {
  let node = tree;
  while ("at" in node) node = (places[node.at] ?? 0) < node.below ? node.left : node.right;
  return node.value;
}

/** A function that a forest of regression trees learns from examples, each tree from as many drawn with replacement. */
export function forest(
  examples: readonly Example[],
  options: ForestOptions = {},
): (places: readonly number[]) => number {
  const { trees = 64, leaf = 3, seed = 0 } = options;
  const grown = Array.from({ length: trees }, (_, i) => {
    const picks = new RandomStream(seed, "forest", i).integers(
      new Int32Array(examples.length),
      examples.length,
      0,
    );
    return grow(
      [...picks].flatMap((pick) => examples[pick] ?? []),
      leaf,
    );
  });
  return (places) => grown.reduce((sum, tree) => sum + valueIn(tree, places), 0) / grown.length;
}
