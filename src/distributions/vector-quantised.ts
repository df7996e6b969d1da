import { constant, type Expr } from "../graph/index.js";
import { uniformWithin, weightNamed } from "../nn/index.js";
import { customGradient } from "../ops/index.js";
import { UserError } from "../tensor/index.js";
import { grouped, joined } from "./discrete.js";
import type { Distribution } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { registerKl } from "./kl-rules.js";
import { vectorSize } from "./multivariate-normal.js";

const name = "vector-quantised";
const priorName = "uniform-codes";

/** Options of vector quantisation. */
export interface VectorQuantisedOptions {
  /** Vectors in the codebook; default 512. */
  readonly codes?: number;
  /** Coordinates of a code; the latent is made of z / width codes. Default z: one code. */
  readonly width?: number;
  /** Weight of what draws the encoder's output to its code; default 0.25. */
  readonly commitment?: number;
}

function noDensity(): never {
  throw new UserError(
    `${name} has no density: its draws can't be weighed (iwae, the log-likelihood), and with an objective that has a ` +
      `KL divergence its prior must be ${priorName}`,
    2,
  );
}

/** The nearest code of `codebook` [codes, width] for each of the vectors [..., groups, width]. */
function nearest(vectors: Expr, codebook: Expr): Expr {
  const products = vectors.matmul(codebook.transpose());
  return codebook.gather(products.mul(2).sub(codebook.square().sum(-1)).argmax(-1));
}

function quantised(raw: Expr, codebook: Expr, commitment: number): Distribution {
  const vectors = grouped(raw, codebook.shape[1] as number);
  const codes = nearest(vectors, codebook);
  const value = customGradient(joined(codes).stopGradient(), [raw], (grad) => [grad]);
  const distance = (a: Expr, b: Expr): Expr => a.sub(b).square().sum([-1, -2]);
  return {
    name,
    params: { codebook, encoded: raw },
    shape: raw.shape,
    eventRank: 1,
    support: "real",
    logProb: noDensity,
    rsample: (_noise, sampleShape = []) => {
      if (sampleShape.length === 0) return value;
      const shape = [...sampleShape, ...raw.shape];
      return value.reshape([...sampleShape.map(() => 1), ...raw.shape]).expand(shape);
    },
    mean: () => value,
    variance: () => value.stopGradient().mul(0),
    auxiliaryLoss: () => {
      const pull = distance(vectors.stopGradient(), codes);
      return pull.add(distance(vectors, codes.stopGradient()).mul(commitment));
    },
  };
}

/** Every code equally likely, in each place. */
function uniformCodesOf(z: number, codebook: Expr): Distribution {
  const [codes, width] = codebook.shape as [number, number];
  const places = z / width;
  const everywhere = (value: Expr): Expr => value.expand([places, width]).reshape([z]);
  const centre = codebook.mean(0);
  return {
    name: priorName,
    params: { codebook },
    shape: [z],
    eventRank: 1,
    support: "real",
    logProb: noDensity,
    sample: (noise, sampleShape = []) => {
      const level = noise.draw("uniform", [...sampleShape, places]);
      const index = level
        .mul(codes)
        .floor()
        .minimum(codes - 1);
      return joined(codebook.gather(index.cast("int64"))).stopGradient();
    },
    mean: () => everywhere(centre),
    variance: () => everywhere(codebook.sub(centre).square().mean(0)),
  };
}

