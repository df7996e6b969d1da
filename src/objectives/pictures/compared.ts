import { UserError } from "../../tensor/index.js";
import type { Distribution } from "../../distributions/index.js";
import { type Expr, topological } from "../../graph/index.js";
import "../../ops/index.js";
import { elbo } from "../elbo.js";
import type { Objective, ObjectiveContext } from "../objective.js";
import { meanOf } from "../terms.js";

/** An objective's option that says whose reconstruction it takes the place of. */
export interface OfOption {
  /** The objective in which the reconstruction is replaced; default `elbo()`. */
  readonly of?: Objective;
}

/** How far what was decoded is from the examples. */
export interface Comparison {
  /** In place of -log p(x|z), of the batch shape. */
  readonly distance: Expr;
  /** What is told of it beside, by name: averaged over the batch. */
  readonly measures?: Readonly<Record<string, Expr>>;
}

/** Compares examples [batch, numbers] with decoded ones [..., batch, numbers]. */
export type Compare = (x: Expr, made: Expr) => Comparison;

/** The term of an objective's name: `ms-ssim` as `msSsimLoss`. */
function lossName(name: string): string {
  return `${name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}Loss`;
}

/**
 * The objective `of` with another measure of reconstruction in place of -log p(x|z): a distance between the example and
 * the likelihood's mean, which stands for the likelihood proportional to exp(-distance). `comparer` is told of the batch
 * and throws a UserError if it can't compare such examples.
 */
export function compared(
  name: string,
  config: Objective["config"],
  { of = elbo() }: OfOption,
  comparer: (context: ObjectiveContext) => Compare,
): Objective {
  const { deterministic, leastBatch, draws } = of;
  return {
    name,
    config: { ...config, of: { name: of.name, config: of.config } },
    ...(deterministic && { deterministic }),
    ...(leastBatch !== undefined && { leastBatch }),
    ...(draws !== undefined && { draws }),
    build(context) {
      const compare = comparer(context);
      const measures: Record<string, Expr> = {};
      const distances: Expr[] = [];
      const decode = (z: Expr): Distribution => {
        const likelihood = context.decode(z);
        const made = meanOf(likelihood);
        const { shape, eventRank, support, params, mean } = likelihood;
        return {
          name: likelihood.name,
          shape,
          eventRank,
          support,
          params,
          ...(mean && { mean: () => made }),
          logProb(x) {
            const { distance, measures: own = {} } = compare(x, made);
            for (const [key, value] of Object.entries(own)) measures[key] = value.mean();
            distances.push(distance);
            return distance.neg();
          },
        };
      };
      const { loss, terms } = of.build({ ...context, decode });
      const inLoss = new Set(topological([loss]));
      if (!distances.some((distance) => inLoss.has(distance))) {
        throw new UserError(
          `${name} takes the place of -log p(x|z), which ${of.name} has no use for; choose another objective, such as ` +
            `${name}(of=beta-vae)`,
          2,
        );
      }
      const [first = "", ...others] = Object.keys(terms);
      const kept = first === "reconstruction" ? [first, ...others] : others;
      const inner = Object.fromEntries(kept.map((key) => [key, terms[key] as Expr]));
      return { loss, terms: { [lossName(name)]: loss, ...inner, ...measures } };
    },
  };
}
