import { type Expr, input } from "../../graph/index.js";
import "../../ops/index.js";
import {
  type FloatType,
  isStatic,
  RandomStream,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
  toTensor,
} from "../../tensor/index.js";
import type { NoiseKind, NoiseSource } from "../noise.js";
import { firstStream, type ParameterSpecs } from "../parameters.js";

/** Standard normal numbers of a shape, the same for the same seed and name. */
export function drawn(seed: number, name: string, shape: readonly number[], scale = 1): Tensor<"float64"> {
  const value = tensor("float64", shape);
  new RandomStream(seed, "check", name).normal(value.data, 0);
  // rounded to float32, so that both dtypes compute from the same numbers
  for (let i = 0; i < value.data.length; i++) value.data[i] = Math.fround((value.data[i] as number) * scale);
  return value;
}

/**
 * Values for parameters and state, off the first ones, of which many are 0 or 1 and would hide a mistake; what must stay
 * positive does.
 */
export function drawnWeights(specs: ParameterSpecs, seed: number): Record<string, Tensor<"float64">> {
  const values = Object.entries(specs).map(([name, spec]) => {
    const { shape, state } = spec;
    const first = new Float64Array(sizeOf(shape));
    spec.init(first, firstStream(seed, name, spec));
    const moved = drawn(seed, name, shape, 0.3);
    moved.data.forEach((by, i) => {
      moved.data[i] = Math.fround((first[i] as number) + (state ? Math.abs(by) : by));
    });
    return [name, moved] as const;
  });
  return Object.fromEntries(values);
}

/** Noise whose draws are inputs; after `restart` the same are handed out again. */
export class CheckNoise implements NoiseSource {
  readonly feeds: Record<string, Tensor> = {};
  private readonly nodes: Expr[] = [];
  private next = 0;

  constructor(
    private readonly dtype: FloatType,
    private readonly seed: number,
  ) {}

  restart(): this {
    this.next = 0;
    return this;
  }

  draw(kind: NoiseKind, shape: Shape): Expr {
    const known = this.nodes[this.next++];
    if (known !== undefined) return known;
    if (!isStatic(shape))
      throw new Error(`the noise's shape [${shape.join(", ")}] is not known when the graph is built`);
    const name = `noise:${this.nodes.length}`;
    const value = tensor("float64", shape);
    new RandomStream(this.seed, "check", name)[kind](value.data, 0);
    const node = input(name, this.dtype, shape);
    this.nodes.push(node);
    this.feeds[name] = toTensor(value, this.dtype);
    return node;
  }
}
