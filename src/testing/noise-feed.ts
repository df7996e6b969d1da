import type { NoiseKind, NoiseSource } from "../distributions/index.js";
import { type Expr, input } from "../graph/index.js";
import {
  allocate,
  type FloatType,
  RandomStream,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
} from "../tensor/index.js";

/**
 * Noise for tests: each draw is an input, and `feeds` has the numbers for it, from a seeded stream.
 * `named` has the lengths of dimensions that are known by name.
 */
export class NoiseFeed implements NoiseSource {
  readonly feeds: Record<string, Tensor> = {};
  private readonly stream: RandomStream;
  private count = 0;

  constructor(
    private readonly dtype: FloatType,
    seed: number,
    private readonly named: Readonly<Record<string, number>> = {},
  ) {
    this.stream = new RandomStream(seed, "test-noise");
  }

  draw(kind: NoiseKind, shape: Shape): Expr {
    const name = `noise:${this.count++}`;
    const size = shape.map((dim) => (typeof dim === "number" ? dim : (this.named[dim] ?? 1)));
    const data = allocate(this.dtype, sizeOf(size));
    this.stream.child(name)[kind](data, 0);
    this.feeds[name] = tensor(this.dtype, size, data);
    return input(name, this.dtype, shape);
  }
}
