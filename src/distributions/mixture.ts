import { be, requireArgument, requireOptions } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import { filledWith, normalWith, weightNamed } from "../nn/index.js";
import { type Shape, UserError } from "../tensor/index.js";
import { type ParamValue, paramsOf } from "./define.js";
import { type Distribution, drawFrom } from "./distribution.js";
import type { Family } from "./family.js";
import { aDistribution } from "./arguments.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { normal } from "./normal.js";
import { prefixedSpecs, scopedContext, specOf } from "./scope.js";

const name = "mixture";

/** Axes of length 1 in place of the event's. */
function besideEvent(x: Expr, eventRank: number): Expr {
  return x.reshape([...x.shape, ...new Array<number>(eventRank).fill(1)]);
}

/**
 * The mixture over the last batch axis of `components`, with log-weights `logits` [..., components] (need not be
 * normalised). Draws have no gradient; one of each component is made and one of them chosen.
 */
export function mixtureOf(logits: Expr, components: Distribution): Distribution {
  const { eventRank } = components;
  const axis = components.shape.length - eventRank - 1;
  const count = components.shape[axis];
  if (axis < 0 || typeof count !== "number" || logits.shape.at(-1) !== count) {
    throw new UserError(`a mixture needs components along a batch axis, as many as it has weights`, 2);
  }
  const logWeights = logits.logSoftmax();
  const shape: Shape = components.shape.filter((_, i) => i !== axis);
  const over = -1 - eventRank;
  const average = (value: Expr): Expr => value.mul(besideEvent(logWeights.exp(), eventRank)).sum(over);
  const { mean, variance } = components;
  return {
    name,
    params: { logits },
    shape,
    eventRank,
    support: components.support,
    ...(components.sampledOnly && { sampledOnly: true }),
    logProb: (x) => {
      const each = components.logProb(x.unsqueeze(x.rank - eventRank));
      return each.add(logWeights).logSumExp(-1);
    },
    sample: (noise, sampleShape = []) => {
      const draws = drawFrom(components, noise, sampleShape);
      const level = noise.draw("uniform", [...sampleShape, ...shape.slice(0, shape.length - eventRank)]);
      const passed = logWeights.exp().cumsum(-1).slice(-1, 0, -1).lessEqual(level.unsqueeze(-1));
      const index = passed.cast(logits.dtype).sum(-1);
      const chosen = besideEvent(index.oneHot(count, logits.dtype as "float32" | "float64"), eventRank);
      return chosen.greater(0).where(draws, 0).sum(over).stopGradient();
    },
    ...(mean && { mean: () => average(mean.call(components)) }),
    ...(mean &&
      variance && {
        variance: () => {
          const centre = average(mean.call(components));
          const spread = mean.call(components).sub(centre.unsqueeze(axis));
          return average(variance.call(components).add(spread.square()));
        },
      }),
  };
}

/** Options of a mixture prior. */
export interface MixtureOptions {
  /** How many components; default 10. */
  readonly components?: number;
  /** The family of each; default `normal()`. */
  readonly of?: Family;
}

const makeFamily = ({ components = 10, of = normal() }: MixtureOptions = {}): Family => {
  if (!Number.isInteger(components) || components < 1) {
    throw new UserError(`mixture: components must be a whole number from 1, got ${components}`, 2);
  }
  const refuse = (): never => {
    throw new UserError(
      "a mixture can be a prior only: its draws have no gradient; for the posterior take one of its components",
      2,
    );
  };
  return {
    name,
    config: { components, of: specOf(of) },
    support: of.support,
    weights: (event, dataSize) => ({
      logits: { shape: [components], init: filledWith(0) },
      components: { shape: [components, of.rawSize(event)], init: normalWith(1) },
      ...prefixedSpecs("of", of.weights?.(event, dataSize)),
    }),
    rawSize: refuse,
    fromRaw: refuse,
    prior: (event, context) => {
      const raw = weightNamed(context.weights, "components", [components, of.rawSize(event)]);
      const logits = weightNamed(context.weights, "logits", [components]);
      return mixtureOf(logits, of.fromRaw(raw, event, scopedContext(context, "of")));
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "a prior of several components, learned with their weights",
  roles: ["prior"],
  examples: ["mixture(components=3)", "mixture(components=2, of=laplace)"],
  options: {
    components: { type: "integer", min: 1, max: 100_000, default: 10, about: "how many" },
    of: { type: "family", default: "normal", about: "the distribution of each component" },
  },
  make: (options) => makeFamily(options),
};

/** Makes mixtures. */
export interface MixtureFactory {
  (options?: MixtureOptions): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
  /** The mixture of a distribution's last batch axis, with log-weights `logits`. */
  of(params: { readonly logits: ParamValue; readonly components: Distribution }): Distribution;
}

/**
 * A mixture as a prior; weights and component parameters are learned. Its KL divergence is estimated by Monte
 * Carlo. The components' raw parameters start as standard normal numbers.
 */
export const mixture: MixtureFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
  of: (params: { readonly logits: ParamValue; readonly components: Distribution }) => {
    requireOptions("mixture.of", params, { logits: be.anything, components: aDistribution });
    const { logits, components } = params;
    requireArgument("mixture.of", "components", components, aDistribution);
    return mixtureOf(paramsOf("mixture", ["logits"], { logits }).logits, components);
  },
});
