import type { ModelColumn } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import "../../ops/index.js";
import type { FloatType } from "../../tensor/index.js";
import type { Distribution } from "../distribution.js";

/** The index of one of so many choices, with log-odds [..., choices] that need not be normalised. */
export function choiceOf(logits: Expr): Distribution {
  const count = logits.shape.at(-1) as number;
  const logs = logits.logSoftmax(-1);
  return {
    name: "categorical",
    params: { logits },
    shape: logits.shape.slice(0, -1),
    eventRank: 0,
    support: "nonNegativeInteger",
    logProb: (x) => logs.mul(x.oneHot(count, logits.dtype as FloatType)).sum(-1),
    sample: (noise, sampleShape = []) => {
      const level = noise.draw("uniform", [...sampleShape, ...logits.shape.slice(0, -1)]);
      const passed = logs.exp().cumsum(-1).slice(-1, 0, -1).lessEqual(level.unsqueeze(-1));
      return passed.cast(logits.dtype).sum(-1);
    },
    mean: () => logs.argmax(-1).cast(logits.dtype),
  };
}

/** Log-odds with the choice left out that says that a value is missing. */
export function withoutAbsent(logits: Expr, { size = 1, absent }: ModelColumn): Expr {
  if (absent === undefined || size < 2) return logits;
  const marks = Array.from({ length: size }, (_, i) => (i === absent ? -1e9 : 0));
  return logits.add(constant(marks, logits.dtype));
}
