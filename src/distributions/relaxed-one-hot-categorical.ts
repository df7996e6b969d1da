import { be, requireOptions } from "../catalogue/index.js";
import { constant, type Expr } from "../graph/index.js";
import { type ParamValue, paramsOf } from "./define.js";
import {
  type Annealing,
  annealingOptions,
  classesOf,
  defaultTemperature,
  grouped,
  joined,
  joinedShape,
  straightThrough,
  temperatureIn,
} from "./discrete.js";
import type { Distribution } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { registerKl } from "./kl-rules.js";
import { categoricalKl, categoricals, classesOption, type OneHotOptions } from "./one-hot-categorical.js";
import { logGammaOfHalf } from "./sphere-area.js";

const name = "relaxed-one-hot-categorical";

/** Options of a relaxed categorical family. */
export interface RelaxedOptions extends Annealing {
  /** Draws are rounded to one-hot vectors, gradients pass as if they were not. Default false. */
  readonly straightThrough?: boolean;
}

function relaxed(logits: Expr, temperature: Expr, hard: boolean): Distribution {
  const classes = logits.shape.at(-1) as number;
  const tiny = logits.dtype === "float64" ? 1e-300 : 1e-37;
  const discrete = categoricals(logits);
  const density = (x: Expr): Expr => {
    const logs = grouped(x, classes).maximum(tiny).log();
    const score = logits.sub(logs.mul(temperature)).logSoftmax();
    const perVariable = score
      .sub(logs)
      .sum(-1)
      .add(temperature.log().mul(classes - 1));
    return perVariable.add(logGammaOfHalf(2 * classes)).sum(-1);
  };
  return {
    name,
    params: { logits, temperature },
    shape: joinedShape(logits.shape),
    eventRank: 1,
    support: hard ? "oneHot" : "simplex",
    logProb: hard ? (x) => discrete.logProb(x) : density,
    rsample: (noise, sampleShape = []) => {
      const u = noise.draw("uniform", [...sampleShape, ...logits.shape]);
      const gumbel = u.log().neg().maximum(tiny).log().neg();
      const soft = logits.add(gumbel).div(temperature).softmax();
      return joined(hard ? straightThrough(soft) : soft);
    },
    ...(hard &&
      discrete.mean &&
      discrete.variance &&
      discrete.entropy && { mean: discrete.mean, variance: discrete.variance, entropy: discrete.entropy }),
  };
}

/** Makes relaxed categorical families and distributions. */
export interface RelaxedOneHotFactory {
  (options?: RelaxedOptions & OneHotOptions): Family<EncodingOf<"logits" | "temperature">>;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /** One variable with unnormalised log-probabilities [..., classes] and a scalar temperature (default 2/3). */
  of(
    params: { readonly logits: ParamValue; readonly temperature?: ParamValue },
    options?: { readonly straightThrough?: boolean },
  ): Distribution;
}

const makeFamily = (
  options: RelaxedOptions & OneHotOptions = {},
): Family<EncodingOf<"logits" | "temperature">> => {
  const { straightThrough: hard = false, classes } = options;
  return {
    name,
    config: { ...options },
    support: hard ? "oneHot" : "simplex",
    rawSize: (event) => {
      classesOf(name, event, classes);
      return event[0] as number;
    },
    fromRaw: (raw, event, context) =>
      relaxed(grouped(raw, classesOf(name, event, classes)), temperatureIn(context, options), hard),
    prior: (event, context) => {
      const each = classesOf(name, event, classes);
      const logits = constant(0, context.dtype).expand([(event[0] as number) / each, each]);
      return relaxed(logits, temperatureIn(context, options), hard);
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "Gumbel-softmax (concrete): differentiable draws near one-hot vectors, or straight-through",
  roles: ["posterior", "prior"],
  options: {
    classes: classesOption,
    straightThrough: {
      type: "boolean",
      default: false,
      about: "one-hot draws, with the gradients of the relaxed ones",
    },
    ...annealingOptions,
  },
  make: makeFamily,
};

/**
 * The relaxed one-hot categorical (Jang, Gu and Poole, Categorical Reparameterization with Gumbel-Softmax;
 * Maddison, Mnih and Teh, The Concrete Distribution; both 2017): softmax((logits + Gumbel noise) / temperature).
 *
 * Against a `one-hot-categorical` prior the KL divergence is that of the unrelaxed categoricals, as in Jang et
 * al.; a bound on log p(x) it is only with straight-through draws. Against a relaxed prior it is estimated from
 * the densities, as in Maddison et al. With `straightThrough` the distribution is the unrelaxed categorical,
 * and the gradients of its draws are the biased straight-through estimate.
 */
export const relaxedOneHotCategorical: RelaxedOneHotFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
  of: (
    params: { readonly logits: ParamValue; readonly temperature?: ParamValue },
    options: { readonly straightThrough?: boolean } = {},
  ) => {
    requireOptions(`${name}.of`, options, { straightThrough: be.boolean });
    const { straightThrough: hard = false } = options;
    const { logits, temperature } = paramsOf(name, ["logits", "temperature"], {
      temperature: defaultTemperature,
      ...params,
    });
    return relaxed(logits.unsqueeze(-2), temperature.cast(logits.dtype), hard);
  },
});

registerKl(name, "one-hot-categorical", ({ logits: p }, { logits: q }) =>
  categoricalKl(p as Expr, q as Expr),
);
