import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";

/** x less its mean over axes, divided by its standard deviation there; `eps` is added to the variance. */
export function normalised(x: Expr, axes: readonly number[], eps: number): Expr {
  const centred = x.sub(x.mean(axes, true));
  return centred.div(centred.square().mean(axes, true).add(eps).sqrt());
}
