import { lbeta } from "../ops/index.js";
import { positive } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import { dirichletEntropy, dirichletKl } from "./dirichlet-formulas.js";
import { registerKl } from "./kl-rules.js";
import { onUnitInterval, tiny } from "./positive.js";
import { gammaNoise, logGammaDraw } from "./standard-gamma.js";

const { n, u, boost } = gammaNoise;

const plain: FamilyFactory<
  "concentration1" | "concentration0",
  EncodingOf<"mean" | "concentration1" | "concentration0">
> = defineDistribution({
  name: "beta",
  description: "on 0..1, with one or two modes",
  params: { concentration1: positive, concentration0: positive },
  support: "unitInterval",
  standard: { concentration1: 1, concentration0: 1 },
  noise: { n1: n, u1: u, boost1: boost, n0: n, u0: u, boost0: boost },
  rsample: ({ concentration1, concentration0 }, noise) => {
    const one = logGammaDraw(concentration1, { n: noise.n1, u: noise.u1, boost: noise.boost1 });
    const zero = logGammaDraw(concentration0, { n: noise.n0, u: noise.u0, boost: noise.boost0 });
    return one
      .sub(zero)
      .maximum(Math.log(tiny(one)))
      .sigmoid();
  },
  logProb: ({ concentration1: a, concentration0: b }, x) =>
    onUnitInterval(x, (y) => a.sub(1).mul(y.log()).add(b.sub(1).mul(y.neg().log1p())).sub(lbeta(a, b))),
  mean: ({ concentration1: a, concentration0: b }) => a.div(a.add(b)),
  variance: ({ concentration1: a, concentration0: b }) => {
    const sum = a.add(b);
    return a.div(sum).mul(b.div(sum)).div(sum.add(1));
  },
  entropy: ({ concentration1, concentration0 }) => dirichletEntropy([concentration1, concentration0]),
});

/** Data are grey levels: an end level reaches half a level inside. */
const margin = 1 / 512;

function family(
  fixed?: Readonly<Partial<Record<"concentration1" | "concentration0", number>>>,
): Family<EncodingOf<"mean" | "concentration1" | "concentration0">> {
  const made = plain(fixed);
  return {
    ...made,
    fromRaw: (raw, event, context) => {
      const p = made.fromRaw(raw, event, context);
      if (context.role !== "likelihood") return p;
      return { ...p, logProb: (x) => p.logProb(x.clamp(margin, 1 - margin)) };
    },
  };
}

/**
 * The beta distribution, whose density is proportional to x^(concentration1 - 1) (1 - x)^(concentration0 - 1).
 * A draw is a ratio of two gamma draws and differentiates through them. At exactly 0 and 1, where the density
 * may be infinite, it is that of the nearest number inside; as a likelihood, of data, half a grey level (1/512)
 * inside.
 */
export const beta: FamilyFactory<
  "concentration1" | "concentration0",
  EncodingOf<"mean" | "concentration1" | "concentration0">
> = familyFactory(family, {
  familyName: plain.familyName,
  info: { ...plain.info, make: family },
  of: plain.of,
});

registerKl(beta, beta, (p, q) =>
  dirichletKl([p.concentration1, p.concentration0], [q.concentration1, q.concentration0]),
);
