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
  const all = sorted.reduce((sum, { value }) => sum + value, 0);
  const squares = sorted.reduce((sum, { value }) => sum + value ** 2, 0);
  let best: { readonly error: number; readonly below: number } | undefined;
  let before = 0;
  for (let i = 1; i <= sorted.length - leaf; i++) {
    const [left, right] = [sorted[i - 1], sorted[i]];
    before += left?.value ?? 0;
    if (i < leaf || left === undefined || right === undefined || place(left) === place(right)) continue;
    const error = squares - before ** 2 / i - (all - before) ** 2 / (sorted.length - i);
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
  // Sums of squares and their difference agree to about twelve digits.
  if (first === undefined || first.error >= errorOf(examples) - 1e-12) return { value: mean(examples) };
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

/** What a forest has learned. */
export interface Forest {
  answer(places: readonly number[]): number;
  /** Share of the examples' variance that the trees foretell of the examples that they haven't seen; 0 where there is none. */
  readonly explained: number;
}

/** A forest of regression trees, each grown from as many examples as there are, drawn with replacement. */
export function forest(examples: readonly Example[], options: ForestOptions = {}): Forest {
  const { trees = 64, leaf = 3, seed = 0 } = options;
  const grown = Array.from({ length: trees }, (_, i) => {
    const picks = new RandomStream(seed, "forest", i).integers(
      new Int32Array(examples.length),
      examples.length,
      0,
    );
    const tree = grow(
      [...picks].flatMap((pick) => examples[pick] ?? []),
      leaf,
    );
    return { tree, seen: new Set(picks) };
  });
  const answer = (places: readonly number[]): number =>
    grown.reduce((sum, { tree }) => sum + valueIn(tree, places), 0) / grown.length;
  const squares = examples.reduce((sum, { places, value }, i) => {
    const others = grown.filter(({ seen }) => !seen.has(i));
    if (others.length === 0) return sum;
    const told = others.reduce((all, { tree }) => all + valueIn(tree, places), 0) / others.length;
    return sum + (told - value) ** 2;
  }, 0);
  const variance = errorOf(examples);
  return { answer, explained: variance === 0 ? 0 : 1 - squares / variance };
}
