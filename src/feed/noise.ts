import { type NoiseInput, withBatch } from "../model/index.js";
import { allocate, type FloatType, RandomStream, sizeOf, type Tensor, tensor } from "../tensor/index.js";

/** Whose noise it is: the seed, and a name for its use. */
export interface NoiseOrigin {
  readonly seed: number;
  readonly purpose: string;
}

/**
 * Noise for `steps` steps from `firstStep` on, of shape [steps, ...shape]. A step's numbers depend on the seed,
 * the purpose, the input's name and the step alone, not on how steps are grouped into calls. `batch` fills in
 * a named batch dimension; `stride`, the largest batch of the run, keeps steps of smaller batches apart.
 */
export function noiseFor(
  { name, kind, shape, node }: NoiseInput,
  { seed, purpose }: NoiseOrigin,
  firstStep: number,
  steps: number,
  batch: number,
  stride: number,
): Tensor {
  const stream = new RandomStream(seed, purpose, name);
  const stepShape = withBatch(shape, batch);
  const size = sizeOf(stepShape);
  const fullSize = Math.max(size, sizeOf(withBatch(shape, stride)));
  const data = allocate(node.dtype as FloatType, steps * size);
  for (let i = 0; i < steps; i++) {
    stream[kind](data.subarray(i * size, (i + 1) * size), (firstStep + i) * fullSize);
  }
  return tensor(node.dtype, [steps, ...stepShape], data);
}

/**
 * Noise [examples, ...] for given examples: an example's numbers depend on its number in the split alone, not on the
 * others in the batch.
 */
export function noiseOfExamples(
  { name, kind, shape, node }: NoiseInput,
  { seed, purpose }: NoiseOrigin,
  examples: ArrayLike<number>,
): Tensor {
  const [count = 0, ...rest] = withBatch(shape, examples.length);
  if (count !== examples.length) {
    throw new Error(
      `noise of shape [${shape.join(", ")}] should have an axis of ${examples.length} examples`,
    );
  }
  const size = sizeOf(rest);
  const data = allocate(node.dtype as FloatType, count * size);
  const stream = new RandomStream(seed, purpose, name);
  for (let i = 0; i < count; i++) {
    stream[kind](data.subarray(i * size, (i + 1) * size), (examples[i] ?? 0) * size);
  }
  return tensor(node.dtype, [count, ...rest], data);
}

/**
 * Noise [k, examples, ...] for draws number `first`, `first + 1`, ... of `total` of each given example: the numbers
 * depend on example and draw alone, not on how they are grouped.
 */
export function noiseOfDraws(
  { name, kind, shape, node }: NoiseInput,
  { seed, purpose }: NoiseOrigin,
  examples: ArrayLike<number>,
  { first, total }: { readonly first: number; readonly total: number },
): Tensor {
  const [k = 0, count = 0, ...rest] = withBatch(shape, examples.length);
  if (count !== examples.length) {
    throw new Error(
      `noise of shape [${shape.join(", ")}] should have axes of draws and ${examples.length} examples`,
    );
  }
  const size = sizeOf(rest);
  const data = allocate(node.dtype as FloatType, k * count * size);
  const own = allocate(node.dtype as FloatType, k * size);
  const stream = new RandomStream(seed, purpose, name);
  for (let i = 0; i < count; i++) {
    stream[kind](own, ((examples[i] ?? 0) * total + first) * size);
    for (let s = 0; s < k; s++) {
      const to = (s * count + i) * size;
      for (let j = 0; j < size; j++) data[to + j] = own[s * size + j] ?? 0;
    }
  }
  return tensor(node.dtype, [k, count, ...rest], data);
}
