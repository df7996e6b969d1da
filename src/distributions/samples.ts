import { constant } from "../graph/index.js";
import { type FloatType, tensor, UserError } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import type { Family, Json } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { be, isSpec, requireArgument, type Spec } from "../catalogue/index.js";
import type { Points } from "./points.js";

const name = "samples";

/** Where a prior's samples come from. */
export interface SamplesOptions {
  /** The points themselves, each with as many coordinates as the latent. */
  readonly points?: Points;
  /** The file that they were or shall be read from; see `readSamples`. */
  readonly file?: string;
  /** Standard deviation of normal noise that is added to each draw; default 0. */
  readonly jitter?: number;
}

const somePoints = be.list(be.list(be.anyNumber, 0), 0, "[[0, 1], [1, 0]]");

function dimensionsOf(points: Points): number {
  requireArgument(name, "points", points, somePoints);
  const size = points[0]?.length ?? 0;
  const odd = points.findIndex((point) => point.length !== size || !point.every(Number.isFinite));
  if (size === 0) throw new UserError("samples needs at least one point with coordinates", 2);
  if (odd >= 0) {
    throw new UserError(`samples: point ${odd + 1} does not have ${size} numbers as the first one has`, 2);
  }
  return size;
}

/** The distribution of a point chosen with equal probabilities, with noise added. It has no density. */
export function empirical(points: Points, jitter: number, dtype: FloatType): Distribution {
  requireArgument("samples.of", "jitter", jitter, be.number(0));
  requireArgument("samples.of", "the dtype", dtype, be.oneOf(["float32", "float64"]));
  const size = dimensionsOf(points);
  const data = dtype === "float64" ? Float64Array.from(points.flat()) : Float32Array.from(points.flat());
  const table = constant(tensor(dtype, [points.length, size], data as never));
  const average = (f: (value: number, axis: number) => number): number[] =>
    Array.from(
      { length: size },
      (_, axis) => points.reduce((sum, point) => sum + f(point[axis] ?? 0, axis), 0) / points.length,
    );
  const mean = average((value) => value);
  return {
    name,
    params: {},
    shape: [size],
    eventRank: 1,
    support: "real",
    sampledOnly: true,
    logProb: () => {
      throw new UserError(
        "a prior given by samples has no density: use it with an objective that compares samples, " +
          "such as wae-mmd or sliced-wasserstein",
        2,
      );
    },
    sample: (noise, sampleShape = []) => {
      const level = noise.draw("uniform", sampleShape);
      const index = level
        .mul(points.length)
        .floor()
        .minimum(points.length - 1);
      const chosen = table.gather(index.cast("int64"));
      if (jitter === 0) return chosen;
      return chosen.add(noise.draw("normal", [...sampleShape, size]).mul(jitter));
    },
    mean: () => constant(mean, dtype),
    variance: () =>
      constant(
        average((value, axis) => (value - (mean[axis] ?? 0)) ** 2).map((spread) => spread + jitter * jitter),
        dtype,
      ),
  };
}

const makeFamily = ({ points, file, jitter = 0 }: SamplesOptions): Family => {
  if (points === undefined && file === undefined) {
    throw new UserError("samples needs a file or points: samples(file=ring.png)", 2);
  }
  if (points !== undefined) dimensionsOf(points);
  const refuse = (): never => {
    throw new UserError("samples can be a prior only", 2);
  };
  return {
    name,
    config: {
      ...(file !== undefined && { file }),
      ...(points !== undefined && { points }),
      ...(jitter !== 0 && { jitter }),
    },
    support: "real",
    rawSize: refuse,
    fromRaw: refuse,
    prior: (event, { dtype }) => {
      if (points === undefined) {
        throw new UserError(
          `the samples of ${file} have not been read; pass the points, or use readSamples`,
          2,
        );
      }
      const size = dimensionsOf(points);
      if (event.length !== 1 || event[0] !== size) {
        throw new UserError(
          `the samples ${file === undefined ? "" : `of ${file} `}have ${size} coordinates, the latent has ` +
            `${event.join(" x ")}: use \`latent\` ${size}`,
          2,
        );
      }
      return empirical(points, jitter, dtype);
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "points from a CSV or the dark pixels of a PNG; has draws but no density",
  roles: ["prior"],
  withoutDensity: true,
  examples: ["samples(points=[[0, 1], [1, 0], [-1, -1]])", "samples(points=[[0, 1], [1, 0]], jitter=0.1)"],
  options: {
    file: { type: "text", about: "a .csv with a point a row, or a .png drawn in black on white" },
    points: { type: "points", about: "the points themselves, [[x, y], ...]" },
    jitter: { type: "number", min: 0, default: 0, about: "standard deviation of noise added to draws" },
  },
  make: makeFamily,
};

/** Makes priors that are given by samples. */
export interface SamplesFactory {
  (options: SamplesOptions): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
  of: typeof empirical;
}

/**
 * A prior that is known by samples only, for objectives that compare samples (MMD, sliced Wasserstein):
 * `samples({ points })`. It has no density, so that a KL divergence with it is refused.
 */
export const samples: SamplesFactory = familyFactory(makeFamily, { familyName: name, info, of: empirical });

const aSpec = { expected: "a distribution as plain data, { name, config }", ok: isSpec };

/**
 * The spec with the points of each `samples(file=...)` in it, nested ones included, read by `load`. They are kept in
 * the config, so that a saved model does not need the file.
 */
export async function readSamples(spec: Spec, load: (file: string) => Promise<Points>): Promise<Spec> {
  requireArgument("readSamples", "the spec", spec, aSpec);
  requireArgument("readSamples", "what loads a file", load, be.callable);
  const visit = async (value: Json): Promise<Json> => {
    if (isSpec(value)) return { ...(await readSamples(value, load)) };
    return Array.isArray(value) ? Promise.all((value as readonly Json[]).map(visit)) : value;
  };
  const entries = Object.entries(spec.config).map(async ([key, value]) => [key, await visit(value)] as const);
  const config: Record<string, Json> = Object.fromEntries(await Promise.all(entries));
  if (spec.name === name && typeof config.file === "string" && config.points === undefined) {
    config.points = await load(config.file);
  }
  return { name: spec.name, config };
}
