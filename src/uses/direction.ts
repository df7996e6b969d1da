import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import {
  aCondition,
  aTrainedModel,
  type ExampleBatch,
  type GivenOptions,
  type TrainedVae,
} from "../model/index.js";
import { cholesky } from "../sampling/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { requireCode } from "./traverse.js";

/** How a direction is found: the difference of the groups' means, or Fisher's linear discriminant. */
export type DirectionMethod = "means" | "lda";

/** The methods by name. */
export const directionMethods: readonly DirectionMethod[] = ["means", "lda"];

/** Options of {@link attributeDirection}. */
export interface DirectionOptions {
  /** Default `means`. */
  readonly method?: DirectionMethod;
}

/** A direction in latent space from one group of examples to another. */
export interface AttributeDirection {
  /**
   * [latent]. One step along it leads as far as from the mean of the negative group to that of the positive one; with `lda`,
   * measured along the direction.
   */
  readonly direction: Float32Array;
  readonly method: DirectionMethod;
  /** Examples in each group. */
  readonly positive: number;
  readonly negative: number;
  /** Share of the examples that lie on their group's side of the middle between the groups' means, from 0.5 to 1. */
  readonly separation: number;
}

const checks = { method: be.oneOf(directionMethods) } as const satisfies ChecksOf<DirectionOptions>;

function requireGroup(name: string, { shape }: Tensor<"float32">): readonly [n: number, latent: number] {
  const [n = 0, latent = 0] = shape;
  if (shape.length !== 2 || latent === 0) {
    throw new UserError(
      `attributeDirection: ${name} must have the shape [n, latent], got [${shape.join(", ")}]`,
      2,
    );
  }
  if (n === 0)
    throw new UserError(`attributeDirection: ${name} is empty; a direction needs examples in both groups`, 2);
  return [n, latent];
}

function meanOf({ data, shape }: Tensor<"float32">): Float64Array {
  const [n = 0, latent = 0] = shape;
  const mean = new Float64Array(latent);
  data.forEach((value, i) => (mean[i % latent] = (mean[i % latent] ?? 0) + value / n));
  return mean;
}

/** The covariance within groups, with a thousandth of the average variance on the diagonal: few examples shall do. */
function within(
  groups: readonly Tensor<"float32">[],
  means: readonly Float64Array[],
  latent: number,
): Float64Array {
  const total = groups.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const matrix = new Float64Array(latent * latent);
  groups.forEach(({ data }, g) => {
    for (let at = 0; at < data.length; at += latent) {
      for (let a = 0; a < latent; a++) {
        const off = ((data[at + a] ?? 0) - (means[g]?.[a] ?? 0)) / total;
        for (let b = 0; b <= a; b++) {
          const k = a * latent + b;
          matrix[k] = (matrix[k] ?? 0) + off * ((data[at + b] ?? 0) - (means[g]?.[b] ?? 0));
        }
      }
    }
  });
  let trace = 0;
  for (let d = 0; d < latent; d++) trace += matrix[d * latent + d] ?? 0;
  const jitter = Math.max((trace / latent) * 1e-3, 1e-12);
  for (let d = 0; d < latent; d++) matrix[d * latent + d] = (matrix[d * latent + d] ?? 0) + jitter;
  return matrix;
}

/** Solves L L' x = b. */
function solve(factor: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const x = b.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] ?? 0) - (factor[i * size + k] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (factor[i * size + i] ?? 1);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i] = (x[i] ?? 0) - (factor[k * size + i] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (factor[i * size + i] ?? 1);
  }
  return x;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>, at = 0): number => {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] ?? 0) * (b[at + d] ?? 0);
  return sum;
};

/**
 * The direction from the codes of a negative group [n, latent] to those of a positive one [m, latent], such as smiles minus no
 * smiles (Larsen et al., Autoencoding beyond pixels, 2016; White, Sampling generative networks, 2016). Throws a UserError for an
 * empty group, codes of different sizes, and groups of the same mean.
 */
