import { requireEntryOptions } from "../catalogue/index.js";
import type { Objective } from "./objective.js";
import type { ObjectiveInfo } from "./info.js";
import { cyclicalSchedule, linearSchedule } from "./schedules.js";
import { distortion, forward, rate, resultOf } from "./terms.js";

const schedules = ["constant", "linear", "cyclical", "capacity"] as const;

/** Options of the beta-VAE. */
export interface BetaVaeOptions {
  /** Weight of the KL divergence; default 4, with `capacity` 1000 (that paper's gamma). */
  readonly beta?: number;
  /** How the weight grows; with `capacity`, it is the capacity that grows. Default `constant`. */
  readonly schedule?: (typeof schedules)[number];
  /** Training steps that a schedule lasts; default 10,000. */
  readonly warmup?: number;
  /** Rises of the cyclical schedule; default 4. */
  readonly cycles?: number;
  /** The capacity C in nats that `capacity` ends at; default 25. */
  readonly capacity?: number;
}

/**
 * The beta-VAE: reconstruction + beta KL(q(z|x) || p(z)), in nats per example (Higgins et al., 2017). `schedule`:
 *
 * - `constant`: beta all along;
 * - `linear`: from 0 to beta over the first `warmup` steps (Bowman et al., 2016);
 * - `cyclical`: the same `cycles` times over, each with a rise and a constant half (Fu et al., 2019);
 * - `capacity`: reconstruction + beta |KL - C| with the batch's mean KL and C rising in a straight line from 0 to
 *   `capacity` over `warmup` steps (Burgess et al., Understanding disentangling in beta-VAE, 2018).
 *
 * In evaluation a schedule is at its end. Throws a UserError if the KL divergence doesn't exist.
 */
export function betaVae(options: BetaVaeOptions = {}): Objective {
  requireEntryOptions(betaVaeInfo, options);
  const { schedule = "constant", warmup = 10_000, cycles = 4, capacity = 25 } = options;
  const { beta = schedule === "capacity" ? 1000 : 4 } = options;
  return {
    name: "beta-vae",
    config: {
      beta,
      schedule,
      ...(schedule !== "constant" && { warmup }),
      ...(schedule === "cyclical" && { cycles }),
      ...(schedule === "capacity" && { capacity }),
    },
    build(context) {
      const pass = forward(context);
      const reconstruction = distortion(pass, context).mean();
      const kl = rate(pass, context, "beta-vae").value.mean();
      const result = (penalty: typeof kl, extra = {}) =>
        resultOf("betaVae", reconstruction.add(penalty), { reconstruction, kl, ...extra }, pass);
      switch (schedule) {
        case "constant":
          return result(kl.mul(beta));
        case "linear":
        case "cyclical": {
          const at =
            schedule === "linear" ? linearSchedule(beta, warmup) : cyclicalSchedule(beta, warmup, cycles);
          const weight = context.scheduled("objective.beta", at);
          return result(kl.mul(weight), { betaWeight: weight });
        }
        case "capacity": {
          const target = context.scheduled("objective.capacity", linearSchedule(capacity, warmup));
          return result(kl.sub(target).abs().mul(beta), { capacity: target });
        }
      }
    },
  };
}

/** What the registry tells of `betaVae`. */
export const betaVaeInfo: ObjectiveInfo = {
  name: "beta-vae",
  description: "reconstruction + beta KL; beta constant, linear, cyclical, or a growing capacity",
  options: {
    beta: { type: "number", min: 0, about: "weight of the KL divergence [default 4; with capacity 1000]" },
    schedule: { type: "text", choices: schedules, default: "constant", about: "how the weight grows" },
    warmup: { type: "integer", min: 1, default: 10_000, about: "steps that the schedule lasts" },
    cycles: { type: "integer", min: 1, default: 4, about: "rises of the cyclical schedule" },
    capacity: { type: "number", min: 0, default: 25, about: "nats that the capacity schedule ends at" },
  },
  examples: [
    "beta-vae",
    "beta-vae(beta=0.5, schedule=linear, warmup=10)",
    "beta-vae(schedule=cyclical, warmup=20, cycles=2)",
    "beta-vae(schedule=capacity, beta=5, capacity=2, warmup=30)",
    "beta-vae(schedule=capacity, beta=3, capacity=40, warmup=10)",
  ],
  loss({ reconstruction = Number.NaN, kl = Number.NaN, betaWeight, capacity }, { beta }) {
    if (capacity !== undefined) return reconstruction + Number(beta) * Math.abs(kl - capacity);
    return reconstruction + (betaWeight ?? Number(beta)) * kl;
  },
  make: (options) => betaVae(options),
};
