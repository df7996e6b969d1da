import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import { UserError } from "../tensor/index.js";
import { positive, real } from "./constraint.js";
import { defineDistribution, type FamilyFactory, type ParamValue } from "./define.js";
import type { Distribution } from "./distribution.js";
import type { Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";

/** Options of the discretised logistic likelihood. */
export interface DiscretisedLogisticOptions {
  /** Number of grey levels, evenly spaced from 0 to 1; default 256. */
  readonly levels?: number;
  /** A scale for all numbers; default: the network puts one out for each. */
  readonly scale?: number;
}

/** Makes discretised logistic likelihoods, or distributions with given parameters. */
export interface DiscretisedLogisticFactory {
  (options?: DiscretisedLogisticOptions): Family;
  readonly familyName: "discretised-logistic";
  readonly info: FamilyInfo;
  /** The distribution with `loc` and `scale` on `levels` (default 256) grey levels. */
  of(params: Readonly<Record<"loc" | "scale", ParamValue>>, levels?: number): Distribution;
}

const name = "discretised-logistic";
const description = "grey levels 0/255 .. 255/255, each with its own probability";

function onLevels(levels: number): FamilyFactory<"loc" | "scale"> {
  if (!Number.isInteger(levels) || levels < 2) {
    throw new UserError(`${name}: "levels" must be a whole number from 2 on, got ${levels}`, 2);
  }
  const step = 1 / (levels - 1);
  return defineDistribution({
    name,
    description,
    params: { loc: real, scale: positive },
    support: "unitInterval",
    noise: { u: "uniform" },
    sample: ({ loc, scale }, { u }) => {
      const x = u.log().sub(u.neg().log1p()).mul(scale).add(loc);
      return x
        .div(step)
        .round()
        .clamp(0, levels - 1)
        .mul(step);
    },
    logProb: ({ loc, scale }, x) => {
      // sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)); the end levels take the whole tails.
      const below = x
        .sub(loc)
        .add(step / 2)
        .div(scale)
        .logSigmoid();
      const above = loc
        .sub(x)
        .add(step / 2)
        .div(scale)
        .logSigmoid();
      const between = scale.reciprocal().mul(-step).expm1().neg().log();
      const lowest = x.less(step / 2);
      const highest = x.greater(1 - step / 2);
      const inner = lowest.or(highest).where(0, between);
      return highest.where(0, below).add(lowest.where(0, above)).add(inner);
    },
    mean: ({ loc, scale }) => {
      return scale.mul(loc.div(scale).softplus().sub(loc.sub(1).div(scale).softplus())).clamp(0, 1);
    },
  });
}

const standard = onLevels(256);

function family({ levels = 256, scale }: DiscretisedLogisticOptions = {}): Family {
  const made = onLevels(levels)(scale === undefined ? {} : { scale });
  return { ...made, config: { ...made.config, ...(levels !== 256 && { levels }) } };
}

const info: FamilyInfo = {
  name,
  description,
  roles: ["likelihood"],
  examples: ["discretised-logistic", "discretised-logistic(levels=128, scale=0.2)"],
  values: ({ levels = 256 }) => greyLevels(levels as number),
  options: {
    levels: { type: "integer", about: "number of grey levels from 0 to 1", default: 256, min: 2 },
    scale: { type: "number", about: "a fixed scale, in place of one from the network for each number" },
  },
  make: (options) => family(options),
};

/**
 * The likelihood of grey levels k / (levels - 1): the probability that a logistic variable rounds to the level,
 * the first and last level having the tails beyond them (Salimans, Karpathy, Chen and Kingma, PixelCNN++, 2017).
 * `logProb` is the log of a probability, not of a density. Its mean is right to within half a level.
 */
export const discretisedLogistic: DiscretisedLogisticFactory = familyFactory(family, {
  familyName: "discretised-logistic",
  info,
  of: (params: Readonly<Record<"loc" | "scale", ParamValue>>, levels?: number): Distribution =>
    (levels === undefined ? standard : onLevels(levels)).of(params),
} as const);

/** The grey levels of the likelihood, as a node's last axis would hold them. */
export function greyLevels(levels: number): number[] {
  return Array.from({ length: levels }, (_, i) => i / (levels - 1));
}

/** Which of `levels` grey levels from 0 to 1 is nearest, as int64. */
export function nearestLevel(x: Expr, levels: number): Expr {
  return x
    .mul(levels - 1)
    .round()
    .clamp(0, levels - 1)
    .cast("int64");
}
