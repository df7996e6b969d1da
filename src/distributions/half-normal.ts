import type { EncodingOf } from "./family.js";
import { fromLogVariance } from "./constraint.js";
import { defineDistribution, type FamilyFactory } from "./define.js";
import { registerKl } from "./kl-rules.js";
import { onPositive } from "./positive.js";

/** The distribution of |y| for a normal y with mean 0 and standard deviation `scale`. */
export const halfNormal: FamilyFactory<"scale", EncodingOf<"mean" | "scale">> = defineDistribution({
  name: "half-normal",
  description: "positive: the absolute value of a normal",
  roles: ["posterior", "prior"],
  params: { scale: fromLogVariance },
  support: "positive",
  standard: { scale: 1 },
  noise: { eps: "normal" },
  rsample: ({ scale }, { eps }) => eps.abs().mul(scale),
  logProb: ({ scale }, x) =>
    onPositive(x, (y) =>
      y
        .div(scale)
        .square()
        .mul(-0.5)
        .sub(scale.log())
        .add(0.5 * Math.log(2 / Math.PI)),
    ),
  mean: ({ scale }) => scale.mul(Math.sqrt(2 / Math.PI)),
  variance: ({ scale }) => scale.square().mul(1 - 2 / Math.PI),
  entropy: ({ scale }) => scale.log().add(0.5 + 0.5 * Math.log(Math.PI / 2)),
});

registerKl(halfNormal, halfNormal, (p, q) => {
  const ratio = p.scale.div(q.scale).square();
  return ratio.sub(1).sub(ratio.log()).mul(0.5);
});
