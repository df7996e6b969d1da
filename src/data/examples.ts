import type { Tensor } from "../tensor/index.js";

/** Examples, `[n, ...shape]`, as they are stored: bytes or floats. The data set's schema says what the numbers are. */
export type ExampleTensor = Tensor<"uint8"> | Tensor<"float32">;

/** What an example is, which decides how it is drawn: `image` is `[h, w]` or `[h, w, channels]`. */
export type DatasetKind = "image" | "vector";
