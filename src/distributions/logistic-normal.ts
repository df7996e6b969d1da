import { constant, type Expr } from "../graph/index.js";
import { concat } from "../ops/index.js";
import { UserError } from "../tensor/index.js";
import { fromLogVariance } from "./constraint.js";
import { paramsOf, type ParamValue } from "./define.js";
import { type Distribution, independent } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { exactKl } from "./kl.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";
import { tiny } from "./positive.js";

/** Options of a logistic-normal prior, the same for all coordinates. */
export interface LogisticNormalOptions {
  /** Mean of the log-ratios; default 0. */
  readonly loc?: number;
  /** Their standard deviation; default 1. */
  readonly scale?: number;
}

/** Makes logistic-normal families, or distributions with given parameters. */
export interface LogisticNormalFactory {
  (options?: LogisticNormalOptions): Family<EncodingOf<"loc" | "scale">>;
  readonly familyName: "logistic-normal";
  readonly info: FamilyInfo;
  /** The distribution on k coordinates with `loc` and `scale` [..., k - 1] of the log-ratios to the last one. */
  of(params: Readonly<Record<"loc" | "scale", ParamValue>>): Distribution;
}

/** The independent normals of the log-ratios. */
function logRatios(p: Distribution): Distribution {
  return independent(normal.of({ loc: p.params["loc"] as Expr, scale: p.params["scale"] as Expr }));
}

function of(given: Readonly<Record<"loc" | "scale", ParamValue>>): Distribution {
  const ratios = independent(normal.of(paramsOf("logistic-normal", ["loc", "scale"], given)));
  const k = (ratios.shape.at(-1) as number) + 1;
  return {
    name: "logistic-normal",
    params: ratios.params,
    shape: [...ratios.shape.slice(0, -1), k],
    eventRank: 1,
    support: "simplex",
    logProb: (x) => {
      const logs = x.maximum(tiny(x)).log();
      const last = logs.slice(-1, k - 1);
      return ratios.logProb(logs.slice(-1, 0, k - 1).sub(last)).sub(logs.sum(-1));
    },
    rsample: (noise, sampleShape) => {
      const y = ratios.rsample?.(noise, sampleShape) as Expr;
      const zero = y.slice(-1, 0, 1).mul(0);
      return concat([y, zero], -1)
        .logSoftmax(-1)
        .maximum(Math.log(tiny(y)))
        .exp();
    },
  };
}

function family(options: LogisticNormalOptions = {}): Family<EncodingOf<"loc" | "scale">> {
  const { loc = 0, scale = 1 } = options;
  if (!(scale > 0)) throw new UserError(`logistic-normal: "scale" must be above 0, got ${scale}`, 2);
  const free = (event: readonly number[]): number => {
    const k = event[0];
    if (event.length === 1 && k !== undefined && k >= 2) return k - 1;
    throw new UserError(`logistic-normal takes at least 2 coordinates, got ${event.join(" x ")}`, 2);
  };
  return {
    name: "logistic-normal",
    config: { ...options },
    support: "simplex",
    rawSize: (event) => 2 * free(event),
    fromRaw: (raw, event) => {
      const size = free(event);
      const [mean, logVariance] = raw.split(-1, [size, size]) as [Expr, Expr];
      return of({ loc: mean, scale: fromLogVariance.map(logVariance) });
    },
    prior: (event, { dtype }) => {
      const each = (value: number): Expr => constant(value, dtype).expand([free(event)]);
      return of({ loc: each(loc), scale: each(scale) });
    },
  };
}

const info: FamilyInfo = {
  name: "logistic-normal",
  description: "shares that add up to 1, whose log-ratios are normal",
  roles: ["posterior", "prior"],
  examples: ["logistic-normal", "logistic-normal(loc=0.5, scale=0.7)"],
  options: {
    loc: { type: "number", about: "mean of the log-ratios as a prior", default: 0 },
    scale: { type: "number", about: "standard deviation of the log-ratios as a prior", default: 1 },
  },
  make: (options) => family(options),
};

/**
 * The logistic-normal distribution on the simplex: the logarithms of the coordinates' ratios to the last one are
 * independent normals (Aitchison and Shen, Logistic-normal distributions, 1980).
 */
export const logisticNormal: LogisticNormalFactory = familyFactory(family, {
  familyName: "logistic-normal",
  info,
  of,
} as const);

registerKl("logistic-normal", "logistic-normal", (_p, _q, p, q) => exactKl(logRatios(p), logRatios(q)));
