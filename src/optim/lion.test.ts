import { expect, it } from "vitest";
import { standingAt, stepped, torchSteps } from "../testing/optimisers.js";
import { worstError } from "../testing/evaluate.js";
import { lion, type LionOptions } from "./lion.js";

/** Algorithm 2 of the paper. */
function reference(options: Required<LionOptions>): number[][] {
  const { lr, beta1, beta2, weightDecay } = options;
  const theta = [...torchSteps.start];
  const m = theta.map(() => 0);
  return torchSteps.gradients.map((gradient, t) => {
    const rate = lr * (torchSteps.factors[t] ?? 1);
    gradient.forEach((g, i) => {
      const c = beta1 * (m[i] ?? 0) + (1 - beta1) * g;
      theta[i] = (theta[i] ?? 0) - rate * (Math.sign(c) + weightDecay * (theta[i] ?? 0));
      m[i] = beta2 * (m[i] ?? 0) + (1 - beta2) * g;
    });
    return [...theta];
  });
}

it.each<Required<LionOptions>>([
  { lr: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0, decay: "weights" },
  { lr: 0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.1, decay: "all" },
])("takes the paper's steps: %j", async (options) => {
  const optimizer = lion(options);
  let standing = standingAt(optimizer, torchSteps.start);
  for (const [k, expected] of reference(options).entries()) {
    const factor = torchSteps.factors[k] ?? 1;
    standing = await stepped(optimizer, standing, torchSteps.gradients[k] ?? [], k + 1, { factor });
    expect(worstError(standing.parameter, expected).error).toBeLessThan(1e-14);
  }
});

it("has the paper's defaults", () => {
  expect(lion().config).toMatchObject({ lr: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0 });
});
