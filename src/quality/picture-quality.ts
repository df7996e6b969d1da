import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { formatShape, type Tensor, UserError } from "../tensor/index.js";

/** Options of {@link pictureQuality}. */
export interface PictureQualityOptions {
  /** The neighbour whose distance is the radius of a ball; default 5. */
  readonly k?: number;
}

/** Fidelity and diversity of generated examples, in the codes of an encoder. */
export interface PictureQuality {
  /** The share of generated codes within the ball of some real one, 0 to 1: whether what is generated looks real. */
  readonly precision: number;
  /** The share of real codes within the ball of some generated one, 0 to 1: whether what is real is generated. */
  readonly recall: number;
  /** In how many balls of real codes a generated one lies, over k: about 1 for perfect examples; may exceed it. */
  readonly density: number;
  /** The share of balls of real codes with a generated one in it, 0 to 1. */
  readonly coverage: number;
  /** Codes that were compared. */
  readonly real: number;
  readonly generated: number;
  readonly k: number;
}

const codes = be.tensor("float32", "float64");
const checks = { k: be.whole(1) } as const satisfies ChecksOf<PictureQualityOptions>;

function requireCodes(name: string, { shape, data }: Tensor, k: number): void {
  const [count = 0] = shape;
  if (shape.length !== 2) {
    throw new UserError(`pictureQuality: the ${name} codes must be [n, d], got ${formatShape(shape)}`, 2);
  }
  if (count <= k) {
    throw new UserError(
      `pictureQuality: ${count} ${name} codes have no neighbour number ${k}; give more than ${k}, or a smaller \`k\``,
      2,
    );
  }
  const bad = (data as Float64Array).findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const row = Math.floor(bad / (shape[1] ?? 1));
  throw new UserError(`pictureQuality: ${name} code ${row} has a number that is not finite`);
}

/**
 * Compares generated examples with real ones by their codes [n, d] and [m, d] in a reference encoder: precision and recall
 * (Kynkäänniemi et al., 2019), density and coverage (Naeem et al., 2020). The ball of a code reaches to its `k`-th nearest
 * neighbour in its own set; distances are Euclidean, in float64, of all pairs. A ball has its rim, but for density, so
 * that a set has density 1 to itself.
 *
 * Take codes of the same encoder, and as many of both sets, at least some thousands: figures depend on their numbers. Throws a
 * UserError if the codes differ in length, are not more than k, or aren't finite.
 */
export async function pictureQuality(
  realCodes: Tensor<"float32" | "float64">,
  generatedCodes: Tensor<"float32" | "float64">,
  options: PictureQualityOptions = {},
): Promise<PictureQuality> {
  requireArgument("pictureQuality", "realCodes", realCodes, codes);
  requireArgument("pictureQuality", "generatedCodes", generatedCodes, codes);
  requireOptions("pictureQuality", options, checks);
  const { k = 5 } = options;
  requireCodes("real", realCodes, k);
  requireCodes("generated", generatedCodes, k);
  const [real = 0, dimension = 0] = realCodes.shape;
  const [generated = 0, other = 0] = generatedCodes.shape;
  if (dimension !== other) {
    throw new UserError(
      `pictureQuality: real codes have ${dimension} numbers and generated ones ${other}: take both from one encoder`,
      2,
    );
  }
  const { compareCodes } = await import("./pictures/compare.js");
  return { ...compareCodes(realCodes.data, generatedCodes.data, dimension, k), real, generated, k };
}
