import { be, requireOptions } from "../catalogue/index.js";
import { constant, type Expr } from "../graph/index.js";
import { customGradient } from "../ops/index.js";
import { sizeOf } from "../tensor/index.js";
import { bernoulliKl } from "./bernoulli.js";
import { type ParamValue, paramsOf } from "./define.js";
import { annealingOptions, defaultTemperature, temperatureIn } from "./discrete.js";
import { type Distribution, independent } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { registerKl } from "./kl-rules.js";
import type { RelaxedOptions } from "./relaxed-one-hot-categorical.js";

const name = "relaxed-bernoulli";

function relaxed(logits: Expr, temperature: Expr, hard: boolean): Distribution {
  const tiny = logits.dtype === "float64" ? 1e-300 : 1e-37;
  const density = (x: Expr): Expr => {
    const [yes, no] = [x.maximum(tiny).log(), x.neg().add(1).maximum(tiny).log()];
    const score = logits.sub(yes.sub(no).mul(temperature));
    return score.sub(score.softplus().mul(2)).add(temperature.log()).sub(yes).sub(no);
  };
  return {
    name,
    params: { logits, temperature },
    shape: logits.shape,
    eventRank: 0,
    support: hard ? "binary" : "unitInterval",
    logProb: hard ? (x) => x.mul(logits).sub(logits.softplus()) : density,
    rsample: (noise, sampleShape = []) => {
      const u = noise.draw("uniform", [...sampleShape, ...logits.shape]);
      const score = logits.add(u.log().sub(u.neg().log1p())).div(temperature);
      const soft = score.sigmoid();
      if (!hard) return soft;
      return customGradient(score.greater(0).cast(logits.dtype), [soft], (grad) => [grad]);
    },
    ...(hard && {
      mean: () => logits.sigmoid(),
      variance: () => logits.sigmoid().mul(logits.neg().sigmoid()),
      entropy: () => logits.softplus().sub(logits.mul(logits.sigmoid())),
    }),
  };
}

const makeFamily = (options: RelaxedOptions = {}): Family<EncodingOf<"logits" | "temperature">> => {
  const { straightThrough: hard = false } = options;
  return {
    name,
    config: { ...options },
    support: hard ? "binary" : "unitInterval",
    rawSize: sizeOf,
    fromRaw: (raw, event, context) => {
      const logits = raw.reshape([...raw.shape.slice(0, -1), ...event]);
      return independent(relaxed(logits, temperatureIn(context, options), hard), event.length);
    },
    prior: (event, context) => {
      const logits = constant(0, context.dtype).expand(event);
      return independent(relaxed(logits, temperatureIn(context, options), hard), event.length);
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "relaxed coin tosses: differentiable draws near 0 and 1, or straight-through",
  roles: ["posterior", "prior"],
  options: {
    straightThrough: {
      type: "boolean",
      default: false,
      about: "draws of 0 and 1, with the gradients of the relaxed ones",
    },
    ...annealingOptions,
  },
  make: makeFamily,
};

/** Makes relaxed Bernoulli families and distributions. */
export interface RelaxedBernoulliFactory {
  (options?: RelaxedOptions): Family<EncodingOf<"logits" | "temperature">>;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /** Elementwise, with log-odds `logits` and a scalar temperature (default 2/3). */
  of(
    params: { readonly logits: ParamValue; readonly temperature?: ParamValue },
    options?: { readonly straightThrough?: boolean },
  ): Distribution;
}

/**
 * The relaxed Bernoulli (binary concrete; Maddison, Mnih and Teh, 2017): sigmoid((logits + logistic noise) /
 * temperature). What `relaxed-one-hot-categorical` says of priors and straight-through draws holds here for
 * `bernoulli` priors.
 */
export const relaxedBernoulli: RelaxedBernoulliFactory = familyFactory(makeFamily, {
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
    return relaxed(logits, temperature, hard);
  },
});

registerKl(name, "bernoulli", ({ logits: p }, { logits: q }) => bernoulliKl(p as Expr, q as Expr));
