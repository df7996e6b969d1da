import { constant, type Expr } from "../graph/index.js";
import {
  evaluationContext,
  mlp,
  prefixed,
  type ParameterSpecs,
  unprefixed,
  type Weights,
} from "../nn/index.js";
import { concat } from "../ops/index.js";
import { type FloatType, type Shape, UserError } from "../tensor/index.js";
import { type Distribution, independent } from "./distribution.js";
import type { Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { vectorSize } from "./multivariate-normal.js";
import { normal } from "./normal.js";

const name = "coupling-flow";

/** Options of a coupling flow. */
export interface CouplingFlowOptions {
  /** Coupling layers, each of which changes every second half; default 6. */
  readonly layers?: number;
  /** Hidden sizes of each layer's network; default [64, 64]. */
  readonly hidden?: readonly number[];
}

/** log-scales are kept within this bound, by tanh. */
const bound = 3;

/** A layer: the first part stays, the second is scaled and shifted by functions of the first. */
interface Layer {
  /** Whether the coordinates are taken in reverse order. */
  readonly flipped: boolean;
  conditioner(kept: Expr): { readonly logScale: Expr; readonly shift: Expr };
}

function layersOf(z: number, options: Required<CouplingFlowOptions>, weights: Weights): Layer[] {
  const kept = Math.floor(z / 2);
  const network = mlp(options.hidden).build([kept], [2 * (z - kept)]);
  return Array.from({ length: options.layers }, (_, i) => ({
    flipped: i % 2 === 1,
    conditioner: (x) => {
      const own = unprefixed(`layers.${i}`, weights);
      const out = network.apply(x, evaluationContext(own, x.dtype as FloatType));
      const [raw, shift] = out.split(-1, [z - kept, z - kept]) as [Expr, Expr];
      return { logScale: raw.div(bound).tanh().mul(bound), shift };
    },
  }));
}

/** One layer's map of x, and what it adds to the log of the volume, [...]. */
function applyLayer(
  layer: Layer,
  given: Expr,
  inverse: boolean,
): { readonly y: Expr; readonly logDet: Expr } {
  const z = given.shape.at(-1) as number;
  const half = Math.floor(z / 2);
  const x = layer.flipped ? given.reverse(-1) : given;
  const [kept, changed] = x.split(-1, [half, z - half]) as [Expr, Expr];
  const { logScale, shift } = layer.conditioner(kept);
  const out = inverse ? changed.sub(shift).mul(logScale.neg().exp()) : changed.mul(logScale.exp()).add(shift);
  const joined = concat([kept, out]);
  const total = logScale.sum(-1);
  return { y: layer.flipped ? joined.reverse(-1) : joined, logDet: inverse ? total.neg() : total };
}

/** The distribution of a standard normal variable after the layers, the first first. */
function flowOf(z: number, dtype: "float32" | "float64", layers: readonly Layer[]): Distribution {
  const one = constant(1, dtype).expand([z]);
  const base = independent(normal.of({ loc: constant(0, dtype).expand([z]), scale: one }));
  return {
    name,
    params: {},
    shape: [z],
    eventRank: 1,
    support: "real",
    logProb: (x) => {
      let [at, logDet] = [x, x.sum(-1).mul(0)];
      for (const layer of [...layers].reverse()) {
        const step = applyLayer(layer, at, true);
        at = step.y;
        logDet = logDet.add(step.logDet);
      }
      return base.logProb(at).add(logDet);
    },
    rsample: (noise, sampleShape: Shape = []) =>
      layers.reduce((at, layer) => applyLayer(layer, at, false).y, noise.draw("normal", [...sampleShape, z])),
  };
}

const makeFamily = ({ layers = 6, hidden = [64, 64] }: CouplingFlowOptions = {}): Family => {
  const options = { layers, hidden };
  mlp(hidden);
  if (!Number.isInteger(layers) || layers < 1) {
    throw new UserError(`${name}: layers must be a whole number from 1, got ${layers}`, 2);
  }
  const sizeOf = (event: readonly number[]): number => {
    const z = vectorSize(name, event);
    if (z < 2)
      throw new UserError(
        `${name} needs at least 2 latent coordinates (\`latent\` 2): halves drive each other`,
        2,
      );
    return z;
  };
  const refuse = (): never => {
    throw new UserError(`${name} is a prior; as a posterior take inverse-autoregressive-flow`, 2);
  };
  return {
    name,
    config: { layers, hidden },
    support: "real",
    weights: (event) => {
      const z = sizeOf(event);
      const kept = Math.floor(z / 2);
      const specs = Array.from({ length: layers }, (_, i) =>
        prefixed(`layers.${i}`, mlp(hidden).build([kept], [2 * (z - kept)]).parameters),
      );
      return Object.assign({}, ...specs) as ParameterSpecs;
    },
    rawSize: refuse,
    fromRaw: refuse,
    prior: (event, { dtype, weights }) => {
      const z = sizeOf(event);
      return flowOf(z, dtype, layersOf(z, options, weights));
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "a prior learned as an invertible network of normal noise (RealNVP)",
  roles: ["prior"],
  examples: ["coupling-flow(layers=3, hidden=[8])"],
  options: {
    layers: { type: "integer", min: 1, max: 100, default: 6, about: "coupling layers" },
    hidden: { type: "numbers", default: [64, 64], about: "hidden sizes of each layer's network" },
  },
  make: makeFamily,
};

/** Makes coupling flows. */
export interface CouplingFlowFactory {
  (options?: CouplingFlowOptions): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
}

/**
 * A normalising flow of affine coupling layers as a learned prior (Dinh, Sohl-Dickstein and Bengio, Density
 * estimation using Real NVP, 2017): draws and densities both take one pass. Which half drives the other alternates.
 * log-scales are kept within -3..3.
 */
export const couplingFlow: CouplingFlowFactory = familyFactory(makeFamily, { familyName: name, info });