export function attributeDirection(
  positive: Tensor<"float32">,
  negative: Tensor<"float32">,
  options: DirectionOptions = {},
): AttributeDirection {
  requireArgument("attributeDirection", "the positive group", positive, be.tensor("float32"));
  requireArgument("attributeDirection", "the negative group", negative, be.tensor("float32"));
  requireOptions("attributeDirection", options, checks);
  const { method = "means" } = options;
  const [m, latent] = requireGroup("the positive group", positive);
  const [n, other] = requireGroup("the negative group", negative);
  if (latent !== other) {
    throw new UserError(`attributeDirection: the groups' codes have ${latent} and ${other} numbers`, 2);
  }
  const [up, down] = [meanOf(positive), meanOf(negative)];
  const difference = up.map((value, d) => value - (down[d] ?? 0));
  const length = Math.sqrt(dot(difference, difference));
  if (!(length > 0 && Number.isFinite(length))) {
    throw new UserError(
      "attributeDirection: the groups have the same mean code, or codes that are not finite",
      2,
    );
  }
  let direction = difference;
  if (method === "lda") {
    const factor = cholesky(within([positive, negative], [up, down], latent), latent);
    if (factor === undefined)
      throw new UserError("attributeDirection: the codes are not all finite numbers", 2);
    const found = solve(factor, difference);
    // as long as the step along it that brings one group's mean level with the other's
    const scale = dot(found, difference) / dot(found, found);
    direction = found.map((value) => value * scale);
  }
  const middle = (dot(direction, up) + dot(direction, down)) / 2;
  let right = 0;
  for (let i = 0; i < m; i++) if (dot(direction, positive.data, i * latent) > middle) right++;
  for (let i = 0; i < n; i++) if (dot(direction, negative.data, i * latent) < middle) right++;
  return {
    direction: Float32Array.from(direction),
    method,
    positive: m,
    negative: n,
    separation: right / (m + n),
  };
}

/** The class of each example for each strength. */
function eachFor({ condition }: GivenOptions, times: number): GivenOptions {
  if (condition === undefined) return {};
  const isList = Array.isArray(condition) || ArrayBuffer.isView(condition);
  if (!isList) return { condition };
  return {
    condition: Array.from(condition as ArrayLike<number>).flatMap((one) =>
      new Array<number>(times).fill(one),
    ),
  };
}

/**
 * Codes [n, latent] moved along a direction by each of some strengths and decoded, [n * strengths, ...input]: the strengths of the
 * first example, then those of the second. Throws a UserError for a direction of another size.
 */
export async function applyDirection(
  model: TrainedVae,
  codes: Tensor<"float32">,
  direction: ArrayLike<number>,
  strengths: readonly number[],
  options: GivenOptions = {},
): Promise<ExampleBatch> {
  requireArgument("applyDirection", "the model", model, aTrainedModel);
  requireArgument("applyDirection", "the codes", codes, be.tensor("float32"));
  requireArgument("applyDirection", "the direction", direction, {
    expected: "numbers, one a latent coordinate",
    ok: (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value),
  });
  requireArgument("applyDirection", "the strengths", strengths, be.list(be.number(), 1, "[-1, 0, 1]"));
  requireOptions("applyDirection", options, { condition: aCondition });
  const { latent } = model.definition;
  requireCode("applyDirection", "the direction", direction, latent);
  const [n = 0, size = 0] = codes.shape;
  if (codes.shape.length !== 2 || n === 0 || size !== latent) {
    throw new UserError(
      `applyDirection takes codes of shape [n, ${latent}], got [${codes.shape.join(", ")}]`,
      2,
    );
  }
  const moved = tensor("float32", [n * strengths.length, latent]);
  for (let i = 0; i < n; i++) {
    strengths.forEach((strength, s) => {
      for (let d = 0; d < latent; d++) {
        moved.data[(i * strengths.length + s) * latent + d] =
          (codes.data[i * latent + d] ?? 0) + strength * (direction[d] ?? 0);
      }
    });
  }
  return model.decode(moved, eachFor(options, strengths.length));
}
