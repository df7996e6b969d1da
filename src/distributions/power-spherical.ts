import { scalar } from "../graph/index.js";
import { digammaDifference, lbeta } from "../ops/special/index.js";
import { registerKl } from "./kl-rules.js";
import { logSphereArea } from "./sphere-area.js";
import { type SphereDistribution, type SphereFactory, sphereFactory } from "./sphere.js";

/**
 * The Power Spherical distribution on the unit sphere in m >= 2 coordinates: log p(x) = concentration *
 * log(1 + loc.x) plus a constant (De Cao and Aziz, The Power Spherical distribution, 2020). The latent size z is
 * the number of coordinates m.
 */
export const powerSpherical: SphereFactory = sphereFactory({
  name: "power-spherical",
  description: "on the unit sphere, around a direction, with heavier tails than von Mises-Fisher",
  kind: {
    energy: (angle) => angle.mul(0.5).cos().maximum(1e-30).log().mul(-2),
    shape: (concentration, dimensions) => {
      const free = dimensions - 2;
      const all = concentration.mul(2).add(free);
      const tangent = all.maximum(1e-30).reciprocal().mul(free);
      const curvature = all.mul(tangent.add(1).square().div(4)).add(concentration.mul(tangent.add(1)).div(2));
      return { mode: tangent.sqrt().atan().mul(2), width: curvature.add(1).sqrt().reciprocal() };
    },
    // of 2 Z - 1, with Z the beta variable below
    moments: (concentration, dimensions) => {
      const free = dimensions - 1;
      const total = concentration.add(free);
      const sideways = concentration.mul(2).add(free).div(total).div(total.add(1));
      return { cosine: concentration.div(total), along: sideways.mul(free).div(total), sideways };
    },
    // cos(angle / 2)^2 follows Beta(concentration + (m - 1) / 2, (m - 1) / 2)
    exact: (concentration, dimensions) => {
      const half = (dimensions - 1) / 2;
      const a = concentration.add(half);
      const logNormalizer = lbeta(a, scalar(half, a.dtype)).add((dimensions - 2) * Math.LN2);
      return { logNormalizer, energy: digammaDifference(a, scalar(half, a.dtype).expand(a.shape, a)) };
    },
  },
  energyOfCosine: (cosine) => cosine.add(1).div(2).maximum(1e-30).log().neg(),
});

registerKl("power-spherical", "hyperspherical-uniform", (_p, _q, p) => {
  const entropy = (p as SphereDistribution).entropy();
  return entropy.neg().add(logSphereArea(p.shape.at(-1) as number));
});
