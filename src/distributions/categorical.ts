import { constant, type Expr } from "../graph/index.js";
import "../ops/index.js";
import { sizeOf, UserError } from "../tensor/index.js";
import { paramsOf, type ParamValue } from "./define.js";
import { greyLevels, nearestLevel } from "./discretised-logistic.js";
import { type Distribution, independent } from "./distribution.js";
import type { Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { registerKl } from "./kl-rules.js";

/** Options of the categorical likelihood. */
export interface CategoricalOptions {
  /** Number of levels, evenly spaced from 0 to 1; default 16. */
  readonly levels?: number;
}

/** Makes categorical likelihoods, or distributions with given log-odds. */
export interface CategoricalFactory {
  (options?: CategoricalOptions): Family;
  readonly familyName: "categorical";
  readonly info: FamilyInfo;
  /** The distribution of one level for each of `logits` [..., levels]; these need not be normalised. */
  of(params: { readonly logits: ParamValue }): Distribution;
}

function of(params: { readonly logits: ParamValue }): Distribution {
  const { logits } = paramsOf("categorical", ["logits"], params);
  const levels = logits.shape.at(-1);
  if (typeof levels !== "number" || levels < 2) {
    throw new UserError(`categorical takes log-odds of at least 2 levels along the last axis`, 2);
  }
  const logs = logits.logSoftmax(-1);
  const values = constant(greyLevels(levels), logits.dtype);
  const average = (of: Expr): Expr => logs.exp().mul(of).sum(-1);
  return {
    name: "categorical",
    params: { logits },
    shape: logits.shape.slice(0, -1),
    eventRank: 0,
    support: "unitInterval",
    logProb: (x) => {
      const places = nearestLevel(x, levels).oneHot(
        levels,
        logits.dtype === "float64" ? "float64" : "float32",
      );
      return places.mul(logs).sum(-1);
    },
    sample: (noise, sampleShape = []) => {
      const u = noise.draw("uniform", [...sampleShape, ...logits.shape]);
      const winner = logs.sub(u.log().neg().log()).argmax(-1);
      return winner.cast(logits.dtype).div(levels - 1);
    },
    mean: () => average(values),
    variance: () => average(values.square()).sub(average(values).square()),
    entropy: () => average(logs).neg(),
  };
}

function family({ levels = 16 }: CategoricalOptions = {}): Family {
  if (!Number.isInteger(levels) || levels < 2) {
    throw new UserError(`categorical: "levels" must be a whole number from 2 on, got ${levels}`, 2);
  }
  return {
    name: "categorical",
    config: levels === 16 ? {} : { levels },
    support: "unitInterval",
    rawSize: (event) => levels * sizeOf(event),
    fromRaw: (raw, event) =>
      independent(of({ logits: raw.reshape([...raw.shape.slice(0, -1), ...event, levels]) }), event.length),
    prior: () => {
      throw new UserError("categorical is a likelihood, not a prior; see one-hot-categorical", 2);
    },
  };
}

const info: FamilyInfo = {
  name: "categorical",
  description: "grey levels as classes: any distribution over a number of levels",
  roles: ["likelihood"],
  examples: ["categorical", "categorical(levels=3)"],
  values: ({ levels = 16 }) => greyLevels(levels as number),
  options: {
    levels: {
      type: "integer",
      about: "number of levels from 0 to 1, to which data are rounded",
      default: 16,
      min: 2,
    },
  },
  make: (options) => family(options),
};

/**
 * A free distribution over evenly spaced grey levels from 0 to 1, to the nearest of which data are rounded.
 * `logProb` is the log of a probability. A network puts out log-odds for each level of each number.
 */
export const categorical: CategoricalFactory = familyFactory(family, {
  familyName: "categorical",
  info,
  of,
} as const);

registerKl("categorical", "categorical", (p, q) => {
  const [a, b] = [p["logits"], q["logits"]].map((logits) => (logits as Expr).logSoftmax(-1)) as [Expr, Expr];
  return a.exp().mul(a.sub(b)).sum(-1);
});
