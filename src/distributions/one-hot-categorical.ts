import { constant, type Expr } from "../graph/index.js";
import type { FloatType } from "../tensor/index.js";
import { type ParamValue, paramsOf } from "./define.js";
import { classesOf, grouped, joined, joinedShape } from "./discrete.js";
import type { Distribution } from "./distribution.js";
import type { Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { registerKl } from "./kl-rules.js";

const name = "one-hot-categorical";

/** Options of a categorical family. */
export interface OneHotOptions {
  /** Classes of each variable; the latent has z / classes of them. Default: all of z, one variable. */
  readonly classes?: number;
}

/** Independent categorical variables with logits [..., variables, classes], as one-hot vectors side by side. */
export function categoricals(logits: Expr): Distribution {
  const classes = logits.shape.at(-1) as number;
  const logs = logits.logSoftmax();
  const probabilities = logs.exp();
  return {
    name,
    params: { logits },
    shape: joinedShape(logits.shape),
    eventRank: 1,
    support: "oneHot",
    logProb: (x) => grouped(x, classes).mul(logs).sum([-1, -2]),
    sample: (noise, sampleShape = []) => {
      const level = noise.draw("uniform", [...sampleShape, ...logits.shape.slice(0, -1)]);
      const reached = probabilities.cumsum(-1).slice(-1, 0, -1).lessEqual(level.unsqueeze(-1));
      const index = reached.cast(logits.dtype).sum(-1);
      return joined(index.oneHot(classes, logits.dtype as FloatType)).stopGradient();
    },
    mean: () => joined(probabilities),
    variance: () => joined(probabilities.mul(probabilities.neg().add(1))),
    entropy: () => probabilities.mul(logs).sum([-1, -2]).neg(),
  };
}

/** The KL divergence of categoricals given by their logits [..., variables, classes]. */
export function categoricalKl(p: Expr, q: Expr): Expr {
  const logs = p.logSoftmax();
  return logs.exp().mul(logs.sub(q.logSoftmax())).sum([-1, -2]);
}

/** Makes categorical families and distributions. */
export interface OneHotFactory {
  (options?: OneHotOptions): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /** One variable with unnormalised log-probabilities [..., classes]. */
  of(params: { readonly logits: ParamValue }): Distribution;
}

const makeFamily = (options: OneHotOptions = {}): Family => ({
  name,
  config: { ...options },
  support: "oneHot",
  rawSize: (event) => {
    classesOf(name, event, options.classes);
    return event[0] as number;
  },
  fromRaw: (raw, event) => categoricals(grouped(raw, classesOf(name, event, options.classes))),
  prior: (event, { dtype }) => {
    const classes = classesOf(name, event, options.classes);
    return categoricals(constant(0, dtype).expand([(event[0] as number) / classes, classes]));
  },
});

/** The option of all categorical families. */
export const classesOption = {
  type: "integer",
  min: 2,
  about: "classes of each variable; z / classes variables; default: one variable with z classes",
} as const;

const info: FamilyInfo = {
  name,
  description: "one of so many classes, as a one-hot vector; a prior (uniform) and a likelihood",
  roles: ["prior", "likelihood"],
  options: { classes: classesOption },
  make: makeFamily,
};

/**
 * One-hot categorical variables, uniform as a prior. Draws have no gradient: as a posterior take
 * `relaxed-one-hot-categorical`, with straight-through draws if the decoder shall see one-hot vectors.
 */
export const oneHotCategorical: OneHotFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
  of: (params: { readonly logits: ParamValue }) =>
    categoricals(paramsOf(name, ["logits"], params).logits.unsqueeze(-2)),
});

registerKl(name, name, ({ logits: p }, { logits: q }) => categoricalKl(p as Expr, q as Expr));
