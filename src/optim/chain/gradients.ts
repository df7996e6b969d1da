import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";

/** Gradients by the arrays they are of. */
export type Gradients = Readonly<Record<string, Expr>>;

/** Every gradient by a function of it. */
export function eachGradient(
  gradients: Gradients,
  change: (gradient: Expr, name: string) => Expr,
): Gradients {
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, change(gradient, name)]),
  );
}

function total(parts: readonly Expr[]): Expr {
  return parts.reduce((sum, part) => sum.add(part));
}

/** Gradients limited to -limit..limit, number by number: `torch.nn.utils.clip_grad_value_`. */
export function clippedByValue(gradients: Gradients, limit: number): Gradients {
  return eachGradient(gradients, (gradient) => gradient.clamp(-limit, limit));
}

/** The Euclidean norm of all gradients together. */
export function globalNorm(gradients: Gradients): Expr {
  return total(Object.values(gradients).map((gradient) => gradient.square().sum())).sqrt();
}

/** As PyTorch has it: added to a norm before something is divided by it. */
const normEps = 1e-6;

/** Gradients whose norm, all together, is limited to `limit` (Pascanu et al., 2013): `torch.nn.utils.clip_grad_norm_`. */
export function clippedByNorm(gradients: Gradients, norm: Expr, limit: number): Gradients {
  const share = norm.add(normEps).reciprocal().mul(limit).minimum(1);
  return eachGradient(gradients, (gradient) => gradient.mul(share));
}

/** Whether all numbers of all gradients are finite, as a bool. */
export function allFinite(gradients: Gradients): Expr {
  const bad = Object.values(gradients).map((gradient) =>
    gradient.isFinite().not().cast(gradient.dtype).sum(),
  );
  return total(bad).equal(0);
}