const makeFamily = (
  options: VectorQuantisedOptions = {},
): Family<EncodingOf<"mean" | "codebook" | "encoded">> => {
  const { codes = 512, commitment = 0.25 } = options;
  if (!Number.isInteger(codes) || codes < 2) {
    throw new UserError(`${name}: codes must be a whole number from 2, got ${codes}`, 2);
  }
  const widthOf = (event: readonly number[]): number => {
    const z = vectorSize(name, event);
    const width = options.width ?? z;
    if (Number.isInteger(width) && width > 0 && z % width === 0) return width;
    throw new UserError(`${name}: codes of width ${width} don't make up a latent of ${z} coordinates`, 2);
  };
  return {
    name,
    config: { codes, commitment, ...(options.width !== undefined && { width: options.width }) },
    support: "real",
    weights: (event) => ({
      codebook: { shape: [codes, widthOf(event)], init: uniformWithin(1 / codes) },
    }),
    rawSize: (event) => {
      widthOf(event);
      return vectorSize(name, event);
    },
    fromRaw: (raw, event, { weights }) =>
      quantised(raw, weightNamed(weights, "codebook", [codes, widthOf(event)]), commitment),
    prior: () => {
      throw new UserError(`${name} is a posterior; its prior is ${priorName}`, 2);
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "the nearest vectors of a learned codebook (VQ-VAE); its prior is uniform-codes",
  roles: ["posterior"],
  examples: ["vector-quantised(codes=5)", "vector-quantised(codes=3, width=1, commitment=0.5)"],
  withoutDensity: true,
  options: {
    codes: { type: "integer", min: 2, max: 1_000_000, default: 512, about: "vectors in the codebook" },
    width: { type: "integer", min: 1, about: "coordinates of a code, z / width codes; default z" },
    commitment: { type: "number", min: 0, default: 0.25, about: "weight of the commitment loss" },
  },
  make: makeFamily,
};

/** Makes vector-quantised families. */
export interface VectorQuantisedFactory {
  (options?: VectorQuantisedOptions): Family<EncodingOf<"mean" | "codebook" | "encoded">>;
  readonly familyName: string;
  readonly info: FamilyInfo;
}

/**
 * Vector quantisation (van den Oord, Vinyals and Kavukcuoglu, Neural Discrete Representation Learning, 2017): the
 * posterior is the codebook vector nearest to the encoder's output, with straight-through gradients. The codebook
 * and commitment losses, squared distances summed over an example's coordinates, are its `auxiliaryLoss`; an
 * objective must add them. Its prior is `uniformCodes`; their KL divergence is the constant (z / width) log(codes).
 * `logProb` of either throws a UserError, since they have no density, but they are not `sampledOnly`: the divergence
 * exists.
 */
export const vectorQuantised: VectorQuantisedFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
});

const uniformInfo: FamilyInfo = {
  name: priorName,
  description: "random codes of the codebook of a vector-quantised posterior",
  roles: ["prior"],
  withoutDensity: true,
  options: {},
  make: () => makeUniform(),
};

const makeUniform = (): Family => {
  const refuse = (): never => {
    throw new UserError(`${priorName} can be a prior only; its posterior is ${name}`, 2);
  };
  return {
    name: priorName,
    config: {},
    support: "real",
    rawSize: refuse,
    fromRaw: refuse,
    prior: (event, { encode, dataSize, dtype }) => {
      if (encode === undefined || dataSize === undefined) {
        throw new Error(`${priorName} needs the model's encoder`);
      }
      const posterior = encode(constant(0, dtype).expand([1, dataSize]));
      const { codebook } = posterior.params;
      if (posterior.name !== name || codebook === undefined) {
        throw new UserError(
          `a ${priorName} prior needs a ${name} posterior, whose codebook it draws from`,
          2,
        );
      }
      return uniformCodesOf(vectorSize(priorName, event), codebook);
    },
  };
};

/** Makes the prior of vector quantisation. */
export interface UniformCodesFactory {
  (): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
}

/** A random code of the posterior's codebook in each place: the prior of `vectorQuantised`, without weights. */
export const uniformCodes: UniformCodesFactory = familyFactory(makeUniform, {
  familyName: priorName,
  info: uniformInfo,
});

registerKl(name, priorName, ({ codebook, encoded }, _q, p) => {
  const [codes, width] = (codebook as Expr).shape as [number, number];
  const places = (p.shape.at(-1) as number) / width;
  const none = (encoded as Expr).sum(-1).mul(0).stopGradient();
  return none.add(places * Math.log(codes));
});
