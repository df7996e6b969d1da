import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  aCondition,
  aTrainedModel,
  type ExampleBatch,
  type GivenOptions,
  type TrainedVae,
} from "../model/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";

/** How codes are moved. */
export interface TraverseOptions extends GivenOptions {
  /** The coordinates that are moved, from 0; default: all, in their order. */
  readonly dims?: readonly number[];
  /** A direction [latent] that is moved along in place of coordinates, such as an attribute's. */
  readonly direction?: ArrayLike<number>;
  /** Pictures a row; default 9. */
  readonly steps?: number;
  /** From where to where: of a coordinate its value, of a direction what it is multiplied by; default [-3, 3]. */
  readonly range?: readonly [from: number, to: number];
}

/** Examples along each coordinate. */
export interface Traversal {
  /** The coordinates, one a row; -1 for a direction. */
  readonly dims: readonly number[];
  /** Where each column stands. */
  readonly values: readonly number[];
  /** What was decoded, [rows * steps, latent]. */
  readonly codes: Tensor<"float32">;
  /** [rows * steps, ...input], row after row. */
  readonly examples: ExampleBatch;
}

const range = {
  expected: "two different numbers, such as [-3, 3]",
  ok: (value: unknown) =>
    Array.isArray(value) && value.length === 2 && value.every(be.number().ok) && value[0] !== value[1],
};

const checks = {
  dims: be.list(be.whole(0), 1, "[0, 3]"),
  direction: {
    expected: "numbers, one a coordinate",
    ok: (value: unknown) => typeof value === "object" && value !== null && "length" in value,
  },
  steps: be.whole(2, 1000),
  condition: aCondition,
  range,
} as const satisfies ChecksOf<TraverseOptions>;

/** Throws a UserError unless a code [latent], or [1, latent], is one of the model's. */
export function requireCode(where: string, name: string, code: ArrayLike<number>, latent: number): void {
  const numbers = Array.from(code);
  if (numbers.length === latent && numbers.every(Number.isFinite)) return;
  const what = numbers.length === latent ? "numbers that are not finite" : `${numbers.length} numbers`;
  throw new UserError(
    `${where}: ${name} must be ${latent} finite numbers, one a latent coordinate; it has ${what}`,
    2,
  );
}

/**
 * Decodes a code [1, latent] with one coordinate after the other set to values over a range, or moved along a direction. Throws a
 * UserError for coordinates that the latent space doesn't have.
 */
export async function traverse(
  model: TrainedVae,
  from: Tensor<"float32">,
  options: TraverseOptions = {},
): Promise<Traversal> {
  requireArgument("traverse", "the model", model, aTrainedModel);
  requireArgument("traverse", "the code", from, be.tensor("float32"));
  requireOptions("traverse", options, checks);
  const { latent } = model.definition;
  const { direction, steps = 9, range: [low, high] = [-3, 3] } = options;
  requireCode("traverse", "the code", from.data, latent);
  if (direction !== undefined) requireCode("traverse", "direction", direction, latent);
  if (direction !== undefined && options.dims !== undefined) {
    throw new UserError("traverse: give either dims or a direction", 2);
  }
  const dims = direction === undefined ? (options.dims ?? Array.from({ length: latent }, (_, d) => d)) : [-1];
  const beyond = dims.find((dim) => dim >= latent);
  if (beyond !== undefined) {
    throw new UserError(
      `traverse: there is no coordinate ${beyond}; the latent space has ${latent}, 0 to ${latent - 1}`,
      2,
    );
  }
  const values = Array.from({ length: steps }, (_, i) => low + ((high - low) * i) / (steps - 1));
  const codes = tensor("float32", [dims.length * steps, latent]);
  dims.forEach((dim, row) => {
    values.forEach((value, i) => {
      const code = codes.data.subarray((row * steps + i) * latent, (row * steps + i + 1) * latent);
      code.set(from.data.subarray(0, latent));
      if (direction === undefined) code[dim] = value;
      else code.forEach((at, d) => (code[d] = at + value * (direction[d] ?? 0)));
    });
  });
  return { dims, values, codes, examples: await model.decode(codes, repeated(options, dims.length * steps)) };
}

/** The class of one example for so many. */
function repeated({ condition }: GivenOptions, count: number): GivenOptions {
  if (condition === undefined) return {};
  const one =
    Array.isArray(condition) || ArrayBuffer.isView(condition)
      ? (condition as ArrayLike<number>)[0]
      : undefined;
  return { condition: one === undefined ? condition : new Array<number>(count).fill(one) };
}

/** How much a coordinate tells: the variance of its means over examples, and its part of the KL divergence in nats. */
export interface Activity {
  readonly dim: number;
  readonly variance: number;
  readonly kl?: number;
}

/**
 * How much each latent coordinate is used by codes: means [n, latent], with standard deviations [n, latent] also its KL
 * divergence from a standard normal, most used first. Throws a UserError if the shapes differ.
 */
export function activity(means: Tensor<"float32">, deviations?: Tensor<"float32">): readonly Activity[] {
  requireArgument("activity", "the means", means, be.tensor("float32"));
  if (deviations !== undefined)
    requireArgument("activity", "the deviations", deviations, be.tensor("float32"));
  const [n = 0, latent = 0] = means.shape;
  if (
    means.shape.length !== 2 ||
    n === 0 ||
    (deviations?.shape ?? means.shape).join() !== means.shape.join()
  ) {
    throw new UserError(
      `activity: means and deviations must have one shape [n, latent], got [${means.shape.join(", ")}]`,
      2,
    );
  }
  const all = Array.from({ length: latent }, (_, dim): Activity => {
    let [sum, squares, kl] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const mean = means.data[i * latent + dim] ?? 0;
      const s = deviations?.data[i * latent + dim] ?? 1;
      sum += mean / n;
      squares += (mean * mean) / n;
      kl += (mean * mean + s * s - 1 - 2 * Math.log(s)) / 2 / n;
    }
    return { dim, variance: Math.max(0, squares - sum * sum), ...(deviations && { kl }) };
  });
  return all.sort((a, b) => (b.kl ?? b.variance) - (a.kl ?? a.variance) || a.dim - b.dim);
}
