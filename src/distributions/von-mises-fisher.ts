import { registerKl } from "./kl-rules.js";
import { logSphereArea } from "./sphere-area.js";
import { type SphereDistribution, type SphereFactory, sphereFactory } from "./sphere.js";

/**
 * The von Mises-Fisher distribution on the unit sphere in m >= 2 coordinates: log p(x) = concentration * loc.x
 * plus a constant (Davidson, Falorsi, De Cao, Kipf and Tomczak, Hyperspherical Variational Auto-Encoders, 2018).
 * The latent size z is the number of coordinates m. What that paper and its tables call d is the dimension of
 * the sphere's surface: compare its d with z = d + 1 here and with z = d for the normal distribution.
 *
 * Draws come from the exact inverse distribution function of the angle instead of the paper's rejection
 * sampler, and have exact pathwise gradients in both parameters.
 */
export const vonMisesFisher: SphereFactory = sphereFactory({
  name: "von-mises-fisher",
  description: "on the unit sphere, around a direction (the S-VAE's); z counts the coordinates",
  kind: {
    energy: (angle) => angle.mul(0.5).sin().square().mul(2),
    shape: (concentration, dimensions) => {
      const free = dimensions - 2;
      const root = concentration
        .square()
        .mul(4)
        .add(free * free)
        .sqrt();
      const sum = root.add(free).maximum(1e-30);
      const sine = sum
        .reciprocal()
        .mul(2 * free)
        .sqrt();
      const curvature = sum.div(2).add(concentration.square().mul(2).div(sum));
      return { mode: sine.atan2(concentration.mul(2).div(sum)), width: curvature.add(1).sqrt().reciprocal() };
    },
  },
  energyOfCosine: (cosine) => cosine.neg().add(1),
});

registerKl("von-mises-fisher", "hyperspherical-uniform", (_p, _q, p) => {
  const entropy = (p as SphereDistribution).entropy();
  return entropy.neg().add(logSphereArea(p.shape.at(-1) as number));
});

registerKl("von-mises-fisher", "von-mises-fisher", (_p, _q, p, q) => {
  const mean = (p as SphereDistribution).mean();
  return (p as SphereDistribution).entropy().add(q.logProb(mean)).neg();
});
