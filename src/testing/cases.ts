import type { Shape } from "../tensor/index.js";

/** One input: a scalar, a vector, sizes 1 and 0, a named dimension. */
export const single: readonly (readonly Shape[])[] = [
  [[]],
  [[5]],
  [[1]],
  [[0]],
  [[2, 3]],
  [[2, 0]],
  [["batch", 2]],
];

/** Two inputs: equal shapes and every way of broadcasting, sizes 1 and 0 and named dimensions too. */
export const pairs: readonly (readonly Shape[])[] = [
  [[], []],
  [[3], []],
  [[], [2, 2]],
  [[2, 3], [3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[3], [2, 2, 1]],
  [
    [1, 1],
    [2, 3],
  ],
  [[0, 3], [3]],
  [[2, 0], [1]],
  [["batch", 2], [2]],
  [
    ["batch", 1],
    [1, 2],
  ],
  [
    ["batch", 2],
    ["batch", 1],
  ],
  [[], ["batch"]],
];
