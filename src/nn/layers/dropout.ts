import "../../ops/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { requireWithin } from "./options.js";

/**
 * Dropout (Srivastava et al., 2014), `torch.nn.Dropout`: in training each number is 0 with probability `rate` and else
 * divided by 1 - rate, so that its expectation stays; in evaluation nothing is changed. Throws a UserError for a
 * rate outside 0..1 (1 excluded).
 */
export function dropout(rate = 0.5): Layer {
  requireWithin("dropout: rate", rate, 0, 1);
  return {
    name: "dropout",
    config: { rate },
    build: (inShape) => ({
      outShape: inShape,
      apply(x, { mode, noise, dtype }) {
        if (mode === "evaluate" || rate === 0) return x;
        const kept = noise.draw("uniform", x.shape).greater(rate).cast(dtype);
        return x.mul(kept.mul(1 / (1 - rate)));
      },
    }),
  };
}

/** What the catalogue knows of it. */
export const dropoutInfo: LayerInfo = {
  name: "dropout",
  description: "sets numbers to 0 at random in training",
  options: { rate: { type: "number", min: 0, max: 1, default: 0.5, about: "probability of a 0" } },
  examples: ["dropout", "dropout(rate=0.2)", "dropout(rate=0)"],
  make: ({ rate }) => dropout(rate as number | undefined),
};
