import { constant, type Expr } from "../graph/index.js";
import "../ops/index.js";
import { sizeOf, UserError } from "../tensor/index.js";
import { positive } from "./constraint.js";
import { paramsOf, type ParamValue } from "./define.js";
import { dirichletEntropy, dirichletKl } from "./dirichlet-formulas.js";
import type { Distribution } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { registerKl } from "./kl-rules.js";
import { tiny } from "./positive.js";
import { gammaNoise, logGammaDraw } from "./standard-gamma.js";

/** Makes Dirichlet families, or distributions with given concentrations. */
export interface DirichletFactory {
  /** The family; `concentration` is that of every coordinate of a prior, default 1 (even on the simplex). */
  (options?: { readonly concentration?: number }): Family<EncodingOf<"mean" | "concentration">>;
  readonly familyName: "dirichlet";
  readonly info: FamilyInfo;
  /** The distribution with `concentration` [..., coordinates]. */
  of(params: { readonly concentration: ParamValue }): Distribution;
}

/** log of the multivariate beta function, the normaliser, over the last axis. */
function logNormalizer(a: Expr): Expr {
  return a.lgamma().sum(-1).sub(a.sum(-1).lgamma());
}

function of(params: { readonly concentration: ParamValue }): Distribution {
  const a = paramsOf("dirichlet", ["concentration"], params).concentration;
  const k = a.shape.at(-1);
  if (typeof k !== "number" || k < 2) {
    throw new UserError(
      `dirichlet shares 1 among at least 2 coordinates (\`latent\` 2), got shape [${a.shape.join(", ")}]`,
      2,
    );
  }
  const total = a.sum(-1, true);
  return {
    name: "dirichlet",
    params: { concentration: a },
    shape: a.shape,
    eventRank: 1,
    support: "simplex",
    logProb: (x) =>
      a
        .sub(1)
        .mul(x.maximum(tiny(x)).log())
        .sum(-1)
        .sub(logNormalizer(a)),
    rsample: (source, sampleShape = []) => {
      const shape = [...sampleShape, ...a.shape];
      const { n, u, boost } = gammaNoise;
      const logs = logGammaDraw(a, {
        n: source.draw(n.kind, [...shape, n.tries]),
        u: source.draw(u.kind, [...shape, u.tries]),
        boost: source.draw(boost, shape),
      });
      return logs
        .logSoftmax(-1)
        .maximum(Math.log(tiny(logs)))
        .exp();
    },
    mean: () => a.div(total),
    variance: () => {
      const mean = a.div(total);
      return mean.mul(total.sub(a).div(total)).div(total.add(1));
    },
    entropy: () => dirichletEntropy(a).squeeze(-1),
  };
}

function family({
  concentration,
}: {
  readonly concentration?: number;
} = {}): Family<EncodingOf<"mean" | "concentration">> {
  if (concentration !== undefined && !(concentration > 0)) {
    throw new UserError(`dirichlet: "concentration" must be above 0, got ${concentration}`, 2);
  }
  return {
    name: "dirichlet",
    config: concentration === undefined ? {} : { concentration },
    support: "simplex",
    rawSize: (event) => sizeOf(event),
    fromRaw: (raw) => of({ concentration: positive.map(raw) }),
    prior: (event, { dtype }) => of({ concentration: constant(concentration ?? 1, dtype).expand(event) }),
  };
}

const info: FamilyInfo = {
  name: "dirichlet",
  description: "shares that add up to 1; z counts them",
  roles: ["posterior", "prior"],
  examples: ["dirichlet", "dirichlet(concentration=2.5)"],
  options: {
    concentration: { type: "number", about: "of every share as a prior; below 1 favours few", default: 1 },
  },
  make: (options) => family(options),
};

/**
 * The Dirichlet distribution on the simplex, density proportional to the product of x_i^(concentration_i - 1). A
 * draw is a vector of gamma draws over their sum and differentiates through them.
 */
export const dirichlet: DirichletFactory = familyFactory(family, {
  familyName: "dirichlet",
  info,
  of,
} as const);

registerKl("dirichlet", "dirichlet", (p, q) =>
  dirichletKl(p["concentration"] as Expr, q["concentration"] as Expr).squeeze(-1),
);
