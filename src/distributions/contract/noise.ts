import { type Expr, input } from "../../graph/index.js";
import {
  allocate,
  type FloatType,
  isStatic,
  RandomStream,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
} from "../../tensor/index.js";
import type { NoiseKind, NoiseSource } from "../distribution.js";

/** Noise with its numbers: each draw is an input, and `feeds` has what to feed it, from seeded streams. */
export class SeededNoise implements NoiseSource {
  readonly feeds: Record<string, Tensor> = {};
  private count = 0;

  constructor(
    private readonly dtype: FloatType,
    private readonly seed: number,
  ) {}

  draw(kind: NoiseKind, shape: Shape): Expr {
    if (!isStatic(shape)) throw new Error(`the noise's shape [${shape.join(", ")}] must be of numbers`);
    const name = `contract-noise/${this.count++}`;
    const data = allocate(this.dtype, sizeOf(shape));
    new RandomStream(this.seed, "contract", name)[kind](data, 0);
    this.feeds[name] = tensor(this.dtype, shape, data);
    return input(name, this.dtype, shape);
  }
}
