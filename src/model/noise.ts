import type { NoiseKind, NoiseSource } from "../distributions/index.js";
import { type Expr, input } from "../graph/index.js";
import {
  allocate,
  type FloatType,
  RandomStream,
  sameShape,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
} from "../tensor/index.js";

/** Noise that a graph wants at each step: an input of this name and shape. */
export interface NoiseInput {
  readonly name: string;
  readonly kind: NoiseKind;
  readonly shape: Shape;
  readonly node: Expr;
}

/**
 * Collects the noise that a graph asks for as inputs named `noise/0`, `noise/1`, ... in order of asking, or with
 * another `prefix`.
 */
export class NoiseInputs implements NoiseSource {
  readonly inputs: NoiseInput[] = [];
  private next = 0;

  constructor(
    private readonly dtype: FloatType,
    private readonly prefix = "noise",
  ) {}

  /** Hands out the same inputs again, so that a second graph beside the first sees the same noise. */
  restart(): void {
    this.next = 0;
  }

  draw(kind: NoiseKind, shape: Shape): Expr {
    const known = this.inputs[this.next++];
    if (known !== undefined && known.kind === kind && sameShape(known.shape, shape)) return known.node;
    const name = `${this.prefix}/${this.inputs.length}`;
    const node = input(name, this.dtype, shape);
    this.inputs.push({ name, kind, shape, node });
    return node;
  }
}

/** The shape with a named batch dimension replaced by its length. */
export function withBatch(shape: Shape, batch: number): number[] {
  return shape.map((dim) => {
    if (typeof dim === "number") return dim;
    if (dim === "batch") return batch;
    throw new Error(
      `noise of shape [${shape.join(", ")}] has a dimension other than "batch" that is not fixed`,
    );
  });
}

/**
 * Noise for draws `start`..`end` of a graph whose noise has the batch as its first axis, [end - start, ...]. A
 * draw's numbers depend on its number alone, not on how many are drawn.
 */
export function noiseRows(
  { name, kind, shape, node }: NoiseInput,
  { seed, purpose }: { readonly seed: number; readonly purpose: string },
  start: number,
  end: number,
): Tensor {
  if (shape[0] !== "batch") throw new Error(`the noise of a sampler must have the batch as its first axis`);
  const rowShape = withBatch(shape.slice(1), 1);
  const size = sizeOf(rowShape);
  const data = allocate(node.dtype as FloatType, (end - start) * size);
  new RandomStream(seed, purpose, name)[kind](data, start * size);
  return tensor(node.dtype, [end - start, ...rowShape], data);
}
